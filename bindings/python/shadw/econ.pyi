# SPDX-License-Identifier: Apache-2.0
from collections.abc import Sequence
from typing import Any, Final, Literal, TypeAlias, final

import numpy as np
from numpy.typing import NDArray
from shadw._types import Buffer, Numbers

__all__ = [
    "BASE_UNITS_PER_TOKEN",
    "BLOCK_INTERVAL_SECONDS",
    "Accounts",
    "CheckInBook",
    "Distribution",
    "EscrowAccount",
    "Meter",
    "ServiceToken",
    "allowed_downtime_ns",
    "annual_loss",
    "bandwidth_price",
    "bernstein",
    "bezier_integral",
    "bezier_position",
    "bezier_price",
    "bezier_price_at",
    "bit_ops_per_flop",
    "breakeven_loss",
    "buy_cost",
    "charge",
    "charge_payment",
    "compute_price",
    "compute_rates",
    "correlated_loss",
    "energy_kwh",
    "energy_price",
    "evaluate_sla",
    "exact_buy_cost",
    "exact_plan_sale",
    "exact_position",
    "exact_price_at",
    "exact_sell_refund",
    "expected_net",
    "inflation_emission",
    "inflation_supply",
    "is_malicious",
    "judge_fetch",
    "lazy_repair",
    "lazy_repair_nines",
    "linear_price",
    "lock_boost_ppm",
    "lock_price",
    "max_faulty",
    "next_base_fee",
    "next_block_seconds",
    "participation_fee",
    "pending_rewards",
    "period_loss",
    "price_at",
    "procure",
    "prorated_refund",
    "quorum",
    "rank_offers",
    "registration_fee",
    "reward_at",
    "reward_capacity",
    "reward_epoch",
    "reward_pools",
    "reward_storage",
    "select_proposer",
    "sell_refund",
    "settle",
    "settle_escrow",
    "simulate_net",
    "simulate_ratio",
    "sla_credit",
    "sla_penalty_points",
    "split_by_sqrt",
    "split_by_weight",
    "split_equally",
    "split_fee",
    "split_fetch_reward",
    "sqrt_weight",
    "supply_after",
    "t_from_utilisation",
    "tiered_price",
    "time_weighted_rate",
    "two_thirds",
    "utilisation_price",
    "vickrey",
]

# What a function of numbers returns: a number where all its arguments are, else an array.
_Out: TypeAlias = NDArray[Any] | None
_Points: TypeAlias = Sequence[float] | NDArray[Any]
_ExactPoints: TypeAlias = Sequence[int] | NDArray[Any]
_Mode: TypeAlias = Literal["corrected", "paper_literal", "reference"]

BASE_UNITS_PER_TOKEN: Final[int]
BLOCK_INTERVAL_SECONDS: Final[int]

@final
class Accounts:
    """Balances that add up: sum + burned == minted. One thread at a time."""

    def __init__(
        self,
        accounts: int,
        *,
        initial_reward: int = 50000000000,
        halve_every_blocks: int = 210000,
        tail: int = 0,
    ) -> None: ...
    def mint_block(self, receiver: int) -> int:
        """The next block's reward to `receiver`, the only way in."""
    def pay(self, payer: int, to: int, amount: int) -> None: ...
    def pay_with_fee(
        self,
        payer: int,
        to: int,
        amount: int,
        sinks: Sequence[tuple[int, int]],
        fee_bps: int = 200,
        mode: _Mode = "corrected",
    ) -> tuple[int, int, int, int, int]:
        """As charge_payment; `sinks` are (account, share in ppm), where none the fee is burned."""
    def burn(self, account: int, amount: int) -> None: ...
    def balances(self) -> NDArray[Any]: ...
    @property
    def blocks(self) -> int: ...
    @property
    def minted(self) -> int: ...
    @property
    def burned(self) -> int: ...

@final
class Meter:
    """Sums usage at the price of the moment, and rounds once. One thread at a time."""

    def __init__(self, tariffs: Sequence[tuple[int, int]]) -> None:
        """A line for each (price, per_units)."""
    def add(self, line: int, units: Numbers) -> None:
        """Counts one record, or every one of an array: all of them or none."""
    def set_price(self, line: int, price: int) -> None: ...
    def accrued(self) -> tuple[int, list[tuple[int, int]]]:
        """(total, [(units, amount) of each line]) of the invoice so far."""
    def close(self) -> tuple[int, list[tuple[int, int]]]:
        """The invoice; what it was rounded up by is taken off the next."""

def bandwidth_price(
    megabytes: Numbers,
    seconds: Numbers,
    latency_ms: Numbers,
    ping_ms: Numbers,
    per_megabyte: Numbers,
    per_second: Numbers,
    per_latency_ms: Numbers,
    per_ping_ms: Numbers,
    target_latency_ms: Numbers = 0.0,
    target_ping_ms: Numbers = 0.0,
    mode: _Mode = "corrected",
    out: _Out = None,
) -> Any:
    """Volume and booked time, less what is slower than agreed; at least 0."""

def bernstein(t: Numbers, points: Sequence[float], out: _Out = None) -> Any:
    """The Bézier curve of any degree at t."""

def bezier_integral(t: Numbers, points: _Points, mode: _Mode = "corrected", out: _Out = None) -> Any:
    """The integral of bezier_price from 0 to t."""

def bezier_position(price: Numbers, points: _Points, out: _Out = None) -> Any:
    """The largest t whose price is at most `price`."""

def bezier_price(t: Numbers, points: _Points, mode: _Mode = "corrected", out: _Out = None) -> Any:
    """The price at t in [0, 1] of the curve through four control points."""

def bezier_price_at(x: Numbers, xs: _Points, ys: _Points, out: _Out = None) -> Any:
    """The price y of a curve in the plane where its x is `x`."""

def bit_ops_per_flop(bit_ops: Numbers, flops: Numbers, out: _Out = None) -> Any:
    """The class of a workload."""

def buy_cost(
    supply: Numbers,
    units: Numbers,
    points: _Points,
    max_supply: Numbers,
    mode: _Mode = "corrected",
    out: _Out = None,
) -> Any:
    """What `units` more cost from `supply` on."""

def charge(units: Numbers, price: Numbers, per_units: Numbers = 1, out: _Out = None) -> Any:
    """ceil(units * price / per_units), exactly."""

def charge_payment(
    amount: Numbers,
    fee_bps: Numbers = 200,
    dao_share_ppm: Numbers = 1000000,
    mode: _Mode = "corrected",
) -> tuple[Any, Any, Any, Any, Any]:
    """(payer_pays, provider_net, fee, dao, rest) of a payment."""

def compute_price(
    bit_ops: Numbers,
    flops: Numbers,
    per_bit_op: Numbers,
    per_flop: Numbers,
    out: _Out = None,
) -> Any:
    """Linear in both kinds of operation."""

def compute_rates(
    joules_per_bit_op: Numbers,
    joules_per_flop: Numbers,
    tariff_per_kwh: Numbers,
) -> tuple[Any, Any]:
    """(per_bit_op, per_flop) by which operations cost what their energy does."""

def energy_kwh(
    bit_ops: Numbers,
    flops: Numbers,
    joules_per_bit_op: Numbers,
    joules_per_flop: Numbers,
    idle_watts: Numbers = 0.0,
    seconds: Numbers = 0.0,
    out: _Out = None,
) -> Any:
    """The energy of operations and of idling for `seconds`."""

def energy_price(
    bit_ops: Numbers,
    flops: Numbers,
    joules_per_bit_op: Numbers,
    joules_per_flop: Numbers,
    tariff_per_kwh: Numbers,
    idle_watts: Numbers = 0.0,
    seconds: Numbers = 0.0,
    out: _Out = None,
) -> Any:
    """energy_kwh at a tariff."""

def exact_buy_cost(
    supply: Numbers,
    units: Numbers,
    points: _ExactPoints,
    max_supply: int,
    mode: _Mode = "corrected",
    out: _Out = None,
) -> Any:
    """buy_cost in whole base units; pieces add up to the whole."""

def exact_plan_sale(
    supply: Numbers,
    min_price: Numbers,
    max_units: Numbers,
    points: _ExactPoints,
    max_supply: int,
) -> tuple[Any, Any, Any, Any]:
    """(units, supply_after, refund, price_after) of a sale that stops at a price."""

def exact_position(price: Numbers, points: _ExactPoints, max_supply: int, out: _Out = None) -> Any:
    """The largest supply whose price is at most `price`."""

def exact_price_at(
    supply: Numbers,
    points: _ExactPoints,
    max_supply: int,
    mode: _Mode = "corrected",
    out: _Out = None,
) -> Any:
    """price_at in whole base units, rounded down."""

def exact_sell_refund(
    supply: Numbers,
    units: Numbers,
    points: _ExactPoints,
    max_supply: int,
    fee_bps: Numbers = 0,
    mode: _Mode = "corrected",
    out: _Out = None,
) -> Any:
    """exact_buy_cost of the same units, less a fee that is rounded up."""

def inflation_emission(
    epoch: Numbers,
    initial_supply: Numbers,
    rate_ppm: Numbers,
    epochs_per_year: Numbers = 365,
    mode: _Mode = "corrected",
    out: _Out = None,
) -> Any:
    """What an epoch mints."""

def inflation_supply(
    epochs: Numbers,
    initial_supply: Numbers,
    rate_ppm: Numbers,
    epochs_per_year: Numbers = 365,
    out: _Out = None,
) -> Any:
    """The supply after so many epochs."""

def linear_price(start: Numbers, rates: Numbers, usage: Numbers) -> Any:
    """start + the sum of rates * usage along their last dimension."""

def lock_price(
    stable_e6: Numbers,
    rate: Numbers,
    now_ns: Numbers,
    valid_ns: Numbers,
) -> tuple[Any, Any]:
    """(amount, expires_ns) of a quote."""

def next_block_seconds(now: int, entries: int) -> int | None:
    """When a block of so many entries is due, in seconds since the first (S94)."""

def participation_fee(
    block: Numbers,
    initial_reward: Numbers = 50000000000,
    halve_every_blocks: Numbers = 210000,
    tail: Numbers = 0,
    out: _Out = None,
) -> Any:
    """A hundredth of the block's reward."""

def pending_rewards(
    last: Numbers,
    now: Numbers,
    mode: _Mode = "corrected",
    initial_reward: Numbers = 50000000000,
    halve_every_blocks: Numbers = 210000,
    tail: Numbers = 0,
    out: _Out = None,
) -> Any:
    """What was earned between two times, in seconds since the first block."""

def price_at(
    supply: Numbers,
    points: _Points,
    max_supply: Numbers,
    mode: _Mode = "corrected",
    out: _Out = None,
) -> Any:
    """What the next unit costs."""

def registration_fee(
    blocks_so_far: Numbers,
    initial_reward: Numbers = 50000000000,
    halve_every_blocks: Numbers = 210000,
    tail: Numbers = 0,
    out: _Out = None,
) -> Any:
    """The participation fee, 0 where there is no block yet."""

def reward_at(
    block: Numbers,
    initial_reward: Numbers = 50000000000,
    halve_every_blocks: Numbers = 210000,
    tail: Numbers = 0,
    out: _Out = None,
) -> Any:
    """What a block mints: halved every so many, not under the tail."""

def sell_refund(
    supply: Numbers,
    units: Numbers,
    points: _Points,
    max_supply: Numbers,
    fee_bps: Numbers = 0,
    mode: _Mode = "corrected",
    out: _Out = None,
) -> Any:
    """What selling `units` back at `supply` pays."""

def settle(amount: Numbers, expires_ns: Numbers, now_ns: Numbers, out: _Out = None) -> Any:
    """The amount of a quote that has not expired."""

def split_fee(fee: int, shares_ppm: Sequence[int]) -> NDArray[Any]:
    """A fee to its sinks, every base unit of it."""

def supply_after(
    blocks: Numbers,
    initial_reward: Numbers = 50000000000,
    halve_every_blocks: Numbers = 210000,
    tail: Numbers = 0,
    out: _Out = None,
) -> Any:
    """The sum of the rewards of the first `blocks` blocks."""

def t_from_utilisation(used: Numbers, capacity: Numbers, out: _Out = None) -> Any:
    """used / capacity, in [0, 1]."""

def time_weighted_rate(
    times: Sequence[int],
    rates: Sequence[int],
    now_ns: int,
    window_ns: int,
) -> int:
    """The mean of the rate over a window, each weighted by how long it held."""

# --- who is paid ----------------------------------------------------------------

_Remainder: TypeAlias = Literal["largest_remainder", "burn", "carry"]
# (shares, paid, burned, carried)
_Split: TypeAlias = tuple[NDArray[Any], int, int, int]

def sqrt_weight(reputation: Numbers, out: _Out = None) -> Any:
    """floor(sqrt(reputation * 2^64)), exactly."""

def split_by_weight(pool: int, weights: Numbers, remainder: _Remainder = "largest_remainder") -> _Split:
    """floor(pool * weight / sum) each, and what that leaves over by its rule."""

def split_by_sqrt(
    pool: int,
    reputations: Numbers,
    remainder: _Remainder = "largest_remainder",
    bootstrap: bool = False,
    mode: _Mode = "corrected",
) -> _Split:
    """By the square roots of reputations, in exact integers (S96, R5)."""

def split_equally(
    pool: int, participants: int, remainder: _Remainder = "largest_remainder"
) -> _Split: ...
def reward_pools(
    supply: Numbers, capacity_ppm: Numbers, storage_ppm: Numbers
) -> tuple[Any, Any, Any]:
    """(capacity, storage, rest) of a period's supply (S65, S66)."""

def reward_capacity(
    pool: int,
    capacities: Numbers,
    remainder: _Remainder = "largest_remainder",
    mode: _Mode = "corrected",
) -> _Split:
    """RW1 (S65)."""

def reward_storage(
    pool: int,
    capacities: Numbers,
    passed: Sequence[bool] | NDArray[np.bool_],
    failed: Literal["carry", "redistribute"] = "carry",
    remainder: _Remainder = "largest_remainder",
    mode: _Mode = "corrected",
) -> _Split:
    """RW2 (S66): `failed` says what becomes of the share of those that failed their audit."""

def judge_fetch(responses: Sequence[tuple[int, bytes, int, bool, bool]]) -> list[str]:
    """'first', 'late' or 'invalid' for each (group, node, acknowledged_ns, valid, acknowledged)."""

def split_fetch_reward(
    pool: Numbers, winners: Numbers, holders: Numbers, holder_ppm: Numbers = 200000
) -> tuple[Any, Any, Any, Any, Any]:
    """(per_winner, larger_winners, per_holder, larger_holders, carried) (S51)."""

def lock_boost_ppm(
    lock_epochs_left: Numbers,
    max_boost_ppm: Numbers = 4000000,
    max_lock_epochs: Numbers = 1460,
    out: _Out = None,
) -> Any:
    """min(max, 1 + (max - 1) * left / max_lock) in ppm (S141)."""

def reward_epoch(
    supply_at_year_start: int,
    revenues: Numbers,
    lock_epochs_left: Numbers,
    service_revenues: Numbers,
    inflation_ppm: int = 100000,
    epochs_per_year: int = 365,
    node_ppm: int = 800000,
    protocol_ppm: int = 100000,
    service_ppm: int = 100000,
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any], int, int, int]:
    """(node stables, node tokens, service stables, service tokens, protocol stable, token, minted)."""

def prorated_refund(
    payment: Numbers,
    start: Numbers | None,
    end: Numbers | None,
    now: Numbers,
    paused: Numbers = 0,
    mode: _Mode = "corrected",
    out: _Out = None,
) -> Any:
    """payment * (total - billable) / total, rounded down (S92)."""

@final
class EscrowAccount:
    """A deposit out of which providers earn by the block. One thread at a time."""

    def __init__(self, height: int) -> None: ...
    def deposit(self, amount: int) -> None: ...
    def open_payment(self, rate: int, height: int) -> int:
        """Its id. Where no place is left, payments closed and paid out are forgotten."""
    def settle(self, height: int) -> None: ...
    def withdraw(self, payment: int, height: int) -> int: ...
    def close_payment(self, payment: int, height: int) -> None: ...
    def close(self, height: int) -> int: ...
    @property
    def state(self) -> str: ...
    @property
    def balance(self) -> int: ...
    @property
    def payments(self) -> NDArray[Any]:
        """The ids, rising, without the forgotten ones."""
    @property
    def earned(self) -> NDArray[Any]:
        """Not yet withdrawn, by each of `payments`."""
    @property
    def deposited(self) -> int: ...
    @property
    def withdrawn(self) -> int: ...
    @property
    def refunded(self) -> int: ...

def settle_escrow(balance: int, rates: Numbers, blocks: int) -> tuple[NDArray[Any], int, bool]:
    """(earned, balance, overdrawn) after so many blocks."""

def allowed_downtime_ns(
    uptime_ppm: Numbers, window_ns: Numbers = 2592000000000000, out: _Out = None
) -> Any: ...
def evaluate_sla(
    uptime_ppm: Numbers,
    target_ppm: Numbers,
    *,
    latency_ns: Numbers = 0,
    promised_latency_ns: Numbers = 9223372036854775807,
) -> tuple[Any, Any, Any, Any]:
    """(periods, breaches, mean uptime in ppm, compliance in ppm) of each service (S113).

    Periods lie along the last dimension of `uptime_ppm` and `latency_ns`, the 99th
    percentile of each; `target_ppm` and `promised_latency_ns` are one for each service.
    """

def sla_credit(
    price: Numbers,
    uptime_ppm: Numbers,
    credits: Sequence[tuple[int, int]],
    out: _Out = None,
) -> Any:
    """What comes back of a price; `credits` are (below this uptime in ppm, bps), falling."""

def sla_penalty_points(
    target_percent: float,
    uptime_percent: Numbers,
    response_percent: Numbers,
    incidents: Numbers,
    days: int,
) -> float:
    """0 to 45 points for the breached days among `days` (S113, B.1)."""

@final
class ServiceToken:
    """A right to units of a service, backed by a stake; only its owner moves it (S7).

    Whose signature a request carries is for the caller to verify. One thread at a time.
    """

    def __init__(
        self,
        *,
        stake: Buffer,
        service: Buffer,
        owner: Buffer,
        units: int,
        expires_ns: int,
        backed_units: int,
        now_ns: int,
    ) -> None: ...
    def redeem(self, signer: Buffer, id: int, units: int, now_ns: int) -> None: ...
    def refund(self, signer: Buffer, now_ns: int) -> int: ...
    def expire(self, now_ns: int) -> None: ...
    @property
    def state(
        self,
    ) -> Literal["issued", "partially_redeemed", "redeemed", "refunded", "expired"]: ...
    @property
    def units(self) -> int: ...
    @property
    def expires_ns(self) -> int: ...
    @property
    def outstanding(self) -> int: ...
    @property
    def redeemed(self) -> int: ...
    @property
    def refunded(self) -> int: ...
    @property
    def expired(self) -> int: ...

@final
class CheckInBook:
    """Who may be paid for the block that comes (S101). One thread at a time."""

    def __init__(self, tip: Buffer) -> None: ...
    def register(self, node: Buffer) -> None: ...
    def check_in(self, node: Buffer, tip: Buffer, memo: Buffer = b"") -> None:
        """A registered node that signed the tip; a second time in a block changes nothing."""
    def advance(self, tip: Buffer) -> None:
        """The next block: nobody has checked in yet."""
    @property
    def eligible(self) -> list[bytes]: ...

# --- what will happen -------------------------------------------------------------

def vickrey(bids: Numbers, reserve: int = 0) -> tuple[int, int] | None:
    """(index of the winner, what it pays), or None (S131, R7)."""

def procure(asks: Numbers, ceiling: int) -> tuple[int, int] | None:
    """(index of the winner, what it is paid), or None (S131, R7)."""

def tiered_price(
    units: Numbers, up_to: Numbers, prices: Numbers, used: Numbers = 0, out: _Out = None
) -> Any:
    """What the units after the `used` ones cost, by the tiers that they fall into."""
def next_base_fee(
    previous: Numbers,
    used: Numbers,
    target: Numbers,
    change_denominator: Numbers = 8,
    out: _Out = None,
) -> Any: ...
def utilisation_price(
    utilisation: Numbers,
    base: Numbers,
    slope: Numbers,
    kink: Numbers,
    steep: Numbers,
    out: _Out = None,
) -> Any: ...
def rank_offers(
    prices: Numbers,
    energy_wh: Sequence[int | None],
    renewable_ppm: Numbers,
    surcharge_per_kwh: int,
) -> NDArray[Any]:
    """Indices, best first, by price plus a surcharge on energy that is not renewable (S140)."""

def select_proposer(
    nodes: Sequence[bytes], stakes: Numbers, seed: Buffer, height: int, round: int
) -> bytes:
    """A node, with probability stake / total (S12)."""

def max_faulty(n: Numbers, out: _Out = None) -> Any: ...
def quorum(n: Numbers, out: _Out = None) -> Any: ...
def two_thirds(n: Numbers, out: _Out = None) -> Any:
    """ceil(2 n / 3): what a cluster task asks for (S16)."""


_Costs: TypeAlias = Literal["absolute", "per_time"]

def expected_net(
    benefit: Numbers,
    time: Numbers,
    cost: Numbers,
    loss: Numbers,
    costs: _Costs = "absolute",
    out: _Out = None,
) -> Any:
    """E[B] / E[T] - (E[C] + E[R]) (S87)."""

def is_malicious(
    malicious_benefit: Numbers,
    malicious_time: Numbers,
    malicious_cost: Numbers,
    malicious_loss: Numbers,
    honest_benefit: Numbers,
    honest_time: Numbers,
    honest_cost: Numbers,
    honest_loss: Numbers,
    costs: _Costs = "absolute",
    out: _Out = None,
) -> Any:
    """Whether E[N] of malice exceeds that of honesty (S87)."""

def breakeven_loss(
    malicious_benefit: Numbers,
    malicious_time: Numbers,
    malicious_cost: Numbers,
    honest_net: Numbers,
    costs: _Costs = "absolute",
    out: _Out = None,
) -> Any:
    """The E[R] from which on honesty pays (S87)."""

@final
class Distribution:
    """A random quantity; the same draws everywhere."""

    @staticmethod
    def constant(value: float) -> Distribution: ...
    @staticmethod
    def uniform(low: float, high: float) -> Distribution: ...
    @staticmethod
    def normal(mean: float, deviation: float) -> Distribution: ...
    @staticmethod
    def lognormal(mu: float, sigma: float) -> Distribution: ...
    @staticmethod
    def exponential(mean: float) -> Distribution: ...
    @staticmethod
    def empirical(samples: Numbers) -> Distribution: ...
    @property
    def mean(self) -> float: ...
    @property
    def variance(self) -> float: ...
    @property
    def least(self) -> float: ...
    def draw(self, count: int, *, seed: int, run: int = 0) -> NDArray[np.float64]: ...

def simulate_net(
    benefit: Distribution,
    time: Distribution,
    cost: Distribution,
    loss: Distribution,
    *,
    draws: int = 1000000,
    seed: int = 0,
    run: int = 0,
    costs: _Costs = "absolute",
) -> tuple[float, float]:
    """(mean(B) / mean(T) - mean(C) - mean(R), its standard error) (R6)."""

def simulate_ratio(
    benefit: Distribution, time: Distribution, *, draws: int = 1000000, seed: int = 0, run: int = 0
) -> tuple[float, float]:
    """(mean(B / T), its standard error); T must have a least value above 0 (R6)."""

_LossModel: TypeAlias = Literal["binomial", "binomial_linear", "poisson"]

def period_loss(
    data_shards: Numbers,
    parity_shards: Numbers,
    annual_failure_rate: Numbers,
    repair_days: Numbers,
    model: _LossModel = "binomial",
    out: _Out = None,
) -> Any: ...
def annual_loss(
    data_shards: Numbers,
    parity_shards: Numbers,
    annual_failure_rate: Numbers,
    repair_days: Numbers,
    model: _LossModel = "binomial",
    out: _Out = None,
) -> Any: ...
def lazy_repair_nines(
    data_shards: Numbers,
    repair_at: Numbers,
    total_shards: Numbers,
    node_life_days: Numbers,
    repair_days: Numbers = 1.0,
) -> Any: ...
def lazy_repair(
    data_shards: Numbers,
    repair_at: Numbers,
    total_shards: Numbers,
    node_life_days: Numbers,
    repair_days: Numbers = 1.0,
) -> tuple[Any, Any, Any]:
    """(MTTDL in days, nines, annual loss) of the Markov chain of lazy repair."""

def correlated_loss(
    data_shards: Numbers,
    parity_shards: Numbers,
    group_shards: Numbers,
    group_probability: Numbers,
    each: Numbers,
    out: _Out = None,
) -> Any:
    """The chance that too many shards fail in a period where groups fail as a whole."""
