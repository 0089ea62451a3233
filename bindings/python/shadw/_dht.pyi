# SPDX-License-Identifier: Apache-2.0
from collections.abc import Sequence
from typing import Any, Final, TypeAlias, final

from shadw._types import Buffer
from shadw.crypto import Ed25519Signer

__all__ = [
    "HYPERDHT_BOOTSTRAP",
    "MAINLINE_BOOTSTRAP",
    "Runner",
    "mutable_target",
    "resolve",
    "target_of",
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
    def get_mutable(self, ticket: int, key: Buffer, salt: Buffer, how: _How) -> None: ...
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
