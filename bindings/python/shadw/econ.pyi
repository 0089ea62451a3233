# SPDX-License-Identifier: Apache-2.0
from collections.abc import Sequence
from typing import Any, Final, Literal, TypeAlias, final

from numpy.typing import NDArray
from shadw._types import Numbers

__all__ = [
    "BASE_UNITS_PER_TOKEN",
    "BLOCK_INTERVAL_SECONDS",
    "Accounts",
    "Meter",
    "bandwidth_price",
    "bernstein",
    "bezier_integral",
    "bezier_position",
    "bezier_price",
    "bezier_price_at",
    "bit_ops_per_flop",
    "buy_cost",
    "charge",
    "charge_payment",
    "compute_price",
    "compute_rates",
    "energy_kwh",
    "energy_price",
    "exact_buy_cost",
    "exact_plan_sale",
    "exact_position",
    "exact_price_at",
    "exact_sell_refund",
    "inflation_emission",
    "inflation_supply",
    "linear_price",
    "lock_price",
    "participation_fee",
    "pending_rewards",
    "price_at",
    "registration_fee",
    "reward_at",
    "sell_refund",
    "settle",
    "split_fee",
    "supply_after",
    "t_from_utilisation",
    "time_weighted_rate",
]

# What a function of numbers returns: a number where all its arguments are, else an array.
Out: TypeAlias = NDArray[Any] | None
Points: TypeAlias = Sequence[float] | NDArray[Any]
ExactPoints: TypeAlias = Sequence[int] | NDArray[Any]
Mode: TypeAlias = Literal["corrected", "paper_literal", "reference"]

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
        mode: Mode = "corrected",
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
    mode: Mode = "corrected",
    out: Out = None,
) -> Any:
    """Volume and booked time, less what is slower than agreed; at least 0."""

def bernstein(t: Numbers, points: Sequence[float], out: Out = None) -> Any:
    """The Bézier curve of any degree at t."""

def bezier_integral(t: Numbers, points: Points, mode: Mode = "corrected", out: Out = None) -> Any:
    """The integral of bezier_price from 0 to t."""

def bezier_position(price: Numbers, points: Points, out: Out = None) -> Any:
    """The largest t whose price is at most `price`."""

def bezier_price(t: Numbers, points: Points, mode: Mode = "corrected", out: Out = None) -> Any:
    """The price at t in [0, 1] of the curve through four control points."""

def bezier_price_at(x: Numbers, xs: Points, ys: Points, out: Out = None) -> Any:
    """The price y of a curve in the plane where its x is `x`."""

def bit_ops_per_flop(bit_ops: Numbers, flops: Numbers, out: Out = None) -> Any:
    """The class of a workload."""

def buy_cost(
    supply: Numbers,
    units: Numbers,
    points: Points,
    max_supply: Numbers,
    mode: Mode = "corrected",
    out: Out = None,
) -> Any:
    """What `units` more cost from `supply` on."""

def charge(units: Numbers, price: Numbers, per_units: Numbers = 1, out: Out = None) -> Any:
    """ceil(units * price / per_units), exactly."""

def charge_payment(
    amount: Numbers,
    fee_bps: Numbers = 200,
    dao_share_ppm: Numbers = 1000000,
    mode: Mode = "corrected",
) -> tuple[Any, Any, Any, Any, Any]:
    """(payer_pays, provider_net, fee, dao, rest) of a payment."""

def compute_price(
    bit_ops: Numbers,
    flops: Numbers,
    per_bit_op: Numbers,
    per_flop: Numbers,
    out: Out = None,
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
    out: Out = None,
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
    out: Out = None,
) -> Any:
    """energy_kwh at a tariff."""

def exact_buy_cost(
    supply: Numbers,
    units: Numbers,
    points: ExactPoints,
    max_supply: int,
    mode: Mode = "corrected",
    out: Out = None,
) -> Any:
    """buy_cost in whole base units; pieces add up to the whole."""

def exact_plan_sale(
    supply: Numbers,
    min_price: Numbers,
    max_units: Numbers,
    points: ExactPoints,
    max_supply: int,
) -> tuple[Any, Any, Any, Any]:
    """(units, supply_after, refund, price_after) of a sale that stops at a price."""

def exact_position(price: Numbers, points: ExactPoints, max_supply: int, out: Out = None) -> Any:
    """The largest supply whose price is at most `price`."""

def exact_price_at(
    supply: Numbers,
    points: ExactPoints,
    max_supply: int,
    mode: Mode = "corrected",
    out: Out = None,
) -> Any:
    """price_at in whole base units, rounded down."""

def exact_sell_refund(
    supply: Numbers,
    units: Numbers,
    points: ExactPoints,
    max_supply: int,
    fee_bps: Numbers = 0,
    mode: Mode = "corrected",
    out: Out = None,
) -> Any:
    """exact_buy_cost of the same units, less a fee that is rounded up."""

def inflation_emission(
    epoch: Numbers,
    initial_supply: Numbers,
    rate_ppm: Numbers,
    epochs_per_year: Numbers = 365,
    mode: Mode = "corrected",
    out: Out = None,
) -> Any:
    """What an epoch mints."""

def inflation_supply(
    epochs: Numbers,
    initial_supply: Numbers,
    rate_ppm: Numbers,
    epochs_per_year: Numbers = 365,
    out: Out = None,
) -> Any:
    """The supply after so many epochs."""

def linear_price(start: float, rates: Sequence[float], usage: Sequence[float]) -> float:
    """start + the sum of rates * usage."""

def lock_price(
    stable_e6: Numbers,
    rate: Numbers,
    now_ns: Numbers,
    valid_ns: Numbers,
) -> tuple[Any, Any]:
    """(amount, expires_ns) of a quote."""

def participation_fee(
    block: Numbers,
    initial_reward: Numbers = 50000000000,
    halve_every_blocks: Numbers = 210000,
    tail: Numbers = 0,
    out: Out = None,
) -> Any:
    """A hundredth of the block's reward."""

def pending_rewards(
    last: Numbers,
    now: Numbers,
    mode: Mode = "corrected",
    initial_reward: Numbers = 50000000000,
    halve_every_blocks: Numbers = 210000,
    tail: Numbers = 0,
    out: Out = None,
) -> Any:
    """What was earned between two times, in seconds since the first block."""

def price_at(
    supply: Numbers,
    points: Points,
    max_supply: Numbers,
    mode: Mode = "corrected",
    out: Out = None,
) -> Any:
    """What the next unit costs."""

def registration_fee(
    blocks_so_far: Numbers,
    initial_reward: Numbers = 50000000000,
    halve_every_blocks: Numbers = 210000,
    tail: Numbers = 0,
    out: Out = None,
) -> Any:
    """The participation fee, 0 where there is no block yet."""

def reward_at(
    block: Numbers,
    initial_reward: Numbers = 50000000000,
    halve_every_blocks: Numbers = 210000,
    tail: Numbers = 0,
    out: Out = None,
) -> Any:
    """What a block mints: halved every so many, not under the tail."""

def sell_refund(
    supply: Numbers,
    units: Numbers,
    points: Points,
    max_supply: Numbers,
    fee_bps: Numbers = 0,
    mode: Mode = "corrected",
    out: Out = None,
) -> Any:
    """What selling `units` back at `supply` pays."""

def settle(amount: Numbers, expires_ns: Numbers, now_ns: Numbers, out: Out = None) -> Any:
    """The amount of a quote that has not expired."""

def split_fee(fee: int, shares_ppm: Sequence[int]) -> NDArray[Any]:
    """A fee to its sinks, every base unit of it."""

def supply_after(
    blocks: Numbers,
    initial_reward: Numbers = 50000000000,
    halve_every_blocks: Numbers = 210000,
    tail: Numbers = 0,
    out: Out = None,
) -> Any:
    """The sum of the rewards of the first `blocks` blocks."""

def t_from_utilisation(used: Numbers, capacity: Numbers, out: Out = None) -> Any:
    """used / capacity, in [0, 1]."""

def time_weighted_rate(
    times: Sequence[int],
    rates: Sequence[int],
    now_ns: int,
    window_ns: int,
) -> int:
    """The mean of the rate over a window, each weighted by how long it held."""
