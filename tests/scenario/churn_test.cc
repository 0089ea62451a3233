// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/scenario/columns.h"

namespace shadw::scenario {
namespace {

using std::chrono::minutes;

DhtOptions Churning(base::Duration mean_session) {
  DhtOptions options{.seed = 4, .nodes = kManyNodes};
  options.mean_session = mean_session;
  options.lookup_every = minutes(4);
  return options;
}

TEST(Churn, WithSessionsOfAnHourLeavesLookupsAndValuesStanding) {
  DhtOptions options = Churning(minutes(60));
  options.duration = minutes(120);
  options.values = 100;
  options.get_every = std::chrono::milliseconds(200'000 / kManyNodes);
  const DhtRun run = MustRun(options);
  // Publishers stay; of the others every place changes hands twice on average.
  EXPECT_GT(run.sums.departed, (kManyNodes - options.values) * 3 / 2);
  EXPECT_GE(Summarize(run.columns, Deed::kLookup, 8).success, 0.995);
  const Summary gets = Summarize(run.columns, Deed::kGet, 8);
  ASSERT_GT(gets.count, 30 * kManyNodes);
  EXPECT_GE(gets.success, 0.999);
}

TEST(Churn, WithSessionsOfTenMinutesLeavesMostLookupsStanding) {
  DhtOptions options = Churning(minutes(10));
  options.duration = minutes(40);
  const DhtRun run = MustRun(options);
  EXPECT_GT(run.sums.departed, kManyNodes * 3);
  EXPECT_GE(Summarize(run.columns, Deed::kLookup, 8, 600).success, 0.95);
}

DhtOptions Brief() {
  DhtOptions options{.seed = 9, .nodes = 100};
  options.duration = minutes(25);
  options.lookup_every = minutes(4);
  return options;
}

TEST(Sessions, OfOneLengthEndTogether) {
  DhtOptions options = Brief();
  options.sessions = sim::QuantileTable::Create({minutes(10), minutes(10)}).value();
  const DhtRun run = MustRun(options);
  EXPECT_EQ(run.sums.departed, 200U);  // at 10 and at 20 minutes
  EXPECT_EQ(run.sums.joined, 200U);
}

TEST(Sessions, OfATableLastAsLongAsItSays) {
  DhtOptions options = Brief();
  options.duration = minutes(60);
  options.sessions = sim::QuantileTable::Weibull(minutes(15), 590'000).value();
  const DhtRun run = MustRun(options);
  // Four on average in an hour; more, because short ones are drawn first.
  EXPECT_GT(run.sums.departed, 400U);
  EXPECT_LT(run.sums.departed, 800U);
}

TEST(Sessions, OfTwoKindsOrOfNoLengthAreRefused) {
  DhtOptions options = Brief();
  options.sessions = sim::QuantileTable::Create({minutes(0), minutes(0)}).value();
  EXPECT_EQ(RunDht(options).status().message(),
            "scenario: got sessions of no length, need above zero");
  options.sessions = sim::QuantileTable::Create({minutes(0), minutes(9)}).value();
  options.mean_session = minutes(10);
  EXPECT_EQ(RunDht(options).status().message(),
            "scenario: got both mean_session and sessions, need one of them");
}

TEST(Latency, OfRegionsIsThatOfTheLookups) {
  const auto fastest = [](base::Duration one_way) {
    DhtOptions options = Brief();
    options.duration = minutes(5);
    options.latency = std::make_shared<sim::RegionLatency>(
        sim::RegionLatency::Create({.regions = 1, .one_way = {one_way}}).value());
    const DhtRun run = MustRun(options);
    return *std::ranges::min_element(run.columns.took_s);
  };
  EXPECT_GE(fastest(std::chrono::milliseconds(7)), 0.014);
  EXPECT_LT(fastest(std::chrono::milliseconds(7)), 0.1);
  EXPECT_GE(fastest(std::chrono::milliseconds(200)), 0.4);
}

}  // namespace
}  // namespace shadw::scenario
