# SPDX-License-Identifier: Apache-2.0
from collections.abc import Sequence
from typing import Any, Final, TypeAlias, final

from shadw._types import Buffer, Key
from shadw.crypto import Ed25519Signer

__all__ = [
    "HYPERDHT_BOOTSTRAP",
    "MAINLINE_BOOTSTRAP",
    "NameBook",
    "Runner",
    "decode_name",
    "make_name",
    "mutable_target",
    "name_slot",
    "namespace_id",
    "resolve",
    "revoke_name",
    "target_of",
    "update_name",
    "verify_name",
]

MAINLINE_BOOTSTRAP: Final[tuple[str, ...]]
HYPERDHT_BOOTSTRAP: Final[tuple[str, ...]]

# The fields of shadw.dht.Approach.
_How: TypeAlias = tuple[int, int, bool, int]

@final
class Runner:
    """A node on a thread of its own. Each verb is answered by `take`, under its ticket."""

    def __init__(
        self,
        *,
        network: str,
        bind: Sequence[str],
        bootstrap: Sequence[str],
        remember: Sequence[tuple[Buffer, str]],
        serving: str,
        id: Buffer | None,
        address: str | None,
        bucket_size: int,
        lookup_parallelism: int,
        refresh_after_ns: int,
        republish_after_ns: int,
        listen_every_ns: int,
    ) -> None: ...
    @property
    def local_v4(self) -> str | None: ...
    @property
    def local_v6(self) -> str | None: ...
    def fileno(self) -> int: ...
    def take(self) -> list[tuple[int, Any]]:
        """What came of each ticket: a report, an exception, None; of 0: the node joined."""
    def stop(self) -> None: ...
    def ping(self, ticket: int, endpoint: str) -> None: ...
    def find_node(self, ticket: int, target: Buffer, how: _How) -> None: ...
    def get(self, ticket: int, target: Buffer, how: _How) -> None: ...
    def get_peers(self, ticket: int, target: Buffer, how: _How) -> None: ...
    def sample_targets(self, ticket: int, target: Buffer, how: _How) -> None: ...
    def get_mutable(
        self, ticket: int, key: Buffer, salt: Buffer, least_seq: int | None, how: _How
    ) -> None: ...
    def put(self, ticket: int, value: Buffer, how: _How, keep: bool) -> None: ...
    def put_mutable(
        self,
        ticket: int,
        signer: Ed25519Signer,
        value: Buffer,
        salt: Buffer,
        seq: int,
        cas: int | None,
        how: _How,
        keep: bool,
    ) -> None: ...
    def put_name(
        self, ticket: int, owner: Key, name: Buffer, how: _How, keep: bool
    ) -> None: ...
    def announce(
        self,
        ticket: int,
        target: Buffer,
        port: int | None,
        signer: Ed25519Signer | None,
        relays: Sequence[str],
        how: _How,
        keep: bool,
    ) -> None: ...
    def unannounce(
        self,
        ticket: int,
        target: Buffer,
        signer: Ed25519Signer | None,
        relays: Sequence[str],
        how: _How,
    ) -> None: ...
    def listen(self, ticket: int, target: Buffer, how: _How) -> None: ...
    def listen_mutable(self, ticket: int, key: Buffer, salt: Buffer, how: _How) -> None: ...
    def forget(self, ticket: int, operation: int) -> None: ...
    def stats(self, ticket: int) -> None: ...
    def contacts(self, ticket: int) -> None: ...

def target_of(network: str, value: Buffer) -> bytes: ...
def mutable_target(network: str, key: Buffer, salt: Buffer) -> bytes: ...
def resolve(names: Sequence[str], v4: bool, v6: bool) -> list[str]: ...

# Records of names cross as their encoding.
_Carrier: TypeAlias = tuple[Buffer, Buffer | None, Buffer, int]

@final
class NameBook:
    """Which record of a name to believe."""

    def __init__(self) -> None: ...
    def offer(self, now_ns: int, owner: Buffer, label: str, record: Buffer) -> None: ...
    def take(
        self, network: str, now_ns: int, owner: Buffer, label: str, carriers: Sequence[_Carrier]
    ) -> tuple[bytes | None, bool, list[Exception]]:
        """The record that stands, whether it is revoked, and why others are refused."""
    def find(self, now_ns: int, owner: Buffer, label: str) -> bytes: ...
    def latest(self, owner: Buffer, label: str) -> bytes | None: ...
    def forget(self, owner: Buffer, label: str) -> None: ...
    def forget_expired(self, now_ns: int) -> None: ...
    def __len__(self) -> int: ...

def make_name(
    owner: Key,
    label: str,
    kind: str,
    addresses: Sequence[str],
    capabilities: Sequence[str],
    created_ns: int,
    expires_ns: int,
    seq: int,
) -> bytes: ...
def update_name(
    owner: Key,
    known: Buffer,
    kind: str,
    addresses: Sequence[str],
    capabilities: Sequence[str],
    created_ns: int,
    expires_ns: int,
) -> bytes: ...
def revoke_name(owner: Key, known: Buffer, now_ns: int, until_ns: int) -> bytes: ...
def verify_name(record: Buffer) -> None: ...
def decode_name(record: Buffer) -> dict[str, Any]: ...
def namespace_id(owner: Buffer, label: str) -> bytes: ...
def name_slot(network: str, owner: Buffer, label: str) -> tuple[bytes, bytes]: ...
