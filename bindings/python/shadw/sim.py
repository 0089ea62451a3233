# SPDX-License-Identifier: Apache-2.0
"""Networks in virtual time: a whole simulation is one call.

    run = shadw.sim.dht(nodes=10_000, seed=7, mean_session=3600)
    run.success_rate("lookup")
    run.to_frame().groupby("deed").messages.mean()

Durations are seconds or a `datetime.timedelta`, shares lie between 0 and 1. Equal arguments
give equal columns and an equal `trace_hash`, on every machine. The interpreter's lock is
free during the run, and Ctrl-C ends it.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import typing

import numpy as np
import numpy.typing as npt
from numpy.typing import NDArray

from shadw import _sim
from shadw._errors import InvalidArgumentError
from shadw._frames import pandas
from shadw._units import (
    Span,
    nanosecond_column,
    nanoseconds,
    parts_per_million,
    real_column,
)

if typing.TYPE_CHECKING:
    import pandas as pd

MAX_NODES = _sim.MAX_NODES
# What `DhtRun.deed` counts through.
DEEDS = ("lookup", "get", "put")

_COLUMNS = (
    "begun_s", "took_s", "deed", "node", "hops", "messages", "closest_found", "success",
)

__all__ = [
    "DEEDS", "MAX_NODES", "Deed", "DhtRun", "Disturbance", "Pareto", "Regions", "Weibull", "dht",
]

Deed: typing.TypeAlias = typing.Literal["lookup", "get", "put"]


@dataclasses.dataclass(frozen=True)
class Disturbance:
    """What happens to a share of the nodes."""

    # "restart": they lose all they know. "partition": they reach only each other.
    # "outage": they have no network.
    trouble: typing.Literal["restart", "partition", "outage"]
    at: Span  # from the beginning
    length: Span = 0.0
    nodes: float = 0.5  # their share


@dataclasses.dataclass(frozen=True, eq=False)
class Regions:
    """Latencies as measured between regions; each node stands in one of them."""

    # One way in seconds, or of timedelta64: from region i to region j at [i, j].
    one_way: npt.ArrayLike
    # How many nodes stand in each, relative to the others; None: in all alike.
    shares: npt.ArrayLike | None = None


@dataclasses.dataclass(frozen=True)
class Weibull:
    """Lengths of sessions; with a shape below 1 who stayed long tends to stay longer."""

    mean: Span
    shape: float  # 0.25 to 10; 1: exponential; in the wild 0.34 to 0.59


@dataclasses.dataclass(frozen=True)
class Pareto:
    """Lengths of sessions with a heavy tail."""

    mean: Span
    shape: float  # 0.5 to 100


@dataclasses.dataclass(frozen=True, eq=False)
class DhtRun:
    """What came of a run. The arrays have one row for each deed, in the order they ended."""

    begun_s: NDArray[np.float64]  # since the beginning of the run
    took_s: NDArray[np.float64]
    deed: NDArray[np.uint8]  # an index into DEEDS
    node: NDArray[np.uint32]  # who did it
    hops: NDArray[np.uint16]
    messages: NDArray[np.uint32]  # requests sent
    # Of a lookup: of the k nodes alive that were closest to the target when it ended, how
    # many were found. Of others 0.
    closest_found: NDArray[np.uint16]
    # Of a lookup: one of them was found. Of a get: the value was. Of a put: somebody has it.
    success: NDArray[np.bool_]

    # Of the whole network.
    trace_hash: int
    joined: int  # nodes that came during the run
    departed: int
    simulated_s: float
    node_seconds: float
    events: int
    sent: int  # datagrams
    sent_bytes: int
    delivered: int
    delivered_bytes: int
    duplicated: int
    lost: int

    def __len__(self) -> int:
        return len(self.deed)

    def __repr__(self) -> str:
        return f"DhtRun({len(self)} rows, trace_hash={self.trace_hash:#018x})"

    def of(self, deed: Deed) -> NDArray[np.bool_]:
        """The mask of the rows that tell of it."""
        mask: NDArray[np.bool_] = self.deed == DEEDS.index(deed)
        return mask

    def success_rate(self, deed: Deed) -> float:
        """Not a number where it was never tried."""
        tried = self.success[self.of(deed)]
        return float(tried.mean()) if len(tried) else float("nan")

    def to_frame(self) -> pd.DataFrame:
        """A row for each deed; `deed` is a category. Needs pandas."""
        frames = pandas()
        columns = {name: getattr(self, name) for name in _COLUMNS}
        columns["deed"] = frames.Categorical.from_codes(self.deed.astype(np.int8), DEEDS)
        frame: pd.DataFrame = frames.DataFrame(columns)
        return frame


def dht(
    *,
    nodes: int = 1000,
    seed: int,
    run: int = 0,
    network: typing.Literal["mainline", "hyperdht"] = "mainline",
    full_tables: bool = True,
    bucket_size: int = 0,
    lookup_parallelism: int = 0,
    disjoint_paths: int = 1,
    density_aware: bool = False,
    quorum: int = 1,
    latency: Span | tuple[Span, Span] | Regions | NDArray[typing.Any] = 0.05,
    jitter: Span = 0.0,
    loss: float = 0.0,
    duplicate: float = 0.0,
    reorder: float = 0.0,
    duration: Span = 3600.0,
    mean_session: Span = 0.0,
    sessions: Span | Weibull | Pareto | NDArray[typing.Any] | None = None,
    lookup_every: Span = 60.0,
    report_after: Span = 0.0,
    values: int = 0,
    publish_after: Span = 0.0,
    get_every: Span = 1.0,
    refresh_after: Span = 900.0,
    republish_after: Span = 1800.0,
    liars: float = 0.0,
    lie: typing.Literal["drop", "wrong", "collude"] = "drop",
    sybils: int = 0,
    disturbances: collections.abc.Iterable[Disturbance] = (),
) -> DhtRun:
    """Runs a network of `nodes` for `duration` of virtual time.

    full_tables    tables begin full; otherwise the nodes join one by one
    bucket_size, lookup_parallelism   k and alpha; 0: the protocol's
    latency        one way; or a pair: from nearest to farthest, as nodes lie on a square;
                   or `Regions`, or their array alone, where all are alike
    mean_session   sessions are exponential, who leaves is replaced; 0: nobody leaves
    sessions       instead of it: all are of this length; or a family; or an array of their
                   quantiles at equal steps, from the shortest to the longest
    lookup_every   each node looks up a random target once in this time; 0: none does
    report_after   only what begins after this time has a row
    values         put and kept alive by nodes that stay, first after `publish_after`, and got
                   by anybody every `get_every`
    liars          their share of the nodes; `lie`: they say nothing, name nodes that do not
                   exist, or name each other
    sybils         ids placed closest to the first value before it is put
    """
    given = dict(locals())
    options = _sim.DhtOptions()
    for name in _PLAIN:
        setattr(options, name, given[name])
    for name in _SPANS:
        setattr(options, f"{name}_ns", nanoseconds(name, given[name]))
    for name in _SHARES:
        setattr(options, f"{name}_ppm", parts_per_million(name, given[name]))
    options.set_network(network)
    options.set_lie(lie)
    _set_latency(options, latency)
    _set_sessions(options, sessions)
    for it in disturbances:
        options.add_disturbance(
            it.trouble,
            nanoseconds("at", it.at),
            nanoseconds("length", it.length),
            parts_per_million("nodes", it.nodes),
        )
    columns, sums = _sim.run_dht(options)
    columns["success"] = columns["success"].view(np.bool_)
    return DhtRun(**columns, **sums)


def _set_latency(
    options: _sim.DhtOptions, latency: Span | tuple[Span, Span] | Regions | NDArray[typing.Any]
) -> None:
    if isinstance(latency, np.ndarray) and latency.ndim > 0:
        latency = Regions(latency)
    if isinstance(latency, tuple):
        if len(latency) != 2:
            raise InvalidArgumentError(
                f"shadw: got {len(latency)} latencies, need the nearest and the farthest"
            )
        nearest, farthest = latency
        options.set_torus_latency(
            nanoseconds("latency", nearest), nanoseconds("latency", farthest)
        )
    elif isinstance(latency, Regions):
        one_way = nanosecond_column("latency", latency.one_way)
        if one_way.ndim != 2 or one_way.shape[0] != one_way.shape[1]:
            raise InvalidArgumentError(
                f"shadw: got latency of shape {one_way.shape}, need a square of regions"
            )
        options.set_region_latency(
            len(one_way), one_way.ravel().tolist(), _whole_shares(latency.shares)
        )
    else:
        options.set_constant_latency(nanoseconds("latency", typing.cast(Span, latency)))


def _whole_shares(shares: npt.ArrayLike | None) -> list[int]:
    if shares is None:
        return []
    column = real_column("shares", shares)
    if column.ndim != 1 or (column < 0).any() or not column.sum() > 0:
        raise InvalidArgumentError("shadw: got shares below zero or all zero, need a row above it")
    millionths: list[int] = np.rint(column / column.sum() * 1e6).astype(np.int64).tolist()
    return millionths


def _set_sessions(
    options: _sim.DhtOptions, sessions: Span | Weibull | Pareto | NDArray[typing.Any] | None
) -> None:
    if sessions is None:
        return
    if isinstance(sessions, (Weibull, Pareto)):
        fill = (
            options.set_weibull_sessions
            if isinstance(sessions, Weibull)
            else options.set_pareto_sessions
        )
        shape = real_column("shape", sessions.shape)
        if shape.ndim != 0 or not 0 <= shape <= 1000:
            raise InvalidArgumentError(f"shadw: got shape {sessions.shape}, need at most 100")
        fill(nanoseconds("sessions", sessions.mean), round(float(shape) * 1_000_000))
    elif isinstance(sessions, np.ndarray) and sessions.ndim > 0:
        quantiles = nanosecond_column("sessions", sessions)
        if quantiles.ndim != 1:
            raise InvalidArgumentError(
                f"shadw: got sessions of shape {quantiles.shape}, need a row of quantiles"
            )
        options.set_session_quantiles(quantiles.tolist())
    else:
        always = nanoseconds("sessions", typing.cast(Span, sessions))
        options.set_session_quantiles([always, always])


# The arguments of `dht`, by what they are to the library.
_PLAIN = (
    "nodes", "seed", "run", "full_tables", "bucket_size", "lookup_parallelism",
    "disjoint_paths", "density_aware", "quorum", "values", "sybils",
)
_SPANS = (
    "duration", "mean_session", "lookup_every", "publish_after", "get_every", "report_after",
    "refresh_after", "republish_after", "jitter",
)
_SHARES = ("loss", "duplicate", "reorder", "liars")
