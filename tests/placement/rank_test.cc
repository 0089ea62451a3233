// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "libshadw/placement/placement.h"
#include "libshadw/placement/ranking.h"
#include "tests/placement/rosters.h"

namespace shadw::placement {
namespace {

TEST(Rank, NamesEveryNodeOnce) {
  const std::vector<Node> nodes = MakeRoster(100);
  const std::vector<size_t> order = Rank(nodes, kSeed, KeyOf(1));
  EXPECT_EQ(std::set<size_t>(order.begin(), order.end()).size(), 100u);
  EXPECT_TRUE(Rank({}, kSeed, KeyOf(1)).empty());
}

TEST(Rank, LeavesOutNodesOfNoWeight) {
  std::vector<Node> nodes = MakeRoster(10);
  nodes[3].weight = 0;
  const std::vector<size_t> order = Rank(nodes, kSeed, KeyOf(1));
  EXPECT_EQ(order.size(), 9u);
  EXPECT_EQ(std::ranges::count(order, 3u), 0);
}

TEST(Rank, LeavesOthersInPlaceWhenANodeLeaves) {
  std::vector<Node> nodes = MakeRoster(50);
  const std::vector<size_t> before = Rank(nodes, kSeed, KeyOf(7));
  std::vector<size_t> expected;
  for (const size_t node : before) {
    if (node != 49) expected.push_back(node);
  }
  nodes.pop_back();
  EXPECT_EQ(Rank(nodes, kSeed, KeyOf(7)), expected);
}

TEST(Rank, DependsOnSeedAndKey) {
  const std::vector<Node> nodes = MakeRoster(30);
  const std::vector<size_t> order = Rank(nodes, kSeed, KeyOf(1));
  EXPECT_EQ(Rank(nodes, kSeed, KeyOf(1)), order);
  EXPECT_NE(Rank(nodes, kSeed, KeyOf(2)), order);
  EXPECT_NE(Rank(nodes, base::ByteArray<32>{9}, KeyOf(1)), order);
}

TEST(Rank, OrdersNodesOfDifferentWeightsAsTheirExactTimesDo) {
  std::vector<Node> nodes = MakeRoster(500);
  crypto::SeededRandom random(2);
  for (Node& node : nodes) node.weight = 1 + (Below(random, UINT32_MAX) >> Below(random, 32));
  const Clocks clocks(nodes, kSeed, KeyOf(5));
  for (const uint16_t shard : {0, 1, 13, 1023}) {
    // Windows that grow step by step must show what one full sort shows.
    std::vector<Candidate> all;
    for (uint32_t place = 0; place < clocks.size(); ++place) {
      all.push_back({clocks.Ring(place, shard), place});
    }
    std::ranges::sort(all, [](const Candidate& a, const Candidate& b) { return a.Before(b); });
    Ranking ranking(clocks, shard);
    for (const Candidate& expected : all) {
      ASSERT_NE(ranking.Peek(), nullptr);
      ASSERT_EQ(ranking.Peek()->place, expected.place);
      ranking.Skip();
    }
    EXPECT_EQ(ranking.Peek(), nullptr);
  }
}

// The sum of (observed - expected)^2 / expected over nodes for who comes first.
double ChiSquareOfFirst(const std::vector<Node>& nodes, int draws) {
  std::vector<int> first(nodes.size());
  for (int i = 0; i < draws; ++i) ++first[Rank(nodes, kSeed, KeyOf(i))[0]];
  double weights = 0, sum = 0;
  for (const Node& node : nodes) weights += node.weight;
  for (size_t i = 0; i < nodes.size(); ++i) {
    const double expected = draws * (nodes[i].weight / weights);
    sum += (first[i] - expected) * (first[i] - expected) / expected;
  }
  return sum;
}

TEST(Rank, PutsEachNodeFirstInProportionToItsWeight) {
  // 0.001 quantiles of chi-square: 19 degrees of freedom 43.8, 3 degrees 16.3.
  EXPECT_LT(ChiSquareOfFirst(MakeRoster(20), 20'000), 43.8);
  std::vector<Node> nodes = MakeRoster(4);
  nodes[0].weight = 1;
  nodes[1].weight = 2;
  nodes[2].weight = 7;
  nodes[3].weight = 90;
  EXPECT_LT(ChiSquareOfFirst(nodes, 50'000), 16.3);
  for (Node& node : nodes) node.weight *= 40'000'000;  // only ratios count
  EXPECT_LT(ChiSquareOfFirst(nodes, 50'000), 16.3);
}

TEST(Clocks, RingForDifferentShardsIndependently) {
  // Over many keys, node 0 coming first for shard 0 tells nothing about shard 1.
  const std::vector<Node> nodes = MakeRoster(4);
  int both[4][4] = {};
  constexpr int kDraws = 16'000;
  for (int i = 0; i < kDraws; ++i) {
    const Clocks clocks(nodes, kSeed, KeyOf(i));
    ++both[Ranking(clocks, 0).Peek()->place][Ranking(clocks, 1).Peek()->place];
  }
  double sum = 0;
  for (const auto& row : both) {
    for (const int count : row) sum += (count - 1000.0) * (count - 1000.0) / 1000.0;
  }
  EXPECT_LT(sum, 37.7);  // 0.001 quantile, 15 degrees of freedom
}

}  // namespace
}  // namespace shadw::placement
