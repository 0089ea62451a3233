# SPDX-License-Identifier: Apache-2.0
import os
from typing import Any, Literal, final

from numpy.typing import NDArray
from shadw._types import Buffer, Key, Numbers

__all__ = [
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
    def clients(self, now_ns: int) -> int: ...
    def observed_rps(self, now_ns: int) -> float: ...
    def check(self, now_ns: int, required_rps: float) -> tuple[bool, float]:
        """(whether the observed rate is enough, observed / required)."""

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
