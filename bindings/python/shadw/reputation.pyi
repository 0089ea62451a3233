# SPDX-License-Identifier: Apache-2.0
from collections.abc import Sequence
from typing import Any, Literal, TypeAlias, final

import numpy as np
from numpy.typing import NDArray
from shadw._types import Buffer, Numbers, Rows

__all__ = [
    "PeerMeasurements",
    "ReputationBook",
    "age",
    "beta_score",
    "beta_update",
    "charge_payment",
    "decode_changes",
    "eigentrust",
    "encode_changes",
    "failures_until_disqualified",
    "fake_payments",
    "filtered_mean",
    "global_scores",
    "health",
    "history",
    "local_scores",
    "local_trust",
    "mean",
    "min_max",
    "outliers",
    "payment_gain",
    "penalize",
    "quantile",
    "reporter_weights",
    "sample_variance",
    "slander_by_penalty",
    "slander_by_reports",
    "smooth_score",
    "split_into_sybils",
    "survival_curve",
    "sybil_trust",
    "trust_score",
    "weighted_sum",
    "whitewash",
]

_Mode: TypeAlias = Literal["corrected", "paper_literal", "reference"]
_Out: TypeAlias = NDArray[Any] | None

@final
class ReputationBook:
    """Accounts of parties 0, 1, 2, … in units of 1e-9 point; made with 0 parties, of ids.

    A call that is refused changes nothing. Times are nanoseconds since 1970 and move on
    from window to window.
    """

    def __init__(
        self,
        parties: int = 0,
        *,
        gain_bps: int = 100,
        cap_per_payment: int = 10_000_000_000,
        cap_per_window: int = 10_000_000_000,
        window_ns: int = 86_400_000_000_000,
        keep_log: bool = False,
    ) -> None: ...
    def __len__(self) -> int: ...
    def pay(self, now_ns: int, payers: Numbers, providers: Numbers, amounts: Numbers) -> None:
        """Columns of payments between numbered parties; both sides gain."""
    def pay_by_ids(self, now_ns: int, payers: Rows, providers: Rows, amounts: Numbers) -> None:
        """The same between ids of 32 bytes, as rows; who is new gets the next number."""
    def apply(self, now_ns: int, parties: Numbers, units: Numbers) -> None:
        """Changes of either sign: increases are capped, decreases end at 0."""
    def penalize(
        self, now_ns: int, sender: int, target: int, spend: int, *, multiplier_bps: int = 20_000
    ) -> tuple[int, int]:
        """Spends the sender's reputation to lower the target's; what both have then."""
    def age(self, now_ns: int, ppm: int) -> None:
        """Everybody loses this share, rounded down."""
    def transfer(self, source: int, target: int, units: int) -> None:
        """Always an UnimplementedError: reputation is not transferable."""
    def units(self) -> NDArray[np.uint64]: ...
    def numbers_of(self, ids: Rows) -> NDArray[np.int64]:
        """The number of each id, -1 where there is none."""
    def log(self) -> dict[str, NDArray[Any]]:
        """The columns party, units, window and kind of every change so far."""
    def replay(self, log: dict[str, Any]) -> ReputationBook:
        """The book that this log tells of, with the policy and the size of this one."""

def charge_payment(
    amount: Numbers,
    *,
    fee_bps: Numbers = 200,
    dao_share_ppm: Numbers = 1_000_000,
    mode: _Mode = "corrected",
) -> tuple[Any, Any, Any, Any, Any]:
    """(payer_pays, provider_net, fee, dao, rest) in base units."""

def payment_gain(
    amount: Numbers,
    current: Numbers = 0,
    *,
    gain_bps: int = 100,
    cap_per_payment: int = 10_000_000_000,
    mode: _Mode = "corrected",
    out: _Out = None,
) -> Any:
    """What each side of a payment gains, in units of 1e-9 point."""

def penalize(
    sender: Numbers, target: Numbers, spend: Numbers, *, multiplier_bps: int = 20_000
) -> tuple[Any, Any]:
    """(sender, target) after the sender spent reputation to lower the target's."""

def age(points: Numbers, ppm: Numbers, *, mode: _Mode = "corrected", out: _Out = None) -> Any: ...
def health(increases: Numbers, decreases: Numbers, *, out: _Out = None) -> Any: ...
def history(units: Numbers) -> tuple[int, int, int, int]:
    """(increases, decreases, units gained, units lost) of changes of either sign."""

def trust_score(
    *,
    early_cancelled: Numbers = 0,
    provisioning_failed: Numbers = 0,
    rejected: Numbers = 0,
    completed: Numbers = 0,
    response_hours: Numbers = 12,
    points_90_days: Numbers = 0,
    stuck_value_usd: Numbers = 0,
    active_contracts: Numbers = 0,
    days_since_check_in: Numbers = 0,
    has_contact: Numbers = 1,
    repeat_customers: Numbers = 0,
    reviews: Numbers = 0,
    would_rent_again: Numbers = 0,
    matched_description: Numbers = 0,
) -> tuple[Any, Any]:
    """(points of 0 to 100, a bit for each flag)."""

def beta_update(
    alpha: Numbers, beta: Numbers, success: Numbers, *, forgetting: float = 0.999, weight: float = 1.0
) -> tuple[Any, Any]: ...
def beta_score(alpha: Numbers, beta: Numbers, *, out: _Out = None) -> Any: ...
def failures_until_disqualified(
    successes: Numbers = 0, *, forgetting: float = 0.999, threshold: float = 0.96
) -> Any: ...
def survival_curve(
    *,
    failures_ppm: int,
    seed: int,
    audits: int = 100_000,
    step: int = 1000,
    runs: int = 1000,
    forgetting: float = 0.999,
    threshold: float = 0.96,
) -> tuple[NDArray[np.float64], NDArray[np.uint32], int]:
    """(the share alive after 0, step, … audits; when each run ended; the median or 0)."""

def local_trust(satisfactory: Numbers, unsatisfactory: Numbers, *, out: _Out = None) -> Any: ...
def eigentrust(
    nodes: int,
    source: Numbers,
    target: Numbers,
    trust: Numbers,
    *,
    pre_trusted: Numbers = (),
    pre_trust_share: float = 0.15,
    tolerance: float = 1e-9,
    max_iterations: int = 1000,
) -> tuple[NDArray[np.float64], int, float]:
    """(the trust of each node, of sum 1; iterations; the change of the last)."""

def encode_changes(ids: Sequence[Buffer], units: Numbers) -> bytes: ...
def decode_changes(record: Buffer) -> list[tuple[bytes, int]]: ...
def mean(values: Numbers) -> float: ...
def sample_variance(values: Numbers) -> float: ...
def weighted_sum(values: Numbers, weights: Numbers) -> float: ...
def outliers(values: Numbers, weights: Numbers | None = None) -> list[int]:
    """The places of values three standard deviations or more from the mean, weighted or not."""

def filtered_mean(values: Numbers, weights: Numbers, *, mode: _Mode = "corrected") -> float: ...
def min_max(value: Numbers, least: Numbers, greatest: Numbers, out: _Out = None) -> Any:
    """Where a value lies in its range; NaN, or None of numbers, where there is no range."""

def quantile(values: Numbers, q: float) -> float | None: ...
def reporter_weights(scores: Numbers, *, inverted: bool = False) -> NDArray[np.float64]: ...
def smooth_score(old_score: Numbers, new_score: Numbers, *, new_weight_percent: int = 30) -> Any: ...
@final
class PeerMeasurements:
    """What a node measured of one peer. One thread at a time."""

    def __init__(self) -> None: ...
    def add_latency(self, ms: int) -> None: ...
    def add_interaction(
        self, weight: Literal["weak", "strong", "very_strong", "provable"], satisfied: bool
    ) -> None: ...
    def add_received(self, bytes: int, ms: int | None = None) -> None: ...
    def add_sent(self, bytes: int, ms: int | None = None) -> None: ...
    def add_ping(self, answered: bool) -> None: ...
    def set_hops(self, hops: int) -> None: ...
    def report(self) -> dict[str, float | None]:
        """What global_scores takes, and hops; None for what was not measured."""

def local_scores(
    *,
    latency_ms: Numbers = ...,
    interactions: Numbers = ...,
    inbound_bytes_per_ms: Numbers = ...,
    outbound_bytes_per_ms: Numbers = ...,
    bytes_received: Numbers = ...,
    bytes_sent: Numbers = ...,
    uptime_percent: Numbers = ...,
) -> NDArray[np.float64]:
    """A node's own score of each peer, 0 to 100; NaN where nothing is known."""

def global_scores(
    scores: Numbers,
    reporter: Numbers,
    subject: Numbers,
    *,
    latency_ms: Numbers = ...,
    interactions: Numbers = ...,
    inbound_bytes_per_ms: Numbers = ...,
    outbound_bytes_per_ms: Numbers = ...,
    bytes_received: Numbers = ...,
    bytes_sent: Numbers = ...,
    uptime_percent: Numbers = ...,
    least_reports: int = 4,
    least_metrics: int = 3,
    least_uptime: int = 40,
    mode: _Mode = "corrected",
    participated: Numbers = 1,
) -> tuple[NDArray[np.uint8], NDArray[np.int16], NDArray[np.uint8]]:
    """(smoothed score, this round's or -1, whether it participates) of each node.

    `scores` are those before, -1 for none, and `participated` who was in before: who was
    not stays out until it is 1 again. The rest has a row for each report, NaN where nothing
    was measured.
    """

def fake_payments(
    *,
    members: int = 2,
    windows: int = 1,
    payments_per_window: int = 1,
    payment: int = 100_000_000_000,
    dao_share_ppm: int = 1_000_000,
) -> dict[str, Any]: ...
def slander_by_penalty(
    *,
    victim: int = 100_000_000_000,
    names: int = 2,
    multiplier_bps: int = 20_000,
    payment: int = 100_000_000_000,
) -> dict[str, int]: ...
def slander_by_reports(
    *,
    honest: int = 20,
    liars: int = 5,
    truth: float = 100.0,
    lie: float = 10_000.0,
    honest_score: float = 80.0,
    liar_score: float = 15.0,
    mode: _Mode = "corrected",
) -> dict[str, Any]: ...
def whitewash(held: Numbers) -> tuple[Any, Any, Any]:
    """(trade, fees, windows) until a new name is worth as much."""

def split_into_sybils(points: Numbers, names: Numbers) -> tuple[Any, Any, Any]:
    """(weight of one, weight of many, factor) of square-root rewards."""

def sybil_trust(
    *,
    seed: int,
    honest: int = 1000,
    edges_per_honest: int = 10,
    sybils: int = 100,
    deceived: int = 10,
    pre_trusted: int = 10,
    pre_trust_share: float = 0.15,
) -> dict[str, Any]: ...
