// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "tests/scenario/columns.h"

namespace shadw::scenario {
namespace {

using std::chrono::minutes;

class Liars : public testing::TestWithParam<Lie> {};

TEST_P(Liars, AFifthOfAllCannotHideValuesFromDisjointPaths) {
  DhtOptions options{.seed = 5, .nodes = 1000};
  options.node.bucket_size = 16;
  options.approach.disjoint_paths = 8;
  options.lookup_every = {};
  options.values = 20;
  options.get_every = std::chrono::milliseconds(250);
  options.duration = minutes(6);
  options.liars_ppm = 200'000;
  options.lie = GetParam();
  const DhtRun run = MustRun(options);
  const Summary gets = Summarize(run.columns, Deed::kGet, 16);
  ASSERT_GT(gets.count, 1000U);
  EXPECT_GE(gets.success, 0.99);
}

std::string NameOf(const testing::TestParamInfo<Lie>& told) {
  constexpr const char* kNames[] = {"Drop", "Wrong", "Collude"};
  return kNames[static_cast<size_t>(told.param)];
}

INSTANTIATE_TEST_SUITE_P(Kinds, Liars, testing::Values(Lie::kDrop, Lie::kWrong, Lie::kCollude),
                         NameOf);

DhtOptions Eclipsed(size_t sybils, bool density_aware) {
  DhtOptions options{.seed = 6, .nodes = 2000};
  options.lookup_every = {};
  options.values = 1;
  options.publish_after = minutes(17);  // by then every node has an idea of the network's size
  options.get_every = std::chrono::milliseconds(500);
  options.duration = minutes(24);
  options.sybils = sybils;
  options.approach.density_aware = density_aware;
  return options;
}

class Eclipse : public testing::TestWithParam<size_t> {};

TEST_P(Eclipse, HidesAValueFromThoseWhoAskTheClosestOnly) {
  const DhtRun run = MustRun(Eclipsed(GetParam(), false));
  EXPECT_EQ(Summarize(run.columns, Deed::kGet, 8).success, 0.0);
}

TEST_P(Eclipse, DoesNotHideItFromTheDensityAware) {
  const DhtRun plain = MustRun(Eclipsed(GetParam(), false));
  const DhtRun run = MustRun(Eclipsed(GetParam(), true));
  const Summary gets = Summarize(run.columns, Deed::kGet, 8);
  ASSERT_GT(gets.count, 500U);
  EXPECT_GE(gets.success, 0.99);
  const Summary vain = Summarize(plain.columns, Deed::kGet, 8);
  EXPECT_LE(gets.most_messages, 4 * vain.most_messages);
}

INSTANTIATE_TEST_SUITE_P(Sybils, Eclipse, testing::Values(20, 100));

}  // namespace
}  // namespace shadw::scenario
