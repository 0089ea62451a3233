# SPDX-License-Identifier: Apache-2.0
"""The plotted examples of capacity."""

import dataclasses

from plots import Plot, decades, line, whole

READINGS = {"mode": ("corrected", "paper_literal", "paper_denominator", "sqrt_product")}
FAILED = {"failed": ("carry", "redistribute")}

# Both sides of the disputed condition over one axis.
CONDITION = Plot(
    "(capacity.storage_condition(0, size, min(size, 60), 1, 'accepted', 0, 2, 10) == 'accepted')"
    " if mode == 'corrected' else capacity.storage_is_larger_than_share(float(size), 100.0)",
    {"size": whole(1, 100)},
    "capacity of the node, GB, of 100 in the network; up to 60 are taken",
    "1: the shard of 10 GB is accepted",
    vary={"mode": ("corrected", "paper_literal")},
    steps=True,
    each=True,
    note="as printed, every node may store but the one that is alone, however full it is",
)
DAY = Plot(
    "capacity.daily_capacity([0, s * 10**9], [100.0, 300.0], 0)",
    {"s": whole(0, 86_400, 1200)},
    "second of the day in which 300 is reported after 100",
    "capacity of the day",
    calls="capacity.daily_capacity",
    each=True,
)

PLOTS = {
    "Capacity": Plot(
        "capacity.capacity(2, 8, reply_ms, 4.0, 1000, 250, reference_compute=1,"
        " reference_storage=1, mode=mode)",
        {"reply_ms": line(1, 400, 200)},
        "time to reply, ms",
        "capacity C",
        vary=READINGS,
        note="P = 2, Q = 8, o = 4, sR = 1000, sT = 250; both references 1. As printed, the "
        "slower node scores higher",
    ),
    "CapacityIndex": Plot(
        "capacity.capacity_index(compute, storage)",
        {"compute": line(0, 10)},
        "compute, in units of the reference",
        "index, 0 to 1",
        vary={"storage": (0.0, 1.0, 10.0)},
    ),
    "OverheadCycles": Plot(
        "capacity.overhead_cycles(1e6, share)",
        {"share": line(0, 1)},
        "share of the processors that is offered",
        "cycles a second, of 10^6",
    ),
    "DetectionProbability": Plot(
        "capacity.detection_probability(lost, challenges)",
        {"challenges": whole(0, 600, 5)},
        "challenges",
        "the loss is found, probability",
        vary={"lost": (0.001, 0.01, 0.05)},
    ),
    "ChallengesFor": Plot(
        "capacity.challenges_for(lost, probability)",
        {"lost": decades(0.001, 0.5)},
        "share that is lost",
        "challenges",
        vary={"probability": (0.9, 0.99, 0.999)},
        log="xy",
    ),
    "CombineSpace": Plot(
        "capacity.combine_space(node, [(node, used)], [plot.commitment],"
        " free_weight_ppm=weight, least_plot_bytes=32768).score_bytes",
        {"used": whole(0, 100_000, 2500)},
        "audited bytes of others' data",
        "score, bytes",
        setup="node = bytes(32); plot = capacity.FreshPlot(node, bytes(32), labels_log2=10)",
        vary={"weight": (0, 250_000, 500_000)},
        each=True,
        note="beside a plot of 32 KiB, which the rule was told to count; weight in parts per million",
    ),
    "LeastPlotBytes": Plot(
        "capacity.least_plot_bytes(deadline_ms)",
        {"deadline_ms": whole(0, 10_000, 100)},
        "deadline of an answer, ms",
        "the least plot that counts, bytes",
        note="over 10 s it is larger than any plot",
    ),
    "ShareByCapacity": Plot(
        "capacity.share_by_capacity([c, 2000.0, 3000.0], [True, True, False], failed)[0][0]",
        {"c": line(0, 6000, 61)},
        "one's own capacity; 2000 passed its audit, 3000 failed",
        "share of the reward",
        vary=FAILED,
        each=True,
        note="read literally everybody gets a third",
    ),
    "CheckStorage": dataclasses.replace(CONDITION, calls="capacity.storage_condition"),
    "StorageIsLargerThanShare": CONDITION,
    "LabelsToRemake": Plot(
        "capacity.labels_to_remake(10, (drawn < share).tolist(), range(0, 1024, 34))",
        {"share": line(0, 1, 41)},
        "share of the labels that is kept",
        "labels made anew for 31 openings",
        setup="drawn = np.random.default_rng(1).random(1024)",
        each=True,
        note="a plot of 1024 labels; an honest one makes 4096, once",
    ),
    "CapacityWindow::MeanOfDay": DAY,
    "DailyCapacity": DAY,
}

PROOF = "a part of a proof: hashes, places or bytes"
NO_PLOT = {
    "CapacityOfMany": "columns of Capacity",
    "KeepSome": "draws which labels are kept",
    "origin_proof.h": PROOF,
    "plot.h": PROOF,
    "plot_file.h": PROOF,
    "space_proof.h": PROOF,
    "useful_work.h": PROOF,
    "work_chain.h": PROOF,
}
