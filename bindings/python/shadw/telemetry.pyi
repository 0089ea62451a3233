# SPDX-License-Identifier: Apache-2.0
import os
from typing import Any, Literal, TypeAlias, final

from numpy.typing import NDArray
from shadw._types import Buffer, Key, Numbers

__all__ = [
    "Gossip",
    "HealthTable",
    "RateMeter",
    "open_report",
    "required_throughput",
    "rtt_estimate",
    "sample_machine",
    "sign_report",
]

@final
class RateMeter:
    """Requests and clients of a sliding window; times are nanoseconds since 1970."""

    def __init__(self, *, window_ns: int = 60_000_000_000, buckets: int = 60) -> None: ...
    def record(self, now_ns: int, client: int, requests: int = 1) -> None: ...
    def register(self, client: int) -> None:
        """A client that counts although it may be silent."""
    def unregister(self, client: int) -> None: ...
    def average_rate_per_client(self, now_ns: int) -> float: ...
    def clients(self, now_ns: int) -> int: ...
    def observed_rps(self, now_ns: int) -> float: ...
    def check(self, now_ns: int, required_rps: float) -> tuple[bool, float]:
        """(whether the observed rate is enough, observed / required)."""

# (sequence, when it was heard, statistics) of a report.
_Entry: TypeAlias = tuple[int, int, dict[str, int]]

@final
class HealthTable:
    """The latest report of every node; nodes are known by their public keys."""

    def __init__(
        self,
        *,
        interval_ns: int = 30_000_000_000,
        stale_after: int = 3,
        max_ahead_ns: int = 120_000_000_000,
        max_nodes: int = 100_000,
    ) -> None: ...
    def __len__(self) -> int: ...
    def ingest(self, now_ns: int, report: Buffer) -> None:
        """Takes a signed report in, unless it is forged, older than the last or ahead of time."""
    def find(self, node: Buffer) -> _Entry | None: ...
    def fresh(self, now_ns: int) -> list[bytes]: ...
    def stale(self, now_ns: int) -> list[bytes]:
        """The nodes of which nothing was heard for `stale_after` intervals."""

@final
class Gossip:
    """Spreads reports among peers; a machine without sockets: carry its datagrams.

    Peers are "1.2.3.4:80" or "[::1]:80"; without a seed the randomness is the system's.
    """

    def __init__(
        self,
        now_ns: int,
        *,
        seed: int | None = None,
        round_ns: int = 1_000_000_000,
        broadcast: bool = False,
        interval_ns: int = 30_000_000_000,
        stale_after: int = 3,
        max_ahead_ns: int = 120_000_000_000,
        max_nodes: int = 100_000,
    ) -> None: ...
    def __len__(self) -> int: ...
    def add_peer(self, peer: str) -> None: ...
    def publish(self, now_ns: int, report: Buffer) -> None:
        """One's own report, to be told from the next round on."""
    def handle_message(self, now_ns: int, peer: str, message: Buffer) -> None: ...
    def handle_timeout(self, now_ns: int) -> None: ...
    def poll_transmit(self) -> tuple[str, bytes] | None:
        """(peer, datagram) to be sent, until there is none."""
    def poll_event(self) -> tuple[bytes, int] | None:
        """(node, sequence) of a report that was not known before."""
    @property
    def next_timeout_ns(self) -> int | None: ...
    def find(self, node: Buffer) -> _Entry | None: ...
    def fresh(self, now_ns: int) -> list[bytes]: ...
    def stale(self, now_ns: int) -> list[bytes]: ...

def required_throughput(
    light_clients: Numbers,
    full_clients: Numbers,
    rate: Numbers,
    *,
    unit: Literal["second", "minute", "hour"] = "second",
    out: NDArray[Any] | None = None,
) -> Any:
    """Requests a second."""

def rtt_estimate(samples_ms: Numbers) -> tuple[float, float, float]:
    """(srtt, rttvar, timeout without a lower bound) in ms after these samples."""

def sample_machine(now_ns: int, disk: str | os.PathLike[str] = "/") -> dict[str, int]:
    """What this machine has and what of it is free."""

def sign_report(seed: Key, sequence: int, stats: dict[str, int]) -> bytes: ...
def open_report(report: Buffer) -> tuple[bytes, int, dict[str, int]]:
    """(public key, sequence, statistics) of a report whose signature is right."""
