# SPDX-License-Identifier: Apache-2.0
"""Prices, money and what is paid for what. Money is whole base units, a thousand million a token.

Functions take numbers or arrays and broadcast as NumPy's do.
"""

from shadw import _shadw

Accounts = _shadw.econ.Accounts
BASE_UNITS_PER_TOKEN = _shadw.econ.BASE_UNITS_PER_TOKEN
BLOCK_INTERVAL_SECONDS = _shadw.econ.BLOCK_INTERVAL_SECONDS
Meter = _shadw.econ.Meter
bandwidth_price = _shadw.econ.bandwidth_price
bernstein = _shadw.econ.bernstein
bezier_integral = _shadw.econ.bezier_integral
bezier_position = _shadw.econ.bezier_position
bezier_price = _shadw.econ.bezier_price
bezier_price_at = _shadw.econ.bezier_price_at
bit_ops_per_flop = _shadw.econ.bit_ops_per_flop
buy_cost = _shadw.econ.buy_cost
charge = _shadw.econ.charge
charge_payment = _shadw.econ.charge_payment
compute_price = _shadw.econ.compute_price
compute_rates = _shadw.econ.compute_rates
energy_kwh = _shadw.econ.energy_kwh
energy_price = _shadw.econ.energy_price
exact_buy_cost = _shadw.econ.exact_buy_cost
exact_plan_sale = _shadw.econ.exact_plan_sale
exact_position = _shadw.econ.exact_position
exact_price_at = _shadw.econ.exact_price_at
exact_sell_refund = _shadw.econ.exact_sell_refund
inflation_emission = _shadw.econ.inflation_emission
inflation_supply = _shadw.econ.inflation_supply
linear_price = _shadw.econ.linear_price
lock_price = _shadw.econ.lock_price
participation_fee = _shadw.econ.participation_fee
pending_rewards = _shadw.econ.pending_rewards
price_at = _shadw.econ.price_at
registration_fee = _shadw.econ.registration_fee
reward_at = _shadw.econ.reward_at
sell_refund = _shadw.econ.sell_refund
settle = _shadw.econ.settle
split_fee = _shadw.econ.split_fee
supply_after = _shadw.econ.supply_after
t_from_utilisation = _shadw.econ.t_from_utilisation
time_weighted_rate = _shadw.econ.time_weighted_rate

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
