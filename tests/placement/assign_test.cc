// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "libshadw/placement/placement.h"
#include "tests/placement/rosters.h"

namespace shadw::placement {
namespace {

using absl::StatusCode;
using Holders = std::vector<std::optional<size_t>>;

Holders Set(const std::vector<size_t>& assignment) {
  return Holders(assignment.begin(), assignment.end());
}

TEST(Rule, RefusesWhatLetsSomebodyRebuildASegmentAlone) {
  for (const uint16_t k : {2, 10, 29}) {
    const uint16_t most = k - 1;
    EXPECT_TRUE((Rule{k, most, most, most}.Validate().ok()));
    EXPECT_EQ((Rule{k, k, 1, 1}.Validate().code()), StatusCode::kInvalidArgument);
    EXPECT_EQ((Rule{k, 1, k, 1}.Validate().code()), StatusCode::kInvalidArgument);
    EXPECT_EQ((Rule{k, 1, 1, k}.Validate().code()), StatusCode::kInvalidArgument);
  }
  EXPECT_EQ((Rule{0}.Validate().code()), StatusCode::kInvalidArgument);
  EXPECT_EQ((Rule{10, 0}.Validate().code()), StatusCode::kInvalidArgument);
}

TEST(Rule, AllowsOneWholeCopyANodeWhereOneShardIsTheObject) {
  EXPECT_TRUE((Rule{1}.Validate().ok()));
  EXPECT_TRUE((Rule{1, 1, 1, 1}.Validate().ok()));
  EXPECT_EQ((Rule{1, 2}.Validate().code()), StatusCode::kInvalidArgument);
  EXPECT_EQ((Rule{1, 1, 2}.Validate().code()), StatusCode::kInvalidArgument);
}

TEST(Assign, RefusesArgumentsOutOfRange) {
  const Rule rule = {.data_shards = 3};
  std::vector<Node> nodes = MakeRoster(8);
  const auto code = [&](uint16_t shards) {
    return Assign(nodes, shards, rule, kSeed, {}).status().code();
  };
  EXPECT_EQ(code(8), StatusCode::kOk);
  EXPECT_EQ(code(0), StatusCode::kInvalidArgument);
  EXPECT_EQ(code(kMaxTotalShards + 1), StatusCode::kInvalidArgument);
  EXPECT_EQ(code(UINT16_MAX), StatusCode::kInvalidArgument);
  nodes[7].id = nodes[2].id;
  EXPECT_EQ(code(3), StatusCode::kInvalidArgument);
  nodes[7].id[0] ^= 1;
  nodes[7].weight = 0;
  EXPECT_EQ(code(3), StatusCode::kInvalidArgument);
  EXPECT_EQ(Assign({}, 3, rule, kSeed, {}).status().code(), StatusCode::kResourceExhausted);
}

TEST(Assign, UsesAllNodesWhereThereAreJustEnough) {
  for (uint16_t count = 1; count <= 40; ++count) {
    const auto holders = Assign(MakeRoster(count), count, {.data_shards = 5}, kSeed, KeyOf(count));
    ASSERT_TRUE(holders.ok()) << holders.status();
    EXPECT_EQ(std::set<size_t>(holders->begin(), holders->end()).size(), count);
  }
}

TEST(Assign, SaysWhatIsMissingWhereNodesAreTooFew) {
  const auto holders = Assign(MakeRoster(9), 14, {.data_shards = 10}, kSeed, KeyOf(1));
  EXPECT_EQ(holders.status().code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(holders.status().message(),
            "placement: got 9 nodes with room for 9 shards, need 14 (at most 1 a node, k=10)");
}

TEST(Assign, PlacesTheSameInWhateverOrderTheRosterIsListed) {
  std::vector<Node> nodes = MakeRoster(60);
  crypto::SeededRandom random(4);
  for (size_t i = 0; i < nodes.size(); ++i) {
    nodes[i].weight = 1 + Below(random, 9);
    nodes[i].owner = std::string(1, 'a' + i % 11);
    nodes[i].subnet = i % 3 == 0 ? "" : std::string(1, 'a' + i % 13);
  }
  const Rule rule = {.data_shards = 10, .max_per_owner = 2, .max_per_subnet = 3};
  const auto ids = [&](uint64_t key) {
    std::vector<base::ByteArray<32>> result;
    const auto holders = Assign(nodes, 14, rule, kSeed, KeyOf(key)).value();
    for (const size_t node : holders) result.push_back(nodes[node].id);
    return result;
  };
  std::vector<std::vector<base::ByteArray<32>>> first;
  for (uint64_t key = 0; key < 20; ++key) first.push_back(ids(key));
  for (int shuffle = 0; shuffle < 5; ++shuffle) {
    for (size_t i = nodes.size() - 1; i > 0; --i) std::swap(nodes[i], nodes[Below(random, i + 1)]);
    for (uint64_t key = 0; key < 20; ++key) EXPECT_EQ(ids(key), first[key]);
  }
}

TEST(Assign, ReplicatesWholeCopiesToDistinctNodes) {
  const auto holders = Assign(MakeRoster(7), 5, {.data_shards = 1}, kSeed, KeyOf(1)).value();
  EXPECT_EQ(std::set<size_t>(holders.begin(), holders.end()).size(), 5u);
}

TEST(Assign, MovesSettledShardsOutOfACorner) {
  // Owner a in subnets 1 and 2, owner b in subnet 1 only: if a settles in 1 first,
  // nothing fits any more until it moves to 2.
  for (uint64_t roster = 0; roster < 50; ++roster) {
    std::vector<Node> nodes = MakeRoster(3, roster);
    nodes[0].owner = nodes[1].owner = "a";
    nodes[2].owner = "b";
    nodes[0].subnet = nodes[2].subnet = "1";
    nodes[1].subnet = "2";
    const Rule rule = {.data_shards = 2, .max_per_owner = 1, .max_per_subnet = 1};
    const auto holders = Assign(nodes, 2, rule, kSeed, KeyOf(roster));
    ASSERT_TRUE(holders.ok()) << holders.status();
    EXPECT_EQ(std::set<size_t>(holders->begin(), holders->end()), (std::set<size_t>{1, 2}));
  }
}

// Whether any choice at all obeys the rule, by trying every one.
bool AnyObeys(const std::vector<Node>& nodes, const Rule& rule, Holders& chosen, size_t shard,
              size_t from) {
  if (!CheckRule(nodes, rule, chosen).ok()) return false;
  if (shard == chosen.size()) return true;
  for (size_t node = from; node < nodes.size(); ++node) {
    chosen[shard] = node;
    if (AnyObeys(nodes, rule, chosen, shard + 1, node)) return true;
    chosen[shard] = std::nullopt;
  }
  return false;
}

TEST(Assign, FindsAnAssignmentExactlyWhereOneExists) {
  crypto::SeededRandom random(11);
  int feasible = 0;
  constexpr int kRounds = 4000;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<Node> nodes = MakeRoster(1 + Below(random, 8), round);
    const uint32_t owners = 1 + Below(random, 5), subnets = 1 + Below(random, 5);
    for (Node& node : nodes) {
      if (Below(random, 5) > 0) node.owner = std::to_string(Below(random, owners));
      if (Below(random, 5) > 0) node.subnet = std::to_string(Below(random, subnets));
      node.weight = 1 + Below(random, 4);
    }
    const uint16_t k = 1 + Below(random, 4);
    const uint16_t most = std::max(1, k - 1);
    const Rule rule = {k, static_cast<uint16_t>(1 + Below(random, most)),
                       static_cast<uint16_t>(Below(random, most + 1)),
                       static_cast<uint16_t>(Below(random, most + 1))};
    ASSERT_TRUE(rule.Validate().ok());
    const uint16_t shards = 1 + Below(random, 6);
    Holders tried(shards);
    const bool possible = AnyObeys(nodes, rule, tried, 0, 0);
    const auto holders = Assign(nodes, shards, rule, kSeed, KeyOf(round));
    ASSERT_EQ(holders.ok(), possible) << "round " << round << " " << holders.status();
    if (!possible) continue;
    ++feasible;
    ASSERT_EQ(holders->size(), shards);
    ASSERT_TRUE(CheckRule(nodes, rule, Set(*holders)).ok());
  }
  EXPECT_GT(feasible, kRounds / 5);
  EXPECT_LT(feasible, kRounds * 4 / 5);
}

TEST(Assign, LetsNoNodeOwnerOrSubnetReachKOverRandomLargeRosters) {
  crypto::SeededRandom random(12);
  for (int round = 0; round < 60; ++round) {
    std::vector<Node> nodes = MakeRoster(100 + Below(random, 200), round);
    for (Node& node : nodes) {
      node.owner = Below(random, 3) == 0 ? "" : std::to_string(Below(random, 12));
      node.subnet = Below(random, 3) == 0 ? "" : std::to_string(Below(random, 12));
      node.weight = 1 + Below(random, 1000);
    }
    const uint16_t k = 2 + Below(random, 28);
    const uint16_t shards = k + 1 + Below(random, 40);
    const Rule rule = {k, static_cast<uint16_t>(1 + Below(random, std::min(k - 1, 3)))};
    const auto holders = Assign(nodes, shards, rule, kSeed, KeyOf(round)).value();
    std::map<std::string, int> owners, subnets;
    std::map<size_t, int> each;
    for (const size_t node : holders) {
      EXPECT_LE(++each[node], rule.max_per_node);
      EXPECT_TRUE(nodes[node].owner.empty() || ++owners[nodes[node].owner] < k);
      EXPECT_TRUE(nodes[node].subnet.empty() || ++subnets[nodes[node].subnet] < k);
    }
  }
}

// Catalogue S48: no node can rebuild a segment, however few there are.
TEST(Assign, GivesNoNodeEnoughToReconstruct) {
  const Rule rule = {.data_shards = 10, .max_per_node = 9};
  const auto holders = Assign(MakeRoster(4), 30, rule, kSeed, KeyOf(1)).value();
  std::map<size_t, int> each;
  for (const size_t node : holders) EXPECT_LT(++each[node], 10);
  EXPECT_EQ(Assign(MakeRoster(3), 30, rule, kSeed, KeyOf(1)).status().code(),
            StatusCode::kResourceExhausted);
}

// Shards a node holds over many segments.
std::vector<int> Loads(const std::vector<Node>& nodes, uint16_t shards, int segments) {
  std::vector<int> loads(nodes.size());
  for (int s = 0; s < segments; ++s) {
    const auto holders = Assign(nodes, shards, {.data_shards = 4}, kSeed, KeyOf(s)).value();
    for (const size_t node : holders) ++loads[node];
  }
  return loads;
}

TEST(Assign, SpreadsShardsEvenlyOverEqualNodes) {
  const std::vector<int> loads = Loads(MakeRoster(50), 6, 5000);
  double sum = 0;
  for (const int load : loads) sum += (load - 600.0) * (load - 600.0) / 600.0;
  // 0.001 quantile, 49 degrees of freedom; without replacement the sum is smaller.
  EXPECT_LT(sum, 85.4);
}

TEST(Assign, SpreadsShardsByWeightWhereNoNodeIsFullEveryTime) {
  std::vector<Node> nodes = MakeRoster(200);
  for (size_t i = 0; i < nodes.size(); ++i) nodes[i].weight = i < 100 ? 1 : 3;
  const std::vector<int> loads = Loads(nodes, 6, 4000);
  const double light = std::accumulate(loads.begin(), loads.begin() + 100, 0.0);
  const double heavy = std::accumulate(loads.begin() + 100, loads.end(), 0.0);
  // Drawing without replacement shifts the ratio of 3 by about one percent.
  EXPECT_NEAR(heavy / light, 3.0, 0.12);
}

// Shards of a segment that lie elsewhere with one node more than with `count`.
double Moved(size_t count, uint16_t shards, int segments) {
  const std::vector<Node> nodes = MakeRoster(count + 1);
  const std::vector<Node> fewer(nodes.begin(), nodes.end() - 1);
  int moved = 0;
  for (int s = 0; s < segments; ++s) {
    const auto with = Assign(nodes, shards, {.data_shards = 4}, kSeed, KeyOf(s)).value();
    const auto without = Assign(fewer, shards, {.data_shards = 4}, kSeed, KeyOf(s)).value();
    for (uint16_t j = 0; j < shards; ++j) moved += with[j] != without[j];
  }
  return static_cast<double>(moved) / segments;
}

TEST(Assign, MovesLittleMoreThanItsShareWhenANodeJoinsOrLeaves) {
  // The least possible is shards / nodes per segment. What is above it are shards that
  // make room for one another; it vanishes as nodes outnumber shards.
  EXPECT_LT(Moved(99, 14, 800), 1.25 * 14 / 100);
  EXPECT_LT(Moved(39, 14, 800), 1.35 * 14 / 40);
  EXPECT_LT(Moved(19, 14, 800), 1.55 * 14 / 20);
  EXPECT_LT(Moved(14, 14, 800), 2.1 * 14 / 15);
}

}  // namespace
}  // namespace shadw::placement
