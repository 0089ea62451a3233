# SPDX-License-Identifier: Apache-2.0
from collections.abc import Sequence
from os import PathLike
from typing import Any, Literal, TypeAlias, final

import numpy as np
from numpy.typing import NDArray
from shadw._types import Buffer, Numbers

__all__ = [
    "FreshPlot",
    "PlotCommitment",
    "PlotFile",
    "ProvenSpace",
    "WorkChain",
    "WorkTask",
    "capacity",
    "capacity_index",
    "capacity_parts",
    "challenges_for",
    "combine_space",
    "daily_capacity",
    "detection_probability",
    "labels_to_remake",
    "least_plot_bytes",
    "overhead_cycles",
    "share_by_capacity",
    "storage_condition",
    "storage_is_larger_than_share",
    "useful_work",
    "verify_origin",
    "verify_space",
    "verify_work",
]

_Mode: TypeAlias = Literal["corrected", "paper_literal", "paper_denominator", "sqrt_product"]
_Flags: TypeAlias = Sequence[bool] | NDArray[np.bool_]

@final
class PlotCommitment:
    """What a verifier keeps of a plot."""

    @staticmethod
    def parse(data: Buffer) -> PlotCommitment:
        """Reads what to_bytes wrote."""
    def to_bytes(self) -> bytes:
        """136 bytes."""
    @property
    def node_id(self) -> bytes: ...
    @property
    def seed(self) -> bytes: ...
    @property
    def labels_log2(self) -> int: ...
    @property
    def plot_bytes(self) -> int: ...
    @property
    def labels_root(self) -> bytes: ...
    @property
    def origin_root(self) -> bytes: ...

@final
class FreshPlot:
    """A plot just made, all four layers in memory: four times its size."""

    def __init__(self, node_id: Buffer, seed: Buffer, labels_log2: int) -> None: ...
    @property
    def commitment(self) -> PlotCommitment: ...
    def prove_origin(self, seed: Buffer, openings: int = 128) -> bytes:
        """Proves that the labels are the hashes of their parents."""
    def write(self, path: str | PathLike[str]) -> None:
        """Writes a file that PlotFile opens; it must not be there yet."""

@final
class PlotFile:
    """A plot on a disk."""

    def __init__(self, path: str | PathLike[str]) -> None: ...
    @property
    def commitment(self) -> PlotCommitment: ...
    def prove(self, seed: Buffer, epoch: int, openings: int = 30) -> bytes:
        """Proves that the labels are still kept."""
    def check(self) -> None:
        """Reads all labels and compares them with the roots."""

@final
class ProvenSpace:
    """What the evidence says of one node."""

    @property
    def used_bytes(self) -> int: ...
    @property
    def free_bytes(self) -> int: ...
    @property
    def score_bytes(self) -> int: ...

@final
class WorkTask:
    """What a chain of work is made for."""

    def __init__(
        self,
        node_id: Buffer,
        seed: Buffer,
        *,
        lane: int = 0,
        kind: Literal["hash_chain", "memory_hard"] = "hash_chain",
        gaps: int = 4096,
        steps_per_gap: int = 256,
        memory_bytes: int = 67108864,
    ) -> None: ...
    @property
    def steps(self) -> int: ...

@final
class WorkChain:
    """A chain of steps that was done, and commits to its gaps."""

    def __init__(self, task: WorkTask) -> None: ...
    @property
    def root(self) -> bytes: ...
    def prove(self, seed: Buffer, gaps: int = 30) -> bytes:
        """Opens gap 0 and those that the seed draws."""

def capacity(
    processors: Numbers,
    cores_per_processor: Numbers,
    reply_ms: Numbers,
    overhead_cycles: Numbers,
    disk_reported: Numbers,
    disk_taken: Numbers,
    *,
    reference_compute: float,
    reference_storage: float,
    compute_weight: float = 1.0,
    storage_weight: float = 1.0,
    mode: _Mode = "corrected",
    out: NDArray[Any] | None = None,
) -> Any:
    """The capacity C of nodes; corrected, it needs to know what counts as one."""

def capacity_parts(
    processors: Numbers,
    cores_per_processor: Numbers,
    reply_ms: Numbers,
    overhead_cycles: Numbers,
    disk_reported: Numbers,
    disk_taken: Numbers,
    *,
    reference_compute: float,
    reference_storage: float,
    compute_weight: float = 1.0,
    storage_weight: float = 1.0,
    mode: _Mode = "corrected",
) -> tuple[Any, Any, Any]:
    """Total, compute and storage."""

def capacity_index(
    compute: Numbers,
    storage: Numbers,
    *,
    compute_weight: float = 1.0,
    storage_weight: float = 1.0,
    out: NDArray[Any] | None = None,
) -> Any:
    """Both parts as a number in [0, 1)."""

def overhead_cycles(
    cycles_per_s: Numbers, share: Numbers, out: NDArray[Any] | None = None
) -> Any:
    """The cycles to be had of a node that offers a share of its processors."""

def detection_probability(
    lost: Numbers, challenges: Numbers, out: NDArray[Any] | None = None
) -> Any:
    """The chance that one of so many spot checks hits what is lost."""

def challenges_for(lost: Numbers, probability: Numbers, out: NDArray[Any] | None = None) -> Any:
    """The fewest spot checks that find a loss with that probability."""

def labels_to_remake(labels_log2: int, kept: _Flags, places: Sequence[int]) -> int:
    """How many labels a prover has to make anew who kept only some of the last layer."""

def daily_capacity(times_ns: Sequence[int], capacities: Numbers, day: int) -> float:
    """The mean of a day over all reports, seconds without one at 0."""

def storage_condition(
    report_time_ns: int,
    disk_reported_bytes: int,
    disk_taken_bytes: int,
    audit_time_ns: int,
    outcome: Literal["accepted", "failed", "unknown_error", "offline", "timed_out"],
    proven_bytes: int,
    now_ns: int,
    shard_bytes: int,
) -> Literal["accepted", "audit_not_accepted", "more_than_reported", "no_room"]:
    """Whether a node may be given another shard."""

def storage_is_larger_than_share(
    capacity: Numbers, total_capacity: Numbers, out: NDArray[Any] | None = None
) -> Any:
    """The condition as printed: 1 > C / sum of C."""

def share_by_capacity(
    capacities: Numbers, passed: _Flags, failed: Literal["carry", "redistribute"] = "carry"
) -> tuple[NDArray[np.float64], float]:
    """Each node's share, and what is carried to the next round."""

def combine_space(
    node_id: Buffer,
    used: Sequence[tuple[Buffer, int]],
    plots: Sequence[PlotCommitment],
    *,
    free_weight_ppm: int = 250000,
    least_plot_bytes: int = 536870912,
) -> ProvenSpace:
    """Audited used bytes, and plotted free bytes at a weight under 1."""

def least_plot_bytes(deadline_ms: Numbers, out: NDArray[Any] | None = None) -> Any:
    """The least plot that takes ten deadlines to make anew."""

def verify_space(
    commitment: PlotCommitment, proof: Buffer, seed: Buffer, epoch: int, openings: int = 30
) -> None:
    """Raises unless the epoch's proof holds."""

def verify_origin(
    commitment: PlotCommitment, proof: Buffer, seed: Buffer, openings: int = 128
) -> None:
    """Raises unless the first proof holds."""

def verify_work(
    task: WorkTask, root: Buffer, proof: Buffer, seed: Buffer, gaps: int = 30
) -> None:
    """Raises unless the opened gaps are what their steps give."""

def useful_work(
    node_id: Buffer,
    seed: Buffer,
    *,
    data_shards: int = 10,
    parity_shards: int = 4,
    shard_bytes: int = 1048576,
) -> bytes:
    """The hash of the parity of a buffer made from node and seed."""
