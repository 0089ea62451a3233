# SPDX-License-Identifier: Apache-2.0
"""Objects on a set of untrusted stores: put, get, verify, repair, rotate, share."""

from shadw import _shadw

CatalogueEntry = _shadw.vault.CatalogueEntry
ManualClock = _shadw.vault.ManualClock
ObjectInfo = _shadw.vault.ObjectInfo
Progress = _shadw.vault.Progress
PutReceipt = _shadw.vault.PutReceipt
ReadFault = _shadw.vault.ReadFault
ReadReport = _shadw.vault.ReadReport
RecoverReport = _shadw.vault.RecoverReport
RecoveredObject = _shadw.vault.RecoveredObject
RepairReport = _shadw.vault.RepairReport
RotateReport = _shadw.vault.RotateReport
ShardCondition = _shadw.vault.ShardCondition
ShardReceipt = _shadw.vault.ShardReceipt
SharedObject = _shadw.vault.SharedObject
Vault = _shadw.vault.Vault
VerifyReport = _shadw.vault.VerifyReport
recover = _shadw.vault.recover

__all__ = [
    "CatalogueEntry",
    "ManualClock",
    "ObjectInfo",
    "Progress",
    "PutReceipt",
    "ReadFault",
    "ReadReport",
    "RecoverReport",
    "RecoveredObject",
    "RepairReport",
    "RotateReport",
    "ShardCondition",
    "ShardReceipt",
    "SharedObject",
    "Vault",
    "VerifyReport",
    "recover",
]
