# SPDX-License-Identifier: Apache-2.0
from collections.abc import Sequence
from typing import Any, Final, final

__all__ = ["MAX_NODES", "DhtOptions", "run_dht"]

MAX_NODES: Final[int]

@final
class DhtOptions:
    """What run_dht is to do: scenario::DhtOptions in integers."""

    seed: int
    run: int
    nodes: int
    values: int
    liars_ppm: int
    sybils: int
    bucket_size: int
    lookup_parallelism: int
    disjoint_paths: int
    quorum: int
    loss_ppm: int
    duplicate_ppm: int
    reorder_ppm: int
    full_tables: bool
    density_aware: bool
    duration_ns: int
    mean_session_ns: int
    lookup_every_ns: int
    publish_after_ns: int
    get_every_ns: int
    report_after_ns: int
    refresh_after_ns: int
    republish_after_ns: int
    jitter_ns: int

    def __init__(self) -> None: ...
    def set_network(self, network: str) -> None: ...
    def set_constant_latency(self, one_way_ns: int) -> None: ...
    def set_torus_latency(self, nearest_ns: int, farthest_ns: int) -> None:
        """Placed by `seed`, which is set before."""
    def set_region_latency(
        self, regions: int, one_way_ns: Sequence[int], shares: Sequence[int]
    ) -> None:
        """The same; row by row."""
    def set_session_quantiles(self, quantiles_ns: Sequence[int]) -> None: ...
    def set_weibull_sessions(self, mean_ns: int, shape_ppm: int) -> None: ...
    def set_pareto_sessions(self, mean_ns: int, shape_ppm: int) -> None: ...
    def set_lie(self, lie: str) -> None: ...
    def add_disturbance(
        self, trouble: str, at_ns: int, length_ns: int, nodes_ppm: int
    ) -> None: ...

def run_dht(options: DhtOptions) -> tuple[dict[str, Any], dict[str, Any]]:
    """Arrays by the name of their column, and the sums of the network by theirs."""
