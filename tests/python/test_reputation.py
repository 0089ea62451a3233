# SPDX-License-Identifier: Apache-2.0
"""shadw.reputation against exact integers, SciPy and closed forms."""

from fractions import Fraction

import numpy as np
import pytest

import shadw
from shadw import reputation

scipy_sparse = pytest.importorskip("scipy.sparse")

TOKEN = 10**9
DAY = 86_400 * 10**9
NOW = 20_000 * DAY


def edges_of(rng, nodes, count, clustered):
    source = rng.integers(0, nodes, count, dtype=np.uint32)
    target = rng.integers(0, nodes, count, dtype=np.uint32)
    if clustered:
        near = (source // 50 * 50 + rng.integers(0, 50, count)) % nodes
        target = np.where(rng.random(count) < 0.99, near, target).astype(np.uint32)
    return source, target, rng.random(count)


def eigentrust_of_scipy(nodes, source, target, trust, pre_trusted, share=0.15, tolerance=1e-9):
    """The paper's algorithm with sparse matrices, as a notebook would write it."""
    keep = source != target
    local = scipy_sparse.csr_matrix((trust[keep], (source[keep], target[keep])), (nodes, nodes))
    sums = np.asarray(local.sum(axis=1)).ravel()
    idle = sums == 0
    shares = (scipy_sparse.diags(1 / np.where(idle, 1, sums)) @ local).T.tocsr()
    start = np.zeros(nodes)
    start[pre_trusted] = 1 / len(pre_trusted)
    t = start
    while True:
        following = (1 - share) * (shares @ t + t[idle].sum() * start) + share * start
        if np.abs(following - t).sum() <= tolerance:
            return following
        t = following


@pytest.mark.parametrize("clustered", [False, True])
def test_eigentrust_is_what_scipy_computes(rng, clustered):
    nodes = 2000
    source, target, trust = edges_of(rng, nodes, 15_000, clustered)
    result, iterations, change = reputation.eigentrust(
        nodes, source, target, trust, pre_trusted=[3, 5]
    )
    expected = eigentrust_of_scipy(nodes, source, target, trust, [3, 5])
    assert np.abs(result - expected).sum() < 1e-8
    assert change <= 1e-9 and iterations <= 265 and abs(result.sum() - 1) < 1e-12


def test_eigentrust_takes_columns_of_every_integer_and_names_a_bad_edge(rng):
    source, target, trust = edges_of(rng, 500, 4000, False)
    first = reputation.eigentrust(500, source, target, trust)[0]
    again = reputation.eigentrust(500, source.astype(np.int64), target[::1].tolist(), trust)[0]
    assert (first == again).all()
    trust[3000] = np.nan
    with pytest.raises(shadw.InvalidArgumentError, match="in row 3000"):
        reputation.eigentrust(500, source, target, trust)
    with pytest.raises(shadw.DeadlineExceededError, match="goes round in circles"):
        reputation.eigentrust(2, [0, 1], [1, 0], 1, pre_trusted=[0], pre_trust_share=0)


def test_a_book_is_what_exact_integers_say(rng):
    parties, rows = 200, 5000
    book = reputation.ReputationBook(parties, keep_log=True)
    expected = [0] * parties
    for day in range(3):
        gained = [0] * parties
        payers = rng.integers(0, parties, rows)
        providers = rng.integers(0, parties, rows)
        amounts = rng.integers(0, 300 * TOKEN, rows)
        book.pay(NOW + day * DAY, payers, providers, amounts)
        columns = (payers.tolist(), providers.tolist(), amounts.tolist())
        for payer, provider, amount in zip(*columns, strict=True):
            gain = min(int(Fraction(amount, 100)), 10 * TOKEN)
            for party in (payer, provider) if payer != provider else ():
                added = min(gain, 10 * TOKEN - gained[party])
                gained[party] += added
                expected[party] += added
    assert book.units().tolist() == expected
    book.age(NOW + 3 * DAY, 12_345)
    expected = [x - x * 12_345 // 10**6 for x in expected]
    assert book.units().tolist() == expected
    assert (book.replay(book.log()).units() == book.units()).all()


def test_ids_and_numbers_lead_to_the_same_book(rng):
    ids = rng.integers(0, 256, (50, 32), dtype=np.uint8)
    payers, providers = rng.integers(0, 50, (2, 3000))
    amounts = rng.integers(0, 10 * TOKEN, 3000)
    named, numbered = reputation.ReputationBook(), reputation.ReputationBook(50)
    named.pay_by_ids(NOW, ids[payers], ids[providers], amounts)
    numbered.pay(NOW, payers, providers, amounts)
    numbers = named.numbers_of(ids)
    assert (named.units()[numbers] == numbered.units()).all()
    assert named.numbers_of([bytes(32)]).tolist() == [-1]


def test_a_refused_column_changes_nothing():
    book = reputation.ReputationBook(3, keep_log=True)
    with pytest.raises(shadw.InvalidArgumentError, match="got party 3 in row 1"):
        book.pay(NOW, [0, 1], [1, 3], 100 * TOKEN)
    with pytest.raises(shadw.UnimplementedError, match="not transferable"):
        book.transfer(0, 1, 5)
    assert book.units().tolist() == [0, 0, 0] and len(book.log()["party"]) == 0
    book.pay(NOW, 0, 1, 100 * TOKEN)
    assert book.penalize(NOW, 0, 1, TOKEN // 4) == (3 * TOKEN // 4, TOKEN // 2)
    with pytest.raises(shadw.LimitError):
        book.penalize(NOW, 2, 1, 1)


def test_a_bad_row_of_a_long_column_changes_nothing_whatever_its_type(rng):
    parties = rng.integers(0, 100, (2, 50_000))
    amounts = rng.integers(0, 100 * TOKEN, 50_000)
    for bad, named in [(100, "got party 100 in row 45000"), (-1, "got -1, .*at index 45000")]:
        book = reputation.ReputationBook(100, keep_log=True)
        wrong = parties.copy()
        wrong[1, 45_000] = bad
        with pytest.raises(shadw.InvalidArgumentError, match=named):
            book.pay(NOW, parties[0], wrong[1], amounts)
        with pytest.raises(shadw.InvalidArgumentError, match="got -1, .*at index 49999"):
            book.pay(NOW, *parties, np.where(np.arange(50_000) == 49_999, -1, amounts))
        assert book.units().sum() == 0 and len(book.log()["party"]) == 0
        book.pay(NOW, *parties, amounts)
        other = reputation.ReputationBook(100)
        other.pay(NOW, *parties.astype(np.uint32), amounts.astype(np.uint64))
        assert (book.units() == other.units()).all()


def test_fees_conserve_every_unit_over_arrays(rng):
    amounts = rng.integers(0, 2**63, 10_000, dtype=np.uint64)
    total, net, fee, dao, rest = reputation.charge_payment(amounts, dao_share_ppm=333_333)
    assert (net + fee == total).all() and (dao + rest == fee).all() and (total == amounts).all()
    assert fee.tolist() == [int(x) * 200 // 10_000 for x in amounts]
    with pytest.raises(shadw.InvalidArgumentError):
        reputation.charge_payment([1, -1])


def test_the_statistics_are_those_of_numpy(rng):
    values, weights = rng.random(100), rng.random(100)
    assert reputation.mean(values) == pytest.approx(values.mean(), rel=1e-12)
    assert reputation.sample_variance(values) == pytest.approx(values.var(ddof=1), rel=1e-12)
    far = np.append(values, 50.0)
    kept = np.abs(far - far.mean()) < 3 * far.std(ddof=1)
    assert reputation.outliers(far) == np.flatnonzero(~kept).tolist() == [100]
    # Of no weight, it does not stay and moves nothing; with all the weight, it is the mean.
    assert reputation.outliers(far, [1.0] * 100 + [0.0]) == [100]
    assert reputation.outliers(far, [0.0] * 100 + [1.0]) == list(range(100))
    with pytest.raises(shadw.InvalidArgumentError, match="101 values and 2 weights"):
        reputation.outliers(far, [1, 2])
    expected = np.average(values, weights=weights)
    filtered = reputation.filtered_mean(far, np.append(weights, 1.0))
    assert filtered == pytest.approx(expected, rel=1e-12)


def test_global_scores_of_the_worked_example():
    reporter, subject = np.divmod(np.arange(9), 3)
    scores, round_, up = reputation.global_scores(
        [50, 50, 50],
        reporter,
        subject,
        latency_ms=np.array([100.0, 200, 300])[subject],
        inbound_bytes_per_ms=np.array([50.0, 100, 150])[subject],
        uptime_percent=np.array([100.0, 80, 60])[subject],
        least_reports=2,
    )
    assert round_.tolist() == [66, 60, 53] and up.all() and scores.tolist() == [54, 53, 50]


def test_beta_reputation_is_its_closed_form(rng):
    alpha, beta = np.full(7, 1000.0), np.zeros(7)
    for n in range(1, 50):
        alpha, beta = reputation.beta_update(alpha, beta, np.zeros(7, dtype=np.uint8))
        assert reputation.beta_score(alpha, beta)[3] == pytest.approx(0.999**n, rel=1e-12)
    assert reputation.failures_until_disqualified([0, 10, 10**6]).tolist() == [41, 41, 41]


def test_the_survival_curve_has_the_published_median():
    alive, ended, median = reputation.survival_curve(
        failures_ppm=40_000, audits=20_000, runs=2000, seed=1
    )
    assert alive[0] == 1 and (np.diff(alive) <= 0).all() and 2500 < median < 3100
    assert median == int(np.sort(ended)[999])


def test_records_are_the_bytes_of_decent_cloud():
    record = reputation.encode_changes([b"user1"], [10])
    assert record.hex() == "00010000000500000075736572310a00000000000000"
    assert reputation.decode_changes(record) == [(b"user1", 10)]
    with pytest.raises(shadw.DataLossError):
        reputation.decode_changes(record[:-1])


def test_attacks_say_what_they_cost():
    assert reputation.fake_payments()["tokens_per_point"] == 1
    assert reputation.slander_by_penalty(victim=20 * TOKEN)["spent"] == 10 * TOKEN
    assert reputation.slander_by_reports(liars=1)["caught"]
    trade, fees, windows = reputation.whitewash(np.array([0, 60 * TOKEN], dtype=np.uint64))
    assert trade.tolist() == [0, 6000 * TOKEN] and fees[1] == 120 * TOKEN and windows[1] == 6
    sybils = reputation.sybil_trust(seed=5)
    assert 0 < sybils["sybil_share"] <= sybils["bound"]


def test_local_scores_are_means_of_scaled_metrics(rng):
    latency, uptime = rng.uniform(1, 500, 40), rng.uniform(0, 100, 40)
    sent = rng.integers(0, 10**9, 40).astype(float)
    latency[7] = sent[7] = uptime[7] = sent[9] = np.nan
    scaled = np.array(
        [
            1 - (latency - np.nanmin(latency)) / np.ptp(latency[~np.isnan(latency)]),
            (sent - np.nanmin(sent)) / np.ptp(sent[~np.isnan(sent)]),
            uptime / 100,
        ]
    )
    known = np.arange(40) != 7
    scores = reputation.local_scores(latency_ms=latency, bytes_sent=sent, uptime_percent=uptime)
    assert np.isnan(scores[7])
    assert np.allclose(scores[known], 100 * np.nanmean(scaled[:, known], axis=0), rtol=1e-12)


def test_history_counts_rises_and_falls(rng):
    units = rng.integers(-1000, 1000, 5000)
    rises, falls = units[units > 0], units[units < 0]
    counted = reputation.history(units)
    assert counted == (len(rises), len(falls), rises.sum(), -falls.sum())
    assert reputation.history([]) == (0, 0, 0, 0)


def test_a_refused_payment_by_ids_adds_nobody():
    book = reputation.ReputationBook()
    first, second, third = (bytes([i]) * 32 for i in range(3))
    book.pay_by_ids(NOW, [first], [second], [TOKEN])
    with pytest.raises(shadw.PreconditionError):
        book.pay_by_ids(NOW - DAY, [first], [third], [TOKEN])
    with pytest.raises(shadw.InvalidArgumentError, match="got a time of -1 ns"):
        book.pay_by_ids(-1, [first], [third], [TOKEN])
    assert len(book) == 2 and book.numbers_of([third]).tolist() == [-1]


def test_a_log_is_whole_or_refused():
    book = reputation.ReputationBook(2, keep_log=True)
    book.pay(NOW, 0, 1, 100 * TOKEN)
    log = book.log()
    assert (book.replay(log).units() == book.units()).all()
    with pytest.raises(shadw.InvalidArgumentError, match="a log without party"):
        book.replay({})
    with pytest.raises(shadw.InvalidArgumentError, match="need one length"):
        book.replay(log | {"units": log["units"][:1]})
    with pytest.raises(shadw.DataLossError, match="change 1"):
        book.replay(log | {"units": np.array([0, 1000 * TOKEN, TOKEN], dtype=np.uint64)})
    with pytest.raises(shadw.InvalidArgumentError, match="got a time of -1 ns"):
        book.pay(-1, 0, 1, TOKEN)


def test_what_is_no_number_is_refused_by_name():
    with pytest.raises(shadw.InvalidArgumentError, match="got score nan in row 0"):
        reputation.reporter_weights([np.nan, 1])
    with pytest.raises(shadw.InvalidArgumentError, match="got alpha 1e[+]308"):
        reputation.beta_score(1e308, 1e308)
    with pytest.raises(shadw.InvalidArgumentError, match="of trust 1e-310 in row 0"):
        reputation.eigentrust(2, [0], [1], [1e-310])
    with pytest.raises(shadw.InvalidArgumentError, match="got value 1e[+]200"):
        reputation.filtered_mean([1e200, 2e200], [1, 1])


def test_what_would_not_end_is_refused_before_it_begins():
    assert reputation.failures_until_disqualified(10**15, forgetting=1.0) == 10**6
    with pytest.raises(shadw.InvalidArgumentError, match="windows"):
        reputation.slander_by_penalty(victim=2**64 - 1, names=20_000, payment=1000)
    with pytest.raises(shadw.InvalidArgumentError, match="steps"):
        reputation.survival_curve(failures_ppm=0, seed=1, audits=2**32 - 2, step=1, runs=1)
    with pytest.raises(shadw.InvalidArgumentError, match="250000 windows"):
        reputation.fake_payments(windows=250_000)


def test_a_crowd_without_weight_moves_nothing():
    crowd = reputation.slander_by_reports(honest=20, liars=190, liar_score=0.01)
    assert crowd["caught"] and crowd["moved"] == pytest.approx(0, abs=1e-12)
    reporter = np.arange(2, 112)
    honest = reporter < 12
    scores, _, up = reputation.global_scores(
        np.where(np.arange(112) < 12, 100, 0),
        reporter,
        0,
        uptime_percent=np.where(honest, 99.0, 0.0),
        least_metrics=1,
    )
    assert scores[0] == (70 * 100 + 30 * 99) // 100 and up[0]


def test_who_is_out_stays_out_until_it_opts_in():
    up = reputation.global_scores([50] * 6, np.arange(1, 6), 0, uptime_percent=10.0)[2]
    assert up.tolist() == [0, 1, 1, 1, 1, 1]
    silent = reputation.global_scores([50] * 6, [], [], participated=up)[2]
    assert silent.tolist() == up.tolist()
    assert reputation.global_scores([50] * 6, [], [])[2].all()
    with pytest.raises(shadw.InvalidArgumentError):
        reputation.global_scores([50] * 6, [], [], participated=[1, 0])
