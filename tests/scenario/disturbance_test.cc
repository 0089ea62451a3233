// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "tests/scenario/columns.h"

namespace shadw::scenario {
namespace {

using std::chrono::minutes;

constexpr double kMinute = 60;

class Disturbed : public testing::TestWithParam<Disturbance> {};

TEST_P(Disturbed, NetworkFindsItselfAgainWithinTenMinutes) {
  const Disturbance disturbance = GetParam();
  DhtOptions options{.seed = 7, .nodes = kManyNodes / 2};
  options.lookup_every = minutes(2);
  options.duration = disturbance.at + disturbance.length + minutes(20);
  options.disturbances = {disturbance};
  const DhtRun run = MustRun(options);
  const double over = std::chrono::duration<double>(disturbance.at + disturbance.length).count();
  const Summary after =
      Summarize(run.columns, Deed::kLookup, 8, over + 10 * kMinute, over + 20 * kMinute);
  ASSERT_GT(after.count, kManyNodes);
  EXPECT_GE(after.success, 0.99);
  EXPECT_GE(after.complete, 0.9) << "the parts have not grown together";
}

std::string NameOf(const testing::TestParamInfo<Disturbance>& disturbed) {
  constexpr const char* kNames[] = {"Restart", "Partition", "Outage"};
  return kNames[static_cast<size_t>(disturbed.param.trouble)];
}

INSTANTIATE_TEST_SUITE_P(
    Troubles, Disturbed,
    testing::Values(Disturbance{Trouble::kPartition, minutes(10), minutes(30), 500'000},
                    Disturbance{Trouble::kOutage, minutes(10), minutes(30), 100'000},
                    Disturbance{Trouble::kRestart, minutes(10), minutes(0), 300'000}),
    NameOf);

TEST(Partition, HidesTheOtherHalfWhileItLasts) {
  DhtOptions options{.seed = 8, .nodes = 300};
  options.duration = minutes(20);
  options.disturbances = {{Trouble::kPartition, minutes(5), minutes(30), 500'000}};
  const DhtRun run = MustRun(options);
  EXPECT_GT(Summarize(run.columns, Deed::kLookup, 8, 0, 4 * kMinute).complete, 0.99);
  EXPECT_LT(Summarize(run.columns, Deed::kLookup, 8, 6 * kMinute).complete, 0.2);
}

}  // namespace
}  // namespace shadw::scenario
