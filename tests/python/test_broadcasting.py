# SPDX-License-Identifier: Apache-2.0
"""Every function of prices, scores and rewards takes numbers or arrays, as NumPy's do.

Each public function of the four modules stands in the table, with values that its columns
may have, or among those that are exempt, with the reason.
"""

import importlib
import inspect
import itertools

import numpy as np
import pytest
from under_way import seen_under_way

import shadw
from shadw import econ

TOKEN = 10**9
POINTS = [1.0, 2.0, 4.0, 8.0]
EXACT = [TOKEN, 2 * TOKEN, 4 * TOKEN, 8 * TOKEN]
REFERENCES = {"reference_compute": 6.4, "reference_storage": 1500.0}
CAPACITY = {
    "processors": [2.0, 1.0],
    "cores_per_processor": [8.0, 4.0],
    "reply_ms": [100.0, 16.0],
    "overhead_cycles": [4.0, 10.0],
    "disk_reported": [1000.0, 500.0],
    "disk_taken": [250.0, 100.0],
}
LOSS = {
    "data_shards": [17, 4],
    "parity_shards": [3, 2],
    "annual_failure_rate": [0.00405, 0.3],
    "repair_days": [6.5, 1.0],
}
CHAIN = {
    "data_shards": [4, 3],
    "repair_at": [5, 6],
    "total_shards": [8, 9],
    "node_life_days": [30.0, 90.0],
    "repair_days": [1.0, 0.5],
}
HALVING = {"initial_reward": [50 * TOKEN, 7], "halve_every_blocks": [210_000, 3], "tail": [0, 2]}
NET = {"benefit": [10000.0, 500.0], "time": [10.0, 1.0], "cost": [200.0, 1.0], "loss": [5.0, -50.0]}
MALICE = {
    f"{who}_{what}": values for who in ("malicious", "honest") for what, values in NET.items()
}
ENERGY = {
    "bit_ops": [1e12, 0.0],
    "flops": [2e12, 1e9],
    "joules_per_bit_op": [1e-12, 0.0],
    "joules_per_flop": [2e-11, 1e-9],
}
IDLE = {"idle_watts": [200.0, 0.0], "seconds": [3600.0, 1.0]}
TRADE = {"supply": [500.0, 250.0], "units": [100.0, 1.0]}
EXACT_TRADE = {"supply": [500, 250], "units": [100, 1]}
CURVE = {"points": EXACT, "max_supply": 1000}

# Columns by two values each, integers where the function takes no others; then what is one
# for all rows.
TABLE = {
    "telemetry.required_throughput": (
        {"light_clients": [50, 2], "full_clients": [50, 3], "rate": [100.0, 0.5]},
        {},
    ),
    "capacity.capacity": (CAPACITY, REFERENCES),
    "capacity.capacity_parts": (CAPACITY, REFERENCES),
    "capacity.capacity_index": ({"compute": [1.0, 3.0], "storage": [0.5, 0.0]}, {}),
    "capacity.overhead_cycles": ({"cycles_per_s": [1e6, 5.0], "share": [0.25, 1.0]}, {}),
    "capacity.detection_probability": ({"lost": [0.01, 0.5], "challenges": [300, 7]}, {}),
    "capacity.least_plot_bytes": ({"deadline_ms": [1000, 250]}, {}),
    "capacity.challenges_for": ({"lost": [0.01, 0.5], "probability": [0.99, 0.5]}, {}),
    "capacity.storage_is_larger_than_share": (
        {"capacity": [1.0, 2.0], "total_capacity": [2.0, 4.0]},
        {},
    ),
    "reputation.age": ({"points": [100, 2**60], "ppm": [1000, 999_999]}, {}),
    "reputation.beta_score": ({"alpha": [1000.0, 3.0], "beta": [0.0, 2.5]}, {}),
    "reputation.beta_update": (
        {"alpha": [1000.0, 3.0], "beta": [0.0, 2.5], "success": [1, 0]},
        {},
    ),
    "reputation.charge_payment": (
        {
            "amount": [100 * TOKEN, 2**63 - 1],
            "fee_bps": [200, 0],
            "dao_share_ppm": [1_000_000, 7],
        },
        {},
    ),
    "reputation.failures_until_disqualified": ({"successes": [0, 100]}, {}),
    "reputation.health": ({"increases": [100, 0], "decreases": [2, 1]}, {}),
    "reputation.local_trust": ({"satisfactory": [5, 1], "unsatisfactory": [2, 3]}, {}),
    "reputation.min_max": (
        {
            "value": [80.0, 90.0],
            "least": [20.0, 0.0],
            "greatest": [100.0, 90.0],
        },
        {},
    ),
    "reputation.payment_gain": ({"amount": [100 * TOKEN, 2**63], "current": [0, 7]}, {}),
    "reputation.penalize": ({"sender": [50, 2**62], "target": [100, 30], "spend": [20, 1]}, {}),
    "reputation.smooth_score": ({"old_score": [50, 80], "new_score": [100, 0]}, {}),
    "reputation.split_into_sybils": ({"points": [900, 2**60], "names": [9, 2]}, {}),
    "reputation.trust_score": (
        {
            "early_cancelled": [0.0, 0.25],
            "provisioning_failed": [0.0, 0.2],
            "rejected": [0.0, 0.5],
            "completed": [0.0, 0.99],
            "response_hours": [12.0, 72.0],
            "points_90_days": [0.0, -75.0],
            "stuck_value_usd": [0.0, 6000.0],
            "active_contracts": [0, 1],
            "days_since_check_in": [0.0, 14.0],
            "has_contact": [1, 0],
            "repeat_customers": [0, 11],
            "reviews": [0, 5],
            "would_rent_again": [0.0, 1.0],
            "matched_description": [0.0, 1.0],
        },
        {},
    ),
    "reputation.whitewash": ({"held": [100 * TOKEN, 7]}, {}),
    "econ.allowed_downtime_ns": ({"uptime_ppm": [999_000, 0], "window_ns": [10**15, 7]}, {}),
    "econ.annual_loss": (LOSS, {}),
    "econ.period_loss": (LOSS, {}),
    "econ.bandwidth_price": (
        {
            "megabytes": [100.0, 1.0],
            "seconds": [10.0, 0.0],
            "latency_ms": [20.0, 1.0],
            "ping_ms": [40.0, 2.0],
            "per_megabyte": [0.02, 1.0],
            "per_second": [0.001, 0.0],
            "per_latency_ms": [0.005, 0.0],
            "per_ping_ms": [0.002, 0.0],
            "target_latency_ms": [10.0, 0.0],
            "target_ping_ms": [20.0, 0.0],
        },
        {},
    ),
    "econ.bernstein": ({"t": [0.25, 1.0]}, {"points": POINTS}),
    "econ.bezier_integral": ({"t": [0.25, 1.0]}, {"points": POINTS}),
    "econ.bezier_position": ({"price": [5.0, 1.5]}, {"points": POINTS}),
    "econ.bezier_price": ({"t": [0.25, 1.0]}, {"points": POINTS}),
    "econ.bezier_price_at": ({"x": [0.5, 0.1]}, {"xs": [0.0, 0.3, 0.6, 1.0], "ys": POINTS}),
    "econ.bit_ops_per_flop": ({"bit_ops": [1e12, 0.0], "flops": [2e12, 1.0]}, {}),
    "econ.breakeven_loss": (
        {
            "malicious_benefit": [10000.0, 5.0],
            "malicious_time": [10.0, 1.0],
            "malicious_cost": [200.0, 0.0],
            "honest_net": [450.0, -1.0],
        },
        {},
    ),
    "econ.buy_cost": (TRADE | {"max_supply": [1000.0, 2000.0]}, {"points": POINTS}),
    "econ.charge": (
        {"units": [2**40, 7], "price": [2**20 + 1, 3], "per_units": [1, 1000]},
        {},
    ),
    "econ.charge_payment": (
        {
            "amount": [100 * TOKEN, 2**63 - 1],
            "fee_bps": [200, 0],
            "dao_share_ppm": [1_000_000, 7],
        },
        {},
    ),
    "econ.compute_price": (
        {
            "bit_ops": [1e12, 0.0],
            "flops": [2e12, 1.0],
            "per_bit_op": [2e-12, 0.0],
            "per_flop": [5e-12, 1.0],
        },
        {},
    ),
    "econ.compute_rates": (
        {
            "joules_per_bit_op": [1e-12, 0.0],
            "joules_per_flop": [2e-11, 1e-9],
            "tariff_per_kwh": [0.3, 1.0],
        },
        {},
    ),
    "econ.correlated_loss": (
        {"data_shards": [17, 4], "parity_shards": [8, 9], "each": [0.1, 0.0]},
        {"group_shards": [4, 3], "group_probability": [0.01, 0.5]},
    ),
    "econ.energy_kwh": (ENERGY | IDLE, {}),
    "econ.energy_price": (
        ENERGY | IDLE | {"tariff_per_kwh": [0.3, 1.0]},
        {},
    ),
    "econ.exact_buy_cost": (EXACT_TRADE, CURVE),
    "econ.exact_plan_sale": (
        {"supply": [1000, 500], "min_price": [5 * TOKEN, TOKEN], "max_units": [1000, 3]},
        CURVE,
    ),
    "econ.exact_position": ({"price": [5 * TOKEN, 2 * TOKEN]}, CURVE),
    "econ.exact_price_at": ({"supply": [500, 1000]}, CURVE),
    "econ.exact_sell_refund": (EXACT_TRADE | {"fee_bps": [200, 0]}, CURVE),
    "econ.expected_net": (NET, {}),
    "econ.inflation_emission": (
        {
            "epoch": [0, 400],
            "initial_supply": [10**15, 10**17],
            "rate_ppm": [100_000, 1],
            "epochs_per_year": [365, 12],
        },
        {},
    ),
    "econ.inflation_supply": (
        {
            "epochs": [0, 400],
            "initial_supply": [10**15, 10**17],
            "rate_ppm": [100_000, 1],
            "epochs_per_year": [365, 12],
        },
        {},
    ),
    "econ.is_malicious": (MALICE, {}),
    "econ.lazy_repair": (CHAIN, {}),
    "econ.lazy_repair_nines": (CHAIN, {}),
    "econ.lock_boost_ppm": (
        {
            "lock_epochs_left": [365, 1460],
            "max_boost_ppm": [4_000_000, 2_000_000],
            "max_lock_epochs": [1460, 2000],
        },
        {},
    ),
    "econ.lock_price": (
        {
            "stable_e6": [5_000_000, 1],
            "rate": [2 * TOKEN, 1],
            "now_ns": [100, 0],
            "valid_ns": [30, 1],
        },
        {},
    ),
    "econ.max_faulty": ({"n": [10, 2**63]}, {}),
    "econ.quorum": ({"n": [10, 2**63]}, {}),
    "econ.two_thirds": ({"n": [10, 2**63]}, {}),
    "econ.next_base_fee": (
        {
            "previous": [1000, 2**60],
            "used": [20, 0],
            "target": [10, 15],
            "change_denominator": [8, 3],
        },
        {},
    ),
    "econ.participation_fee": ({"block": [0, 1_890_000]} | HALVING, {}),
    "econ.pending_rewards": ({"last": [0, 600], "now": [6000, 126_000_600]} | HALVING, {}),
    "econ.price_at": ({"supply": [500.0, 0.0], "max_supply": [1000.0, 2000.0]}, {"points": POINTS}),
    "econ.prorated_refund": (
        {
            "payment": [TOKEN, 2**63],
            "start": [0, 5],
            "end": [10_000, 99],
            "now": [50, 6000],
            "paused": [0, 3],
        },
        {},
    ),
    "econ.registration_fee": ({"blocks_so_far": [0, 1]} | HALVING, {}),
    "econ.reward_at": ({"block": [0, 210_000]} | HALVING, {}),
    "econ.reward_pools": (
        {"supply": [600 * TOKEN, 2**63], "capacity_ppm": [500_000, 1], "storage_ppm": [200_000, 0]},
        {},
    ),
    "econ.sell_refund": (
        TRADE | {"max_supply": [1000.0, 2000.0], "fee_bps": [200, 0]},
        {"points": POINTS},
    ),
    "econ.settle": ({"amount": [5, 2**62], "expires_ns": [130, 140], "now_ns": [129, -5]}, {}),
    "econ.sla_credit": (
        {"price": [100 * TOKEN, 2**63], "uptime_ppm": [998_999, 1_000_000]},
        {"credits": [(999_000, 1000), (990_000, 2500)]},
    ),
    "econ.split_fetch_reward": (
        {"pool": [100, 2**62], "winners": [2, 3], "holders": [4, 5], "holder_ppm": [200_000, 1]},
        {},
    ),
    "econ.sqrt_weight": ({"reputation": [900, 2**63]}, {}),
    "econ.supply_after": ({"blocks": [0, 210_001]} | HALVING, {}),
    "econ.t_from_utilisation": ({"used": [3.0, 0.0], "capacity": [4.0, 5.0]}, {}),
    "econ.tiered_price": (
        {"units": [600, 7], "used": [0, 300]},
        {"up_to": [100, 500, 2**64 - 1], "prices": [100, 80, 50]},
    ),
    "econ.utilisation_price": (
        {
            "utilisation": [0.9, 0.1],
            "base": [1.0, 0.0],
            "slope": [2.0, 0.0],
            "kink": [0.8, 0.5],
            "steep": [10.0, 0.0],
        },
        {},
    ),
}

# Those of which a row is a list: along the last dimension.
OF_LISTS = {
    "econ.evaluate_sla": (
        {"uptime_ppm": [[999_500, 995_000, 0], [1_000_000, 999_000, 1]]},
        {"target_ppm": [999_000, 0], "promised_latency_ns": [50, 10**12]},
        {"latency_ns": [10, 60, 40]},
    ),
    "econ.linear_price": (
        {"usage": [[100.0, 30.0], [1.0, 0.0]]},
        {"start": [1.5, 0.0]},
        {"rates": [0.01, 1.2]},
    ),
}

POOL = "one pool among many: the participants are the array"
SERIES = "one series: its elements are the array"
BYTES = "takes bytes"
STORY = "plays a whole attack, or many, in one call"
EXEMPT = {
    "telemetry.open_report": BYTES,
    "telemetry.rtt_estimate": SERIES,
    "telemetry.sample_machine": "looks at the machine",
    "telemetry.sign_report": BYTES,
    "capacity.combine_space": BYTES,
    "capacity.daily_capacity": SERIES,
    "capacity.labels_to_remake": "one plot: its labels and places are arrays",
    "capacity.share_by_capacity": POOL,
    "capacity.storage_condition": "a word for one node's report and audit",
    "capacity.useful_work": BYTES,
    "capacity.verify_origin": BYTES,
    "capacity.verify_space": BYTES,
    "capacity.verify_work": BYTES,
    "reputation.decode_changes": BYTES,
    "reputation.eigentrust": "one graph: its edges are arrays",
    "reputation.encode_changes": BYTES,
    "reputation.fake_payments": STORY,
    "reputation.filtered_mean": SERIES,
    "reputation.global_scores": "one network: its reports are arrays",
    "reputation.history": SERIES,
    "reputation.local_scores": "one node's peers are the array, scored against each other",
    "reputation.mean": SERIES,
    "reputation.outliers": SERIES,
    "reputation.quantile": SERIES,
    "reputation.reporter_weights": SERIES,
    "reputation.sample_variance": SERIES,
    "reputation.slander_by_penalty": STORY,
    "reputation.slander_by_reports": STORY,
    "reputation.survival_curve": STORY,
    "reputation.sybil_trust": STORY,
    "reputation.weighted_sum": SERIES,
    "econ.judge_fetch": BYTES,
    "econ.next_block_seconds": "nothing where there is no block",
    "econ.procure": "one auction: its asks are the array",
    "econ.rank_offers": "one ranking: its offers are the array",
    "econ.reward_capacity": POOL,
    "econ.reward_epoch": POOL,
    "econ.reward_storage": POOL,
    "econ.select_proposer": BYTES,
    "econ.settle_escrow": POOL,
    "econ.simulate_net": "a whole simulation in one call",
    "econ.simulate_ratio": "a whole simulation in one call",
    "econ.sla_penalty_points": SERIES,
    "econ.split_by_sqrt": POOL,
    "econ.split_by_weight": POOL,
    "econ.split_equally": POOL,
    "econ.split_fee": POOL,
    "econ.time_weighted_rate": SERIES,
    "econ.vickrey": "one auction: its bids are the array",
}

# Times of which every one may be.
ANY_TIME = {
    ("econ.lock_price", "now_ns"),
    ("econ.prorated_refund", "end"),
    ("econ.prorated_refund", "now"),
    ("econ.prorated_refund", "start"),
    ("econ.settle", "expires_ns"),
    ("econ.settle", "now_ns"),
}

# Rows for which a function takes long enough to be seen at work.
ROWS = {"econ.lazy_repair": 3000, "econ.lazy_repair_nines": 3000, "econ.annual_loss": 20_000}


def function_of(name):
    module, function = name.split(".")
    return getattr(importlib.import_module(f"shadw.{module}"), function)


def as_tuple(result):
    return result if isinstance(result, tuple) else (result,)


def array(values):
    kind = np.float64 if isinstance(values[0], float) else np.int64
    return np.array(values, np.uint64 if max(values) >= 2**63 else kind)


def numbers(columns, places):
    return {name: columns[name][at] for name, at in zip(columns, places, strict=True)}


DTYPES = {int: "iu", float: "f", bool: "b"}


def test_every_function_is_in_the_table_or_exempt():
    for module in ("telemetry", "capacity", "reputation", "econ"):
        library = importlib.import_module(f"shadw.{module}")
        for name in library.__all__:
            value = getattr(library, name)
            if not callable(value) or inspect.isclass(value):
                continue
            places = [f"{module}.{name}" in table for table in (TABLE, OF_LISTS, EXEMPT)]
            assert sum(places) == 1, name
    assert all(columns for columns, _ in TABLE.values())
    for name in itertools.chain(TABLE, OF_LISTS, EXEMPT):
        assert callable(function_of(name))


@pytest.mark.parametrize("name", TABLE)
def test_numbers_give_numbers_of_python(name):
    columns, fixed = TABLE[name]
    for result in as_tuple(function_of(name)(**numbers(columns, [0] * len(columns)), **fixed)):
        assert type(result) in (int, float, bool)


@pytest.mark.parametrize("name", TABLE)
def test_arrays_give_arrays_of_their_shape_that_say_what_numbers_do(name):
    columns, fixed = TABLE[name]
    function = function_of(name)
    rows = {column: array([*values, values[0]]) for column, values in columns.items()}
    results = as_tuple(function(**rows, **fixed))
    for row, at in enumerate((0, 1, 0)):
        single = as_tuple(function(**numbers(columns, [at] * len(columns)), **fixed))
        assert len(single) == len(results)
        for one, many in zip(single, results, strict=True):
            assert many.shape == (3,) and many.dtype.kind in DTYPES[type(one)]
            assert many[row].item() == one


@pytest.mark.parametrize("name", [name for name, (columns, _) in TABLE.items() if len(columns) > 1])
def test_columns_and_rows_make_a_table(name):
    columns, fixed = TABLE[name]
    function = function_of(name)
    first, *others = columns
    given = {first: array(columns[first])[:, np.newaxis]}
    given |= {other: array([*columns[other], columns[other][0]]) for other in others}
    for place, result in enumerate(as_tuple(function(**given, **fixed))):
        assert result.shape == (2, 3)
        for i, j in np.ndindex(2, 3):
            single = numbers(columns, [i] + [j % 2] * len(others))
            assert result[i, j].item() == as_tuple(function(**single, **fixed))[place]


@pytest.mark.parametrize("name", TABLE)
def test_empty_arrays_give_empty_arrays(name):
    columns, fixed = TABLE[name]
    for column in columns:
        given = numbers(columns, [0] * len(columns)) | {column: array(columns[column])[:0]}
        for result in as_tuple(function_of(name)(**given, **fixed)):
            assert result.shape == (0,)


@pytest.mark.parametrize("name", TABLE)
def test_what_is_no_number_is_named_by_its_index(name):
    columns, fixed = TABLE[name]
    for column, values in columns.items():
        if (name, column) in ANY_TIME:
            continue
        wrong = array([values[0]] * 5)
        if wrong.dtype == np.uint64:
            wrong = np.array([1] * 5)
        wrong[3] = np.nan if wrong.dtype == np.float64 else np.iinfo(np.int64).min
        given = numbers(columns, [0] * len(columns)) | {column: wrong}
        with pytest.raises(shadw.InvalidArgumentError, match=r"\(at index [03]\)$") as caught:
            function_of(name)(**given, **fixed)
        if wrong.dtype == np.float64:
            assert "(at index 3)" in str(caught.value), column


@pytest.mark.parametrize("name", TABLE)
def test_other_threads_run_meanwhile(voluntary_switches, name):
    columns, fixed = TABLE[name]
    rows = ROWS.get(name, 100_000)
    given = {column: np.resize(array(values), rows) for column, values in columns.items()}
    assert seen_under_way(lambda: function_of(name)(**given, **fixed))


@pytest.mark.parametrize("name", OF_LISTS)
def test_lists_along_the_last_dimension_give_a_result_each(name):
    of_lists, for_each, shared = OF_LISTS[name]
    function = function_of(name)
    columns = of_lists | for_each
    places = [[at] * len(columns) for at in (0, 1)]
    singles = [as_tuple(function(**numbers(columns, at), **shared)) for at in places]
    for result in singles[0]:
        assert type(result) in (int, float)
    lists = {column: np.array(values) for column, values in of_lists.items()}
    each = {column: np.array(values) for column, values in for_each.items()}
    together = as_tuple(function(**lists, **each, **shared))
    for place, result in enumerate(together):
        assert result.shape == (2,) and result.dtype.kind in DTYPES[type(singles[0][place])]
        assert result.tolist() == [single[place] for single in singles]
    crossed = {column: values[:, np.newaxis] for column, values in each.items()}
    for result in as_tuple(function(**lists, **crossed, **shared)):
        assert result.shape == (2, 2)
    empty = {column: values[:0] for column, values in lists.items()}
    for result in as_tuple(function(**empty, **numbers(for_each, [0] * len(for_each)), **shared)):
        assert result.shape == (0,)


@pytest.mark.parametrize("name", OF_LISTS)
def test_other_threads_run_while_lists_are_worked_on(voluntary_switches, name):
    of_lists, for_each, shared = OF_LISTS[name]
    lists = {column: np.tile(np.array(values), (50_000, 1)) for column, values in of_lists.items()}
    given = numbers(for_each, [0] * len(for_each))
    assert seen_under_way(lambda: function_of(name)(**lists, **given, **shared))


def test_the_wrong_list_is_named_by_its_index():
    uptimes = np.full((4, 3), 999_999)
    uptimes[2, 1] = 1_000_001
    with pytest.raises(shadw.InvalidArgumentError, match=r"at index 1, .*\(at index 2\)$"):
        econ.evaluate_sla(uptimes, 999_000)
    usage = np.ones((4, 2))
    usage[3, 0] = np.nan
    with pytest.raises(shadw.InvalidArgumentError, match=r"\(at index 3\)$"):
        econ.linear_price(1.0, [1.0, 2.0], usage)
    for wrong in ([], 5):
        with pytest.raises(shadw.InvalidArgumentError, match="no periods"):
            econ.evaluate_sla(np.array(wrong, int), 999_000)
    with pytest.raises(shadw.InvalidArgumentError, match="as many"):
        econ.linear_price(1.0, [1.0], usage)
