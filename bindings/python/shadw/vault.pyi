# SPDX-License-Identifier: Apache-2.0
import builtins
import dataclasses
import pathlib
from collections.abc import Callable, Iterable
from os import PathLike
from typing import Literal, Protocol, TypeAlias, final

from shadw._types import Buffer, Sensitive
from shadw.crypto import SeededRandom
from shadw.erasure import Code
from shadw.shard import CellFault, MemberKeys, ObjectKeys, VaultKeys
from shadw.store import Store

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

class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...

class _Writable(Protocol):
    def write(self, data: bytes, /) -> int: ...

_Stores: TypeAlias = Iterable[Store | str | PathLike[str]]
_Source: TypeAlias = Buffer | PathLike[str] | _Readable
_Kind: TypeAlias = Literal["file", "directory", "symlink"]

@final
class ManualClock:
    """Stands still until it is told to move; for tests."""

    def __init__(self, time_ns: int) -> None: ...
    @property
    def time_ns(self) -> int: ...
    def set(self, time_ns: int) -> None: ...

# --- reports ---

@final
class Progress:
    """How far a put is, in bytes of plaintext."""

    @property
    def sealed_bytes(self) -> int: ...
    @property
    def sent_bytes(self) -> int: ...
    @property
    def durable_bytes(self) -> int: ...

@final
class ShardReceipt:
    """Where one shard was put, and what anyone may hold its node to."""

    @property
    def segment(self) -> int: ...
    @property
    def index(self) -> int: ...
    @property
    def node(self) -> bytes: ...
    @property
    def id(self) -> bytes: ...
    @property
    def public_root(self) -> bytes: ...

@final
class PutReceipt:
    """What a put stored."""

    @property
    def id(self) -> bytes: ...
    @property
    def generation(self) -> int: ...
    @property
    def sequence(self) -> int: ...
    @property
    def version(self) -> bytes: ...
    @property
    def object_bytes(self) -> int: ...
    @property
    def stored_bytes(self) -> int: ...
    @property
    def segments(self) -> int: ...
    @property
    def resumed_segments(self) -> int: ...
    @property
    def head_copies(self) -> int: ...
    @property
    def shards(self) -> list[ShardReceipt]: ...
    @property
    def listed(self) -> bool:
        """Whether `list` shows the version already; it is stored in any case."""
    @property
    def why_not_listed(self) -> str:
        """Empty where it is."""

@dataclasses.dataclass(frozen=True)
class Item:
    """One of the objects that `Vault.put_many` stores.

    Of a symlink, `source` is where it points; a directory has none. Mode and time are those
    of the file where `source` is a path and they are absent.
    """

    name: str
    source: _Source = b""
    _: dataclasses.KW_ONLY
    mode: int | None = None
    mtime_ns: int | None = None
    kind: _Kind = "file"

@final
class PutManyReceipt:
    """What a put of many objects stored."""

    @property
    def objects(self) -> int: ...
    @property
    def packed(self) -> int:
        """Of those, how many share packs."""
    @property
    def packs(self) -> int: ...
    @property
    def object_bytes(self) -> int: ...
    @property
    def stored_bytes(self) -> int:
        """Without the catalogue."""
    @property
    def listed(self) -> bool:
        """Whether `list` shows them all already; they are stored in any case."""
    @property
    def why_not_listed(self) -> str:
        """Empty where it does."""
    @property
    def overtaken(self) -> list[str]:
        """Names of which another writer's version came first."""

@final
class CompactReport:
    """What compact did, in bytes of plaintext."""

    @property
    def packs_rewritten(self) -> int: ...
    @property
    def packs_removed(self) -> int: ...
    @property
    def bytes_before(self) -> int: ...
    @property
    def bytes_after(self) -> int: ...

@final
class TreeRemark:
    """Something in a folder, and what is the matter."""

    @property
    def path(self) -> str: ...
    @property
    def why(self) -> str: ...

@final
class PutTreeReport:
    """What put_tree stored, and what it did not."""

    @property
    def receipt(self) -> PutManyReceipt: ...
    @property
    def skipped(self) -> list[TreeRemark]:
        """Pipes, sockets, devices, and what was to be left out."""
    @property
    def failed(self) -> list[TreeRemark]:
        """What could not be read, or has no legal name."""
    @property
    def changed(self) -> list[TreeRemark]:
        """What is stored, but changed while it was read."""

@final
class NotRestored:
    """An object that could not be restored."""

    @property
    def name(self) -> str: ...
    @property
    def why(self) -> str: ...

@final
class RestoredElsewhere:
    """An object whose name is no path below the folder, or a taken one."""

    @property
    def name(self) -> str: ...
    @property
    def path(self) -> str: ...

@final
class GetTreeReport:
    """What get_tree restored."""

    @property
    def restored(self) -> int: ...
    @property
    def bytes(self) -> int: ...
    @property
    def faults(self) -> int:
        """How many cells were missing or damaged, and rebuilt from the others."""
    @property
    def elsewhere(self) -> list[RestoredElsewhere]:
        """Of those, what is not at the path that its name says."""
    @property
    def failed(self) -> list[NotRestored]: ...

@final
class CatalogueEntry:
    """One line of Vault.list."""

    @property
    def name(self) -> str: ...
    @property
    def id(self) -> bytes: ...
    @property
    def generation(self) -> int: ...
    @property
    def sequence(self) -> int: ...
    @property
    def object_bytes(self) -> int: ...
    @property
    def mtime_ns(self) -> int: ...
    @property
    def mode(self) -> int | None: ...
    @property
    def put_time_ns(self) -> int: ...
    @property
    def kind(self) -> _Kind: ...
    @property
    def packed(self) -> bool:
        """Whether it shares a pack with others; `id` and `generation` are the pack's then."""

@final
class ObjectInfo:
    """What a vault tells about an object."""

    @property
    def id(self) -> bytes: ...
    @property
    def name(self) -> str: ...
    @property
    def object_bytes(self) -> int: ...
    @property
    def mtime_ns(self) -> int: ...
    @property
    def mode(self) -> int | None: ...
    @property
    def kind(self) -> _Kind: ...
    @property
    def packed(self) -> bool:
        """Whether it shares a pack with others; the rest, but for `sequence`, is the pack's."""
    @property
    def generation(self) -> int: ...
    @property
    def sequence(self) -> int: ...
    @property
    def version(self) -> bytes: ...
    @property
    def put_time_ns(self) -> int: ...
    @property
    def code(self) -> Code: ...
    @property
    def cell_bytes(self) -> int: ...
    @property
    def segments(self) -> int: ...
    @property
    def sealed_bytes(self) -> int: ...
    @property
    def bound(self) -> bool: ...
    @property
    def public_audit(self) -> bool: ...
    @property
    def head_copies(self) -> int: ...

@final
class ReadFault:
    """Something on the way that was not as it should be, and was overcome."""

    @property
    def segment(self) -> int: ...
    @property
    def cell(self) -> CellFault: ...
    @property
    def node(self) -> bytes: ...

@final
class ReadReport:
    @property
    def bytes(self) -> int: ...
    @property
    def faults(self) -> list[ReadFault]: ...

@final
class ShardCondition:
    """A shard that is not whole."""

    @property
    def segment(self) -> int: ...
    @property
    def index(self) -> int: ...
    @property
    def state(self) -> Literal["whole", "damaged", "header_damaged", "missing"]: ...
    @property
    def node(self) -> bytes: ...
    @property
    def id(self) -> bytes: ...
    @property
    def bad_cells(self) -> list[int]: ...
    @property
    def remark(self) -> str: ...

@final
class VerifyReport:
    @property
    def segments(self) -> int: ...
    @property
    def shards_expected(self) -> int: ...
    @property
    def shards_whole(self) -> int: ...
    @property
    def head_copies(self) -> int: ...
    @property
    def head_copies_expected(self) -> int: ...
    @property
    def faults(self) -> list[ShardCondition]: ...
    @property
    def endangered_segments(self) -> list[int]: ...
    @property
    def catalogue_fault(self) -> str:
        """What is wrong on the way to the name in the catalogue; empty where nothing is."""
    @property
    def whole(self) -> bool: ...

@final
class RepairReport:
    @property
    def shards_rebuilt(self) -> int: ...
    @property
    def shards_removed(self) -> int: ...
    @property
    def heads_written(self) -> int: ...
    @property
    def bytes_written(self) -> int: ...
    @property
    def shards_stuck(self) -> int:
        """Damaged shards that their store does not let go."""
    @property
    def catalogue_fault(self) -> str:
        """Why a page of the catalogue could not be repaired; empty where none is left."""

@final
class RotateReport:
    @property
    def shards_rotated(self) -> int: ...
    @property
    def bytes_written(self) -> int: ...
    @property
    def shards_left(self) -> int: ...
    @property
    def why_left(self) -> str:
        """Why the first of those that are left is; empty where none is."""

@final
class RecoveredObject:
    @property
    def name(self) -> str: ...
    @property
    def path(self) -> pathlib.Path: ...
    @property
    def object_bytes(self) -> int: ...
    @property
    def sequence(self) -> int: ...
    @property
    def restored(self) -> bool: ...
    @property
    def why_not(self) -> str: ...

@final
class RecoverReport:
    @property
    def files_scanned(self) -> int: ...
    @property
    def shards_found(self) -> int: ...
    @property
    def objects(self) -> list[RecoveredObject]: ...

# --- the vault ---

@final
class Vault:
    """Keeps objects on a set of untrusted stores; threads take turns.

    `keys` is the 32-byte seed of the root, or the VaultKeys derived from it. `stores` are
    stores, or paths of directory stores, which `create` makes where they are absent. A put
    or a get keeps at most `threads` threads busy.
    """

    def __init__(
        self,
        keys: VaultKeys | Sensitive,
        stores: _Stores,
        *,
        create: bool = False,
        code: Code | None = None,
        memory_budget_bytes: int = 134217728,
        threads: int = 1,
        intent_lease_ns: int = 600000000000,
        clock: ManualClock | None = None,
        random: SeededRandom | None = None,
    ) -> None: ...
    def put(
        self,
        name: str,
        source: _Source,
        *,
        code: Code | None = None,
        compress: bool = True,
        public_audit: bool = False,
        bound: bool = False,
        mode: int | None = None,
        mtime_ns: int | None = None,
        cell_bytes: int = 0,
        resume: bool = False,
        raise_generation: bool = False,
        progress: Callable[[Progress], object] | None = None,
    ) -> PutReceipt:
        """Stores a new version of the object, which becomes visible whole at one instant.

        A path brings its mode and time along. What `source` or `progress` raises ends the
        put, unless it was complete.
        """
    def put_many(
        self,
        items: Iterable[Item | tuple[str, _Source]],
        *,
        code: Code | None = None,
        compress: bool = True,
        public_audit: bool = False,
        bound: bool = False,
        cell_bytes: int = 0,
        raise_generation: bool = False,
        progress: Callable[[Progress], object] | None = None,
    ) -> PutManyReceipt:
        """Stores many objects: those of 64 KiB at most share packs.

        What `items`, a source or `progress` raises ends the put; what came before is stored.
        """
    def put_tree(
        self,
        path: str | PathLike[str],
        name: str | None = None,
        *,
        leave_out: Iterable[str | PathLike[str]] = (),
        code: Code | None = None,
        compress: bool = True,
        public_audit: bool = False,
        bound: bool = False,
        cell_bytes: int = 0,
        raise_generation: bool = False,
        progress: Callable[[Progress], object] | None = None,
    ) -> PutTreeReport:
        """Stores what is in a folder: files, folders and links, with modes and times.

        Their names begin with `name`, or where it is None with what `cp -r` would call the
        copy. No link below `path` is followed. What cannot be read is in the report, the rest
        is stored. `leave_out` are folders that are met on the way and not stored: stores.
        """
    def get_tree(self, prefix: str, out: str | PathLike[str]) -> GetTreeReport:
        """Restores the object `prefix` and those below it, or all where it is empty.

        They become files, folders and links below `out`, by their whole names. Nothing that
        is there is overwritten; what cannot be restored is in the report.
        """
    def compact(self) -> CompactReport:
        """Rewrites every pack of which an eighth or more is gone."""
    def get(self, name: str, *, offset: int = 0, count: int | None = None) -> bytes:
        """The object's bytes, or those of a range; `count` may reach past the end."""
    def get_to(
        self,
        name: str,
        target: PathLike[str] | _Writable,
        *,
        offset: int = 0,
        count: int | None = None,
    ) -> ReadReport:
        """Writes the object to a path or a binary file.

        A path appears only when all bytes are there, in place of what was there before; a
        whole object brings its mode and time along.
        """
    def list(self, prefix: str = "") -> builtins.list[CatalogueEntry]:
        """By name, ascending."""
    def info(self, name: str) -> ObjectInfo: ...
    def verify(self, name: str) -> VerifyReport:
        """Reads every stored byte and names what is not whole."""
    def repair(self, name: str) -> RepairReport:
        """Brings back n whole shards a segment."""
    def repair_catalogue(self) -> RepairReport:
        """Brings back every page of the catalogue."""
    def rotate(self, name: str, index: int | None = None) -> RotateReport:
        """Wraps one shard of every segment, or all, under new keys."""
    def remove(self, name: str) -> None:
        """Leaves a tombstone, removes the shards."""
    def share(self, name: str, right: Literal["audit", "verify", "read"]) -> str:
        """A capability for the object: whoever reads it has the right."""

@final
class SharedObject:
    """One object, through a capability: what its right allows."""

    def __init__(
        self,
        capability: str | ObjectKeys | MemberKeys,
        stores: _Stores,
        *,
        memory_budget_bytes: int = 134217728,
        threads: int = 1,
        clock: ManualClock | None = None,
        random: SeededRandom | None = None,
    ) -> None: ...
    def get(self, *, offset: int = 0, count: int | None = None) -> bytes: ...
    def get_to(
        self,
        target: PathLike[str] | _Writable,
        *,
        offset: int = 0,
        count: int | None = None,
    ) -> ReadReport: ...
    def info(self) -> ObjectInfo: ...
    def verify(self) -> VerifyReport: ...
    def repair(self) -> RepairReport: ...
    def rotate(self, index: int | None = None) -> RotateReport: ...

def recover(
    keys: VaultKeys | Sensitive,
    directories: Iterable[str | PathLike[str]],
    out: str | PathLike[str],
) -> RecoverReport:
    """Restores objects from any pile of files, with the root key alone."""
