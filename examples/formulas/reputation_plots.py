# SPDX-License-Identifier: Apache-2.0
"""The plotted examples of reputation."""

from plots import Plot, by_mode, line, whole

OTHERS = "[4.0, 6.0, 3.0, 4.0, 5.0, 2.0, 2.0, 1.0, 3.0, 2.0, 4.0]"
TWELFTH = "the twelfth value; the others lie from 1 to 6"
# Two reporters of scores 80 and 20 speak of three nodes; only the latency is measured.
REPORTS = (
    "scores = [80, 20, -1, -1, -1]; reporter = [0, 0, 0, 1, 1, 1]; subject = [2, 3, 4, 2, 3, 4]; "
    "few = dict(least_reports=2, least_metrics=1)"
)

PLOTS = {
    # --- rules.h
    "ChargePayment": by_mode(
        "reputation.charge_payment(amount, fee_bps=199, mode=mode)[0] - amount",
        {"amount": whole(0, 500)},
        "amount, base units",
        "the payer pays on top, base units",
        steps=True,
        note="what the provider loses is the fee less that; the fee is 199 basis points, so that "
        "the two halves of it round differently",
    ),
    "PaymentGain": by_mode(
        "reputation.payment_gain(tokens * 10**9, 5 * 10**9, mode=mode) / 10**9",
        {"tokens": whole(0, 2000, 20)},
        "payment, tokens",
        "gain of each side, points",
        note="each side has 5 points before. The reference differs by what it leaves out in "
        "book.h: the cap of a window",
    ),
    "Penalize": Plot(
        "reputation.penalize(50, 100, spend, multiplier_bps=multiplier_bps)[1]",
        {"spend": whole(1, 50)},
        "spent of 50, units",
        "left to the target of 100, units",
        vary={"multiplier_bps": (20_000, 30_000, 10_000)},
    ),
    "Age": by_mode(
        "points - reputation.age(points, 1000, mode=mode)",
        {"points": whole(0, 500_000, 5000)},
        "reputation, units of 10^-9 point",
        "lost in a round of 1000 ppm, units",
    ),
    "Health": Plot(
        "reputation.health(increases, decreases)",
        {"increases": whole(0, 100)},
        "increases",
        "health",
        vary={"decreases": (0, 2, 20)},
    ),
    # --- book.h
    "ReputationBook::Pay": Plot(
        "(book.pay(0, [0], [1], [400 * 10**9]), book.units()[0] / 10**9)[1]",
        {"payment": whole(1, 6)},
        "payments of 400 tokens in one window",
        "reputation of the payer, points",
        setup="book = reputation.ReputationBook(2)",
        calls=".pay",
        each=True,
    ),
    # --- beta.h
    "BetaReputation::Score": Plot(
        "reputation.beta_score(alpha, beta)",
        {"alpha": line(0, 1000)},
        "alpha",
        "score",
        vary={"beta": (0.0, 10.0, 100.0)},
        calls="reputation.beta_score",
    ),
    "UpdateAll": Plot(
        "reputation.beta_update(alpha, 0.0, success)[0]",
        {"alpha": line(0, 20)},
        "alpha before the audit",
        "alpha after it",
        vary={"success": (0, 1)},
        calls="reputation.beta_update",
    ),
    "FailuresUntilDisqualified": Plot(
        "reputation.failures_until_disqualified(0, forgetting=forgetting, threshold=threshold)",
        {"threshold": line(0.5, 0.99, 50)},
        "threshold of the score",
        "failures in a row that disqualify",
        vary={"forgetting": (0.99, 0.999)},
        each=True,
        steps=True,
    ),
    "SurvivalCurve": Plot(
        "reputation.survival_curve(failures_ppm=failures_ppm, seed=1, audits=40_000, runs=100)[0]",
        {"audits": whole(0, 40_000, 1000)},
        "audits",
        "nodes still there, share of 100",
        vary={"failures_ppm": (20_000, 30_000, 40_000)},
        steps=True,
    ),
    # --- statistics.h
    "Mean": Plot(
        "reputation.mean([4.0, 6.0, value])",
        {"value": line(0, 20, 41)},
        "the third value, beside 4 and 6",
        "mean",
        each=True,
    ),
    "SampleVariance": Plot(
        "reputation.sample_variance([4.0, 6.0, value])",
        {"value": line(0, 20, 41)},
        "the third value, beside 4 and 6",
        "variance",
        each=True,
    ),
    "WeightedSum": Plot(
        "reputation.weighted_sum([10.0, 20.0], [weight, 1 - weight])",
        {"weight": line(0, 1, 41)},
        "weight of 10; the rest is that of 20",
        "weighted sum",
        each=True,
    ),
    "FindOutliers": Plot(
        "len(reputation.outliers(others + [value]))",
        {"value": line(0, 40)},
        TWELFTH,
        "values left out",
        setup=f"others = {OTHERS}",
        calls="reputation.outliers",
        each=True,
        steps=True,
    ),
    "FilteredMean": by_mode(
        "reputation.filtered_mean(others + [value], [1 / 12] * 12, mode=mode)",
        {"value": line(0, 40)},
        TWELFTH,
        "mean of what is no outlier",
        setup=f"others = {OTHERS}",
        each=True,
    ),
    "MinMax": Plot(
        "reputation.min_max(value, 20.0, 100.0)",
        {"value": line(20, 100, 41)},
        "value, of those from 20 to 100",
        "place between them",
        each=True,
    ),
    "Quantile": Plot(
        "reputation.quantile([1.0, 2.0, 3.0, 5.0, 8.0], q)",
        {"q": line(0, 0.99, 100)},
        "q",
        "value of 1, 2, 3, 5, 8",
        each=True,
        steps=True,
    ),
    # --- measurements.h
    "SmoothScore": Plot(
        "reputation.smooth_score(80, new_score)",
        {"new_score": whole(0, 100)},
        "score of this round, after one of 80",
        "smoothed score",
        steps=True,
    ),
    "GlobalScores": by_mode(
        "reputation.global_scores(scores, reporter, subject,"
        " latency_ms=[100.0, 50.0, 400.0, told, 50.0, 400.0], **few, mode=mode)[1][2]",
        {"told": line(50, 400, 71)},
        "latency that a reporter of score 20 tells, ms; one of score 80 says 100",
        "score of this round",
        setup=REPORTS,
        each=True,
        steps=True,
    ),
    "ReporterWeights": Plot(
        "reputation.reporter_weights([score, 80.0, 80.0], inverted=inverted)[0]",
        {"score": line(0, 100, 101)},
        "score of a reporter beside two of 80",
        "weight of its word",
        vary={"inverted": (False, True)},
        each=True,
    ),
    # --- eigentrust.h, trust_score.h
    "LocalTrust": Plot(
        "reputation.local_trust(satisfactory, unsatisfactory)",
        {"satisfactory": whole(0, 50)},
        "satisfactory transactions",
        "local trust",
        vary={"unsatisfactory": (0, 20)},
    ),
    "Solve": Plot(
        "reputation.eigentrust(4, [0, 1, 2, 3, 3], [1, 2, 0, 0, 1], [1.0] * 5,"
        " pre_trusted=[0], pre_trust_share=a)[0][node]",
        {"a": line(0.05, 1, 39)},
        "a, share of the pre-trusted",
        "trust of the node",
        vary={"node": (0, 1, 3)},
        labels=("0, the pre-trusted", "1, trusted by 0 and 3", "3, trusted by nobody"),
        calls="reputation.eigentrust",
        each=True,
    ),
    "ScoreConduct": Plot(
        "reputation.trust_score(early_cancelled=share, response_hours=response_hours)[0]",
        {"share": line(0, 1)},
        "share of contracts that the provider cancels early",
        "points of 0 to 100",
        vary={"response_hours": (2, 12, 72)},
        calls="reputation.trust_score",
        steps=True,
    ),
    # --- attacks.h
    "RunFakePayments": Plot(
        "reputation.fake_payments(members=members, windows=3,"
        " payments_per_window=payments)['gained'] / 10**9",
        {"payments": whole(1, 30)},
        "payments of 100 tokens of each member in a window",
        "gained by the ring in three windows, points",
        vary={"members": (2, 3, 10)},
        calls="reputation.fake_payments",
        each=True,
    ),
    "RunPenaltySlander": Plot(
        "reputation.slander_by_penalty(victim=victim * 10**9, multiplier_bps=bps)['tokens_lost']"
        " / 10**9",
        {"victim": whole(1, 200, 4)},
        "reputation of the victim, points",
        "cost of lowering it to 0, tokens",
        vary={"bps": (20_000, 10_000)},
        calls="reputation.slander_by_penalty",
        each=True,
    ),
    "RunSlander": by_mode(
        "reputation.slander_by_reports(liars=liars, mode=mode)['mean']",
        {"liars": whole(0, 20)},
        "liars who say 10 000 ms, beside 20 honest reporters who say 100 ms",
        "what is believed, ms",
        calls="reputation.slander_by_reports",
        each=True,
    ),
    "CostOfWhitewash": Plot(
        "reputation.whitewash(held * 10**9)[1] / 10**9",
        {"held": whole(0, 100, 2)},
        "reputation of the old name, points",
        "fees until the new one has as much, tokens",
        calls="reputation.whitewash",
    ),
    "SplitIntoSybils": Plot(
        "reputation.split_into_sybils(points, names)[2]",
        {"names": whole(1, 100)},
        "names",
        "the reward grows by this factor",
        vary={"points": (900, 10_000)},
    ),
    "RunSybilTrust": Plot(
        "reputation.sybil_trust(seed=1, honest=200, sybils=50, deceived=deceived)['sybil_share']",
        {"deceived": whole(0, 100, 5)},
        "edges from 200 honest nodes to 50 sybils",
        "trust of all sybils, share",
        calls="reputation.sybil_trust",
        each=True,
    ),
}

CODEC = "writes or reads bytes: no formula"
NO_PLOT = {
    "Check": "only checks",
    "FindWeightedOutliers": "FilteredMean shows what is left without them",
    "HistoryOf": "counts and sums",
    "LocalScores": "the same scaling as GlobalScores for one node's peers",
    "EncodeChanges": CODEC,
    "DecodeChanges": CODEC,
}
