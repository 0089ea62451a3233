// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

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
  EXPECT_GT(run.sums.departed, kManyNodes * 3 / 2);
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

}  // namespace
}  // namespace shadw::scenario
