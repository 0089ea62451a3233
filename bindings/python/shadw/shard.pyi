# SPDX-License-Identifier: Apache-2.0
import builtins
import enum
from collections.abc import Sequence
from typing import Final, Literal, TypeAlias, final

import numpy as np
from numpy.typing import NDArray
from shadw._types import Array, Buffer, Key, Rows, Sensitive
from shadw.crypto import SecretKey, SeededRandom
from shadw.erasure import Code

__all__ = [
    "HEADER_BYTES",
    "MAX_NAME_BYTES",
    "AuditBox",
    "CellFault",
    "Flag",
    "FoundShard",
    "Geometry",
    "Header",
    "IntentRecord",
    "MemberKeys",
    "Metadata",
    "ObjectKeys",
    "OpenedSegment",
    "ReadBox",
    "RewrapTarget",
    "RewrappedShard",
    "SealedSegment",
    "SegmentReport",
    "ShardAddress",
    "ShardReport",
    "ShardScanner",
    "VaultKeys",
    "VerifyBox",
    "check_segment",
    "choose_cell_bytes",
    "choose_stripes",
    "decode_capability",
    "decode_member_capability",
    "encode_capability",
    "encode_member_capability",
    "head_hash",
    "is_member_capability",
    "kept_sequences",
    "open_header",
    "open_segment",
    "pack_frames",
    "recognise_header",
    "recognise_headers",
    "rewrap_shards",
    "seal_segment",
    "unpack_frames",
    "worth_compressing",
]

HEADER_BYTES: Final[int]
MAX_NAME_BYTES: Final[int]

_Kind: TypeAlias = Literal["file", "directory", "page", "pack", "symlink", "dead_list"]

class Flag(enum.IntFlag):
    """Bits of a header's flags."""

    LAST = 1
    META = 2
    BOUND = 4
    HEAD = 8
    TOMBSTONE = 16
    PRIVATE = 32
    INTENT = 64
    PACK = 128

# --- keys ---

@final
class ShardAddress:
    """Where one stored shard lies: what its storage id and its outer key are made from."""

    def __init__(
        self,
        version: Buffer,
        segment: int,
        index: int,
        node: Buffer,
        epoch: int,
        copy: int = 0,
    ) -> None: ...
    @property
    def version(self) -> bytes: ...
    @property
    def segment(self) -> int: ...
    @property
    def index(self) -> int: ...
    @property
    def copy(self) -> int: ...
    @property
    def node(self) -> bytes: ...
    @property
    def epoch(self) -> int: ...
    def __eq__(self, other: object) -> bool: ...
    def __hash__(self) -> int: ...

@final
class ObjectKeys:
    """The keys of one object: write > read > verify > audit, from the highest held."""

    @staticmethod
    def for_writer(
        write_key: Key, salt: Buffer, generation: int, match_key: Key
    ) -> ObjectKeys: ...
    @staticmethod
    def for_reader(id: Buffer, read_key: Key) -> ObjectKeys: ...
    @staticmethod
    def for_repairer(
        id: Buffer, verify_key: Key, delete_key: Key, match_key: Key
    ) -> ObjectKeys: ...
    @staticmethod
    def for_auditor(id: Buffer, audit_key: Key) -> ObjectKeys: ...
    @property
    def right(self) -> Literal["audit", "verify", "read", "write"]: ...
    @property
    def may_write(self) -> bool: ...
    @property
    def may_read(self) -> bool: ...
    @property
    def may_verify(self) -> bool: ...
    @property
    def may_repair(self) -> bool: ...
    @property
    def id(self) -> bytes: ...
    @property
    def write_key(self) -> SecretKey | None: ...
    @property
    def read_key(self) -> SecretKey | None: ...
    @property
    def verify_key(self) -> SecretKey | None: ...
    @property
    def audit_key(self) -> SecretKey: ...
    @property
    def delete_key(self) -> SecretKey | None: ...
    @property
    def match_key(self) -> SecretKey | None: ...
    @property
    def locate_key(self) -> SecretKey: ...
    def shard_storage_id(self, address: ShardAddress) -> bytes: ...
    def head_storage_id(self, sequence: int, node: Buffer) -> bytes: ...
    def token_for(self, node: Buffer, storage_id: Buffer) -> bytes: ...
    def outer_key(self, address: ShardAddress, nonce: Buffer) -> SecretKey:
        """The key that wraps the cells of one shard."""
    def body_mac_key(self, nonce: Buffer) -> SecretKey: ...

@final
class VaultKeys:
    """The keys of one vault: everything an owner can do."""

    @staticmethod
    def from_seed(
        seed: Sensitive, *, network: int = 0, vault: int = 0, purpose: int = 0
    ) -> VaultKeys:
        """The root: a 32-byte seed, through BIP-32."""
    @staticmethod
    def from_vault_key(vault_key: Key) -> VaultKeys: ...
    def for_name(self, name: str, generation: int = 0) -> ObjectKeys:
        """The object that a name stands for."""
    def for_salt(self, salt: Buffer, generation: int = 0) -> ObjectKeys: ...
    def name_salt(self, name: str) -> bytes: ...
    def path_tag(self, name: str) -> bytes: ...
    def name_bucket(self, name: str) -> bytes: ...
    def page_salt(self, depth: int, prefix: Buffer) -> bytes: ...
    def member_key(self, record: Buffer) -> SecretKey:
        """The key of one member of a pack."""
    @property
    def intent_salt(self) -> bytes: ...
    @property
    def match_key(self) -> SecretKey: ...

def encode_capability(keys: ObjectKeys, right: Literal["audit", "verify", "read"]) -> str:
    """A right to one object as a string; whoever reads the string has the right."""

def decode_capability(text: str) -> ObjectKeys: ...
@final
class MemberKeys:
    """The right to read one member of a pack."""

    def __init__(self, pack: ObjectKeys, record: Buffer, key: Key) -> None: ...
    @property
    def pack(self) -> ObjectKeys: ...
    @property
    def record(self) -> bytes: ...
    @property
    def key(self) -> SecretKey: ...

def is_member_capability(text: str) -> bool:
    """Whether it is to be decoded as one of a member."""

def encode_member_capability(member: MemberKeys) -> str:
    """The right to read one member of a pack as a string."""

def decode_member_capability(text: str) -> MemberKeys: ...

# --- geometry ---

@final
class Geometry:
    """How an object is cut into segments, stripes and cells."""

    def __init__(self, code: Code, cell_bytes: int = 32768, max_stripes: int = 128) -> None: ...
    @property
    def code(self) -> Code: ...
    @property
    def cell_bytes(self) -> int: ...
    @property
    def max_stripes(self) -> int: ...
    @property
    def chunk_bytes(self) -> int: ...
    @property
    def stored_cell_bytes(self) -> int: ...
    @property
    def capacity_bytes(self) -> int: ...
    def chunks_for(self, plain_bytes: int) -> int: ...
    def cells_for(self, chunks: int) -> int: ...
    def shard_bytes(self, cells: int) -> int: ...

def choose_cell_bytes(object_bytes: int, code: Code) -> int: ...
def choose_stripes(code: Code, cell_bytes: int, memory_budget_bytes: int) -> int: ...

# --- headers ---

@final
class AuditBox:
    """Box A of a header: what an auditor sees."""

    @property
    def flags(self) -> int: ...
    @property
    def generation(self) -> int: ...
    @property
    def sequence(self) -> int: ...
    @property
    def version(self) -> bytes: ...
    @property
    def segment(self) -> int: ...
    @property
    def segment_count(self) -> int: ...
    @property
    def data_shards(self) -> int: ...
    @property
    def total_shards(self) -> int: ...
    @property
    def index(self) -> int: ...
    @property
    def copy(self) -> int: ...
    @property
    def cell_bytes(self) -> int: ...
    @property
    def cells(self) -> int: ...
    @property
    def epoch(self) -> int: ...
    @property
    def time_ns(self) -> int: ...
    @property
    def node(self) -> bytes: ...
    @property
    def body_root(self) -> bytes: ...
    @property
    def address(self) -> ShardAddress: ...

@final
class VerifyBox:
    """Box V of a header: what a repair agent sees besides."""

    @property
    def sealed_bytes(self) -> int: ...
    @property
    def public_key(self) -> bytes: ...
    @property
    def signature(self) -> bytes: ...
    @property
    def cek_commitment(self) -> bytes: ...
    @property
    def content_root(self) -> bytes: ...
    @property
    def read_box_hash(self) -> bytes: ...
    @property
    def body_mac(self) -> bytes: ...
    @property
    def attempt(self) -> int: ...

@final
class ReadBox:
    """Box R of a header: what a reader sees besides."""

    @property
    def content_key(self) -> SecretKey | None: ...
    @property
    def object_bytes(self) -> int: ...
    @property
    def plain_bytes(self) -> int: ...
    @property
    def mtime_ns(self) -> int: ...
    @property
    def path_tag(self) -> bytes: ...
    @property
    def previous_sequence(self) -> int: ...
    @property
    def catalogue_hint(self) -> bytes: ...
    @property
    def codec(self) -> int: ...
    @property
    def metadata_bytes(self) -> int: ...
    @property
    def metadata(self) -> bytes: ...

@final
class Header:
    """The 1024 bytes before every shard, as far as keys open them."""

    @property
    def nonce(self) -> bytes: ...
    @property
    def audit(self) -> AuditBox: ...
    @property
    def verify(self) -> VerifyBox | None: ...
    @property
    def read(self) -> ReadBox | None: ...
    @property
    def header_hash(self) -> bytes: ...

def open_header(
    keys: ObjectKeys, header: Buffer, to: Literal["audit", "verify", "read"] = "read"
) -> Header:
    """Opens a header, or a shard's beginning, as far as `to` and the keys allow."""

def head_hash(object: Buffer, head: Header) -> bytes:
    """What the next head points back to."""

def kept_sequences(newest: int) -> list[int]:
    """The sequences whose heads are kept, ascending."""

@final
class IntentRecord:
    """What an intent announces."""

    @property
    def object(self) -> bytes: ...
    @property
    def generation(self) -> int: ...
    @property
    def sequence(self) -> int: ...
    @property
    def version(self) -> bytes: ...
    @property
    def lease_end_ns(self) -> int: ...
    @property
    def epoch(self) -> int: ...

@final
class Metadata:
    """What an object says of itself."""

    def __init__(
        self,
        name: str = "",
        *,
        mode: int | None = None,
        kind: _Kind = "file",
        extent: tuple[int, int] | None = None,
    ) -> None: ...
    @staticmethod
    def decode(tlvs: Buffer) -> Metadata: ...
    def encode(self) -> bytes: ...
    @property
    def name(self) -> str: ...
    @property
    def mode(self) -> int | None: ...
    @property
    def kind(self) -> _Kind: ...
    @property
    def extent(self) -> tuple[int, int] | None:
        """(offset, bytes) of the segment in the object."""
    @property
    def intent(self) -> IntentRecord | None: ...
    def __eq__(self, other: object) -> bool: ...
    __hash__: None  # type: ignore[assignment]

# --- segments ---

@final
class SealedSegment:
    """The stored shards of one segment."""

    @property
    def shards(self) -> list[Array]:
        """Arrays that share the memory they were sealed in."""
    @property
    def addresses(self) -> list[ShardAddress]: ...
    @property
    def public_roots(self) -> list[bytes]: ...
    @property
    def sealed_bytes(self) -> int: ...
    @property
    def cells(self) -> int: ...

def seal_segment(
    keys: ObjectKeys,
    plain: Buffer,
    *,
    code: Code,
    nodes: Rows,
    version: Buffer | None = None,
    segment: int = 0,
    segment_count: int = 1,
    sequence: int = 1,
    generation: int = 0,
    flags: int = 1,
    epoch: int = 0,
    time_ns: int = 0,
    attempt: int = 0,
    object_bytes: int | None = None,
    mtime_ns: int = 0,
    metadata: Metadata | None = None,
    path_tag: Buffer | None = None,
    previous_sequence: int = 0,
    codec: int = 0,
    cell_bytes: int | None = None,
    threads: int = 1,
    random: SeededRandom | None = None,
) -> SealedSegment:
    """Seals one segment into the n shards of its n nodes.

    `random` is for golden vectors: without it keys and nonces come from the system.
    """

@final
class CellFault:
    """One cell of one shard that did not hold what it should."""

    @property
    def index(self) -> int: ...
    @property
    def cell(self) -> int: ...
    @property
    def kind(self) -> Literal["missing", "corrupt", "forged"]: ...
    def __eq__(self, other: object) -> bool: ...
    def __hash__(self) -> int: ...

@final
class OpenedSegment:
    """What open_segment read, and what was wrong on the way."""

    @property
    def plain(self) -> bytes: ...
    @property
    def faults(self) -> list[CellFault]: ...
    @property
    def unopened(self) -> list[int]:
        """Positions in `shards` whose header does not open."""

def open_segment(
    keys: ObjectKeys,
    shards: Rows,
    *,
    offset: int = 0,
    count: int | None = None,
    threads: int = 1,
) -> OpenedSegment:
    """Plaintext of a segment, or a part of it, from any k of its shards in any order."""

@final
class ShardReport:
    """What check_segment found of one shard."""

    @property
    def index(self) -> int: ...
    @property
    def bad_cells(self) -> int: ...
    @property
    def body_root_holds(self) -> bool | None: ...
    @property
    def body_mac_holds(self) -> bool | None: ...
    @property
    def whole(self) -> bool: ...

@final
class SegmentReport:
    """What check_segment found."""

    @property
    def shards(self) -> list[ShardReport]: ...
    @property
    def faults(self) -> list[CellFault]: ...
    @property
    def contradictory_stripes(self) -> list[int]: ...
    @property
    def unopened(self) -> list[int]:
        """Positions in `shards` whose header does not open."""

def check_segment(keys: ObjectKeys, shards: Rows) -> SegmentReport:
    """Tells, without reading a byte of plaintext, which shards are whole."""

@final
class RewrapTarget:
    """A stored shard to be made; `replaces` is the header of the one it stands for."""

    def __init__(
        self,
        index: int,
        node: Buffer,
        epoch: int,
        copy: int = 0,
        replaces: Header | None = None,
    ) -> None: ...

@final
class RewrappedShard:
    """A stored shard that rewrap_shards made."""

    @property
    def bytes(self) -> Array: ...
    @property
    def address(self) -> ShardAddress: ...
    @property
    def public_root(self) -> builtins.bytes: ...

def rewrap_shards(
    keys: ObjectKeys,
    shards: Rows,
    targets: Sequence[RewrapTarget],
    *,
    random: SeededRandom | None = None,
) -> list[RewrappedShard]:
    """New stored shards from old ones, with no plaintext: rotation and repair."""

# --- finding shards ---

def recognise_header(header: Buffer, match_key: Key) -> bytes | None:
    """The object id in a header of the vault, nothing for others."""

def recognise_headers(headers: Rows, match_key: Key) -> NDArray[np.bool_]:
    """For every row whether it begins with a header of the vault."""

@final
class FoundShard:
    @property
    def keys(self) -> ObjectKeys: ...
    @property
    def header(self) -> Header: ...

@final
class ShardScanner:
    """Finds a vault's shards in any pile of files, with the root key alone."""

    def __init__(self, vault: VaultKeys) -> None: ...
    def identify(self, header: Buffer) -> FoundShard | None: ...

# --- compression ---

def worth_compressing(beginning: Buffer) -> bool: ...
def pack_frames(plain: Buffer) -> bytes:
    """Independent zstd frames of 128 KiB behind a table of their lengths."""

def unpack_frames(stream: Buffer, plain_bytes: int) -> bytes: ...
