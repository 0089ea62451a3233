// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/scenario/columns.h"
#include "tests/scenario/golden_trace.h"

namespace shadw::scenario {
namespace {

using std::chrono::minutes;

DhtOptions Eventful(uint64_t seed) {
  DhtOptions options{.seed = seed, .nodes = 200};
  options.duration = minutes(30);
  options.mean_session = minutes(20);
  options.values = 5;
  options.liars_ppm = 100'000;
  options.lie = Lie::kWrong;
  options.faults = {
      .loss_ppm = 20'000, .duplicate_ppm = 10'000, .jitter_max = std::chrono::milliseconds(30)};
  options.disturbances = {{Trouble::kOutage, minutes(10), minutes(5), 100'000}};
  return options;
}

TEST(TraceHash, IsTheSameOnEveryRerun) {
  const DhtRun once = MustRun(Eventful(1));
  const DhtRun again = MustRun(Eventful(1));
  EXPECT_EQ(once.sums.trace_hash, again.sums.trace_hash);
  EXPECT_EQ(once.columns.took_s, again.columns.took_s);
  EXPECT_EQ(once.columns.messages, again.columns.messages);
}

TEST(TraceHash, IsTheGoldenOneEvenTheSecondTime) {
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(FingerprintOf(MustRun(GoldenOptions(Network::kMainline))), kGoldenMainline);
    EXPECT_EQ(FingerprintOf(MustRun(GoldenOptions(Network::kHyperdht))), kGoldenHyperdht);
  }
}

TEST(TraceHash, DiffersWithTheSeed) {
  EXPECT_NE(MustRun(Eventful(1)).sums.trace_hash, MustRun(Eventful(2)).sums.trace_hash);
}

TEST(ARun, StopsWhenItIsToldTo) {
  DhtOptions options = Eventful(1);
  int asked = 0;
  options.should_stop = [&] { return ++asked > 3; };
  const DhtRun run = MustRun(options);
  EXPECT_LT(run.sums.simulated_s, 1800);
  EXPECT_EQ(asked, 4);
}

TEST(Options, OutOfRangeAreRefusedByName) {
  DhtOptions options;
  options.nodes = 1;
  EXPECT_EQ(RunDht(options).status().message(), "scenario: got nodes 1, need 2 to 1000000");
  options.nodes = 100;
  options.liars_ppm = 1'000'000;
  EXPECT_EQ(RunDht(options).status().code(), absl::StatusCode::kInvalidArgument);
  options.liars_ppm = 0;
  options.approach.disjoint_paths = 40;
  EXPECT_EQ(RunDht(options).status().message(), "dht: got disjoint_paths 40, need 1 to 16");
}

}  // namespace
}  // namespace shadw::scenario
