# SPDX-License-Identifier: Apache-2.0
"""Objects on a set of untrusted stores: put, get, verify, repair, rotate, share."""

import dataclasses
import typing

from shadw import _shadw


@dataclasses.dataclass(frozen=True)
class Item:
    """One of the objects that `Vault.put_many` stores."""

    name: str
    # A buffer, an os.PathLike or a binary file; of a symlink, where it points.
    source: typing.Any = b""
    _: dataclasses.KW_ONLY
    # Those of the file where `source` is a path and these are absent.
    mode: int | None = None
    mtime_ns: int | None = None
    # "file", "directory" (without content) or "symlink".
    kind: str = "file"


CatalogueEntry = _shadw.vault.CatalogueEntry
CompactReport = _shadw.vault.CompactReport
GetTreeReport = _shadw.vault.GetTreeReport
ManualClock = _shadw.vault.ManualClock
NotRestored = _shadw.vault.NotRestored
ObjectInfo = _shadw.vault.ObjectInfo
Progress = _shadw.vault.Progress
PutManyReceipt = _shadw.vault.PutManyReceipt
PutReceipt = _shadw.vault.PutReceipt
PutTreeReport = _shadw.vault.PutTreeReport
ReadFault = _shadw.vault.ReadFault
ReadReport = _shadw.vault.ReadReport
RecoverReport = _shadw.vault.RecoverReport
RecoveredObject = _shadw.vault.RecoveredObject
RepairReport = _shadw.vault.RepairReport
RestoredElsewhere = _shadw.vault.RestoredElsewhere
RotateReport = _shadw.vault.RotateReport
ShardCondition = _shadw.vault.ShardCondition
ShardReceipt = _shadw.vault.ShardReceipt
SharedObject = _shadw.vault.SharedObject
TreeRemark = _shadw.vault.TreeRemark
Vault = _shadw.vault.Vault
VerifyReport = _shadw.vault.VerifyReport
recover = _shadw.vault.recover

__all__ = [
    "CatalogueEntry",
    "CompactReport",
    "GetTreeReport",
    "Item",
    "ManualClock",
    "NotRestored",
    "ObjectInfo",
    "Progress",
    "PutManyReceipt",
    "PutReceipt",
    "PutTreeReport",
    "ReadFault",
    "ReadReport",
    "RecoverReport",
    "RecoveredObject",
    "RepairReport",
    "RestoredElsewhere",
    "RotateReport",
    "ShardCondition",
    "ShardReceipt",
    "SharedObject",
    "TreeRemark",
    "Vault",
    "VerifyReport",
    "recover",
]
