# SPDX-License-Identifier: Apache-2.0
"""Prices, money and what is paid for what. Money is whole base units, a thousand million a token.

Functions take numbers or arrays and broadcast as NumPy's do.
"""

from shadw import _shadw

Accounts = _shadw.econ.Accounts
allowed_downtime_ns = _shadw.econ.allowed_downtime_ns
annual_loss = _shadw.econ.annual_loss
bandwidth_price = _shadw.econ.bandwidth_price
BASE_UNITS_PER_TOKEN = _shadw.econ.BASE_UNITS_PER_TOKEN
bernstein = _shadw.econ.bernstein
bezier_integral = _shadw.econ.bezier_integral
bezier_position = _shadw.econ.bezier_position
bezier_price = _shadw.econ.bezier_price
bezier_price_at = _shadw.econ.bezier_price_at
bit_ops_per_flop = _shadw.econ.bit_ops_per_flop
BLOCK_INTERVAL_SECONDS = _shadw.econ.BLOCK_INTERVAL_SECONDS
breakeven_loss = _shadw.econ.breakeven_loss
buy_cost = _shadw.econ.buy_cost
charge = _shadw.econ.charge
charge_payment = _shadw.econ.charge_payment
CheckInBook = _shadw.econ.CheckInBook
compute_price = _shadw.econ.compute_price
compute_rates = _shadw.econ.compute_rates
correlated_loss = _shadw.econ.correlated_loss
Distribution = _shadw.econ.Distribution
energy_kwh = _shadw.econ.energy_kwh
energy_price = _shadw.econ.energy_price
EscrowAccount = _shadw.econ.EscrowAccount
evaluate_sla = _shadw.econ.evaluate_sla
exact_buy_cost = _shadw.econ.exact_buy_cost
exact_plan_sale = _shadw.econ.exact_plan_sale
exact_position = _shadw.econ.exact_position
exact_price_at = _shadw.econ.exact_price_at
exact_sell_refund = _shadw.econ.exact_sell_refund
expected_net = _shadw.econ.expected_net
inflation_emission = _shadw.econ.inflation_emission
inflation_supply = _shadw.econ.inflation_supply
is_malicious = _shadw.econ.is_malicious
judge_fetch = _shadw.econ.judge_fetch
lazy_repair = _shadw.econ.lazy_repair
lazy_repair_nines = _shadw.econ.lazy_repair_nines
linear_price = _shadw.econ.linear_price
lock_boost_ppm = _shadw.econ.lock_boost_ppm
lock_price = _shadw.econ.lock_price
max_faulty = _shadw.econ.max_faulty
Meter = _shadw.econ.Meter
next_base_fee = _shadw.econ.next_base_fee
next_block_seconds = _shadw.econ.next_block_seconds
participation_fee = _shadw.econ.participation_fee
pending_rewards = _shadw.econ.pending_rewards
period_loss = _shadw.econ.period_loss
price_at = _shadw.econ.price_at
procure = _shadw.econ.procure
prorated_refund = _shadw.econ.prorated_refund
quorum = _shadw.econ.quorum
rank_offers = _shadw.econ.rank_offers
registration_fee = _shadw.econ.registration_fee
reward_at = _shadw.econ.reward_at
reward_capacity = _shadw.econ.reward_capacity
reward_epoch = _shadw.econ.reward_epoch
reward_pools = _shadw.econ.reward_pools
reward_storage = _shadw.econ.reward_storage
select_proposer = _shadw.econ.select_proposer
sell_refund = _shadw.econ.sell_refund
ServiceToken = _shadw.econ.ServiceToken
settle = _shadw.econ.settle
settle_escrow = _shadw.econ.settle_escrow
simulate_net = _shadw.econ.simulate_net
simulate_ratio = _shadw.econ.simulate_ratio
sla_credit = _shadw.econ.sla_credit
sla_penalty_points = _shadw.econ.sla_penalty_points
split_by_sqrt = _shadw.econ.split_by_sqrt
split_by_weight = _shadw.econ.split_by_weight
split_equally = _shadw.econ.split_equally
split_fee = _shadw.econ.split_fee
split_fetch_reward = _shadw.econ.split_fetch_reward
sqrt_weight = _shadw.econ.sqrt_weight
supply_after = _shadw.econ.supply_after
t_from_utilisation = _shadw.econ.t_from_utilisation
tiered_price = _shadw.econ.tiered_price
time_weighted_rate = _shadw.econ.time_weighted_rate
two_thirds = _shadw.econ.two_thirds
utilisation_price = _shadw.econ.utilisation_price
vickrey = _shadw.econ.vickrey

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
