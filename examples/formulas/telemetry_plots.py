# SPDX-License-Identifier: Apache-2.0
"""The plotted examples of telemetry."""

from plots import Plot, whole

SAMPLES = "samples of 200 ms after ten of 100 ms"

PLOTS = {
    "RequiredThroughput(uint64_t)": Plot(
        "telemetry.required_throughput(light, 50, rate)",
        {"light": whole(0, 100)},
        "light clients, beside 50 full ones",
        "requests a second",
        vary={"rate": (50.0, 100.0)},
    ),
    "RequiredThroughput(ClientClass)": Plot(
        "telemetry.required_throughput(light, 50, 55.0) if mode == 'printed' else"
        " telemetry.required_throughput(light, 0, 10.0)"
        " + telemetry.required_throughput(0, 50, 100.0)",
        {"light": whole(0, 100)},
        "light clients, beside 50 full ones",
        "requests a second",
        vary={"mode": ("printed", "classes")},
        labels=("printed: 55 a second for all", "classes: light ones 10, full ones 100"),
        note="the mean rate holds for one mixture of clients alone, here for 50 light ones",
    ),
    "RateMeter::ObservedRps": Plot(
        "(meter.record(s * 10**9, 1, 3), meter.observed_rps(s * 10**9))[1]",
        {"s": whole(1, 120)},
        "time, s, with three requests in each",
        "observed requests a second",
        setup="meter = telemetry.RateMeter()",
        calls=".observed_rps",
        each=True,
    ),
    "RttEstimator::Update": Plot(
        "telemetry.rtt_estimate([100.0] * 10 + [200.0] * n)[part]",
        {"n": whole(0, 40)},
        SAMPLES,
        "ms",
        vary={"part": (0, 1)},
        labels=("srtt", "rttvar"),
        calls="telemetry.rtt_estimate",
        each=True,
    ),
    "RttEstimator::rto": Plot(
        "telemetry.rtt_estimate([100.0] * 10 + [200.0] * n)[2]",
        {"n": whole(0, 40)},
        SAMPLES,
        "timeout without a lower bound, ms",
        calls="telemetry.rtt_estimate",
        each=True,
    ),
}

NO_PLOT = {
    "node_stats.h": "readers of /proc: no formula",
    "report.h": "signs and reads bytes: no formula",
}
