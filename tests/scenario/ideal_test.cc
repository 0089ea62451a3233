// SPDX-License-Identifier: Apache-2.0
//
// Lookups through full tables, against the figures that the protocol's structure allows at
// best: hops and messages of an independent model of Kademlia.
#include <gtest/gtest.h>

#include <string>

#include "tests/scenario/columns.h"

namespace shadw::scenario {
namespace {

using std::chrono::minutes;

struct Ideal {
  Network network;
  size_t nodes;
  uint16_t k;
  double hops;
  double messages;
};

class FullTables : public testing::TestWithParam<Ideal> {};

TEST_P(FullTables, NeedAtMostATenthMoreThanTheIdeal) {
  const Ideal ideal = GetParam();
  if (ideal.nodes > 10 * kManyNodes) GTEST_SKIP() << "too slow with sanitizers";
  const DhtRun run =
      MustRun({.seed = 1, .nodes = ideal.nodes, .network = ideal.network, .duration = minutes(2)});
  const Summary lookups = Summarize(run.columns, Deed::kLookup, ideal.k);
  ASSERT_GT(lookups.count, ideal.nodes);
  EXPECT_NEAR(lookups.hops, ideal.hops, ideal.hops / 10);
  EXPECT_NEAR(lookups.messages, ideal.messages, ideal.messages / 10);
  EXPECT_GE(lookups.complete, 0.999) << "the closest k are not those of brute force";
}

std::string NameOf(const testing::TestParamInfo<Ideal>& tested) {
  const bool mainline = tested.param.network == Network::kMainline;
  return (mainline ? "Mainline" : "Hyperdht") + std::to_string(tested.param.nodes);
}

const Ideal kIdeals[] = {{Network::kMainline, 1000, 8, 2.25, 10.9},
                         {Network::kMainline, 10'000, 8, 2.88, 12.9},
                         {Network::kHyperdht, 1000, 20, 1.88, 27.8}};
INSTANTIATE_TEST_SUITE_P(Networks, FullTables, testing::ValuesIn(kIdeals), NameOf);

TEST(JoiningNodes, FindTheClosestOfAllWithoutTablesFilledForThem) {
  DhtOptions options{.seed = 2, .nodes = 300, .full_tables = false};
  options.duration = minutes(10);
  options.report_after = minutes(5);
  const DhtRun run = MustRun(options);
  const Summary lookups = Summarize(run.columns, Deed::kLookup, 8);
  ASSERT_GT(lookups.count, 1000U);
  EXPECT_GE(lookups.complete, 0.99);
}

TEST(LostDatagrams, CostMessagesNotResults) {
  DhtOptions options{.seed = 3, .nodes = 500};
  options.duration = minutes(5);
  options.faults = {.loss_ppm = 50'000};
  const DhtRun run = MustRun(options);
  const Summary lookups = Summarize(run.columns, Deed::kLookup, 8);
  EXPECT_EQ(lookups.success, 1.0);
  EXPECT_GT(run.sums.datagrams.lost_on_link, 1000U);
}

}  // namespace
}  // namespace shadw::scenario
