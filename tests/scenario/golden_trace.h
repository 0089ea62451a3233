// SPDX-License-Identifier: Apache-2.0
//
// Short eventful runs and what they must come out as, to the last bit: on every machine, with
// every compiler, at every level of optimisation and of the processor.
//
// When behaviour was changed on purpose these numbers change. Build the target scenario_trace,
// run it, and write here what it prints. When nothing was meant to change, they are right and
// the change is wrong.
#ifndef TESTS_SCENARIO_GOLDEN_TRACE_H_
#define TESTS_SCENARIO_GOLDEN_TRACE_H_

#include <cstdint>

#include "libshadw/scenario/dht_network.h"

namespace shadw::scenario {

inline constexpr uint64_t kGoldenMainline = 0x6ce8d8bc1e9fb76c;
inline constexpr uint64_t kGoldenHyperdht = 0xfda7d5d6f85eaee4;

// Churn, losses, jitter, liars, an outage, values, crowded targets: everything that draws or
// computes something.
DhtOptions GoldenOptions(Network network);
// Of every datagram, and of every row that the run reports.
uint64_t FingerprintOf(const DhtRun& run);

}  // namespace shadw::scenario

#endif  // TESTS_SCENARIO_GOLDEN_TRACE_H_
