// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "libshadw/placement/placement.h"
#include "tests/placement/rosters.h"

namespace shadw::placement {
namespace {

using absl::StatusCode;
using Holders = std::vector<std::optional<size_t>>;

constexpr Rule kRule = {.data_shards = 10};

Holders Placed(const std::vector<Node>& nodes, uint16_t shards, const Rule& rule) {
  const auto assigned = Assign(nodes, shards, rule, kSeed, KeyOf(1)).value();
  return Holders(assigned.begin(), assigned.end());
}

TEST(AssignReplacement, GivesTheOneShardThatIsLostANodeOfItsOwn) {
  const std::vector<Node> nodes = MakeRoster(20);
  for (uint16_t shard = 0; shard < 14; ++shard) {
    Holders holders = Placed(nodes, 14, kRule);
    const size_t old = *holders[shard];
    const size_t next = AssignReplacement(nodes, kRule, kSeed, KeyOf(1), shard, holders).value();
    EXPECT_NE(next, old);
    holders[shard] = next;
    EXPECT_TRUE(CheckRule(nodes, kRule, holders).ok());
  }
}

TEST(AssignReplacement, ReturnsToThePreferredNodeWhenItIsBack) {
  // With the other shards in place, a lost shard's first choice is where Assign put it,
  // unless somebody earlier in line left that place: then it is at least no worse.
  const std::vector<Node> nodes = MakeRoster(100);
  int same = 0;
  for (uint16_t shard = 0; shard < 14; ++shard) {
    Holders holders = Placed(nodes, 14, kRule);
    const size_t old = *holders[shard];
    holders[shard] = std::nullopt;
    same += AssignReplacement(nodes, kRule, kSeed, KeyOf(1), shard, holders).value() == old;
  }
  EXPECT_EQ(same, 14);
}

TEST(AssignReplacement, KeepsOwnersAndSubnetsBelowTheirMaxima) {
  std::vector<Node> nodes = MakeRoster(30);
  for (size_t i = 0; i < nodes.size(); ++i) {
    nodes[i].owner = std::to_string(i % 7);
    nodes[i].subnet = std::to_string(i % 6);
  }
  const Rule rule = {.data_shards = 4, .max_per_owner = 1, .max_per_subnet = 1};
  for (uint16_t shard = 0; shard < 5; ++shard) {
    Holders holders = Placed(nodes, 5, rule);
    const auto next = AssignReplacement(nodes, rule, kSeed, KeyOf(1), shard, holders);
    ASSERT_TRUE(next.ok()) << next.status();
    holders[shard] = *next;
    EXPECT_TRUE(CheckRule(nodes, rule, holders).ok());
  }
}

TEST(AssignReplacement, FailsWhereEveryNodeIsFull) {
  const std::vector<Node> nodes = MakeRoster(14);
  const Holders holders = Placed(nodes, 14, kRule);
  EXPECT_EQ(AssignReplacement(nodes, kRule, kSeed, KeyOf(1), 3, holders).status().code(),
            StatusCode::kResourceExhausted);
  EXPECT_EQ(AssignReplacement({}, kRule, kSeed, KeyOf(1), 0, Holders(14)).status().code(),
            StatusCode::kResourceExhausted);
}

TEST(AssignReplacement, ToleratesHoldersThatAlreadyBreakTheRule) {
  const std::vector<Node> nodes = MakeRoster(3);
  Holders holders(6, size_t{0});
  holders[5] = std::nullopt;
  const size_t next = AssignReplacement(nodes, kRule, kSeed, KeyOf(1), 5, holders).value();
  EXPECT_NE(next, 0u);
}

TEST(AssignReplacement, RefusesShardsAndHoldersThatDoNotExist) {
  const std::vector<Node> nodes = MakeRoster(20);
  Holders holders(14);
  const auto code = [&](uint16_t shard) {
    return AssignReplacement(nodes, kRule, kSeed, KeyOf(1), shard, holders).status().code();
  };
  EXPECT_EQ(code(13), StatusCode::kOk);
  EXPECT_EQ(code(14), StatusCode::kInvalidArgument);
  holders[2] = 20;
  EXPECT_EQ(code(0), StatusCode::kInvalidArgument);
  holders.assign(kMaxTotalShards + 1, std::nullopt);
  EXPECT_EQ(code(0), StatusCode::kInvalidArgument);
}

TEST(CheckRule, NoticesANodeAnOwnerAndASubnetThatHoldTooMuch) {
  std::vector<Node> nodes = MakeRoster(4);
  nodes[0].owner = nodes[1].owner = "a";
  nodes[2].subnet = nodes[3].subnet = "s";
  const Rule rule = {.data_shards = 3, .max_per_owner = 1, .max_per_subnet = 1};
  const auto code = [&](Holders holders) { return CheckRule(nodes, rule, holders).code(); };
  EXPECT_EQ(code({0, 2, std::nullopt}), StatusCode::kOk);
  EXPECT_EQ(code({0, 0}), StatusCode::kFailedPrecondition);
  EXPECT_EQ(code({0, 1}), StatusCode::kFailedPrecondition);
  EXPECT_EQ(code({2, 3}), StatusCode::kFailedPrecondition);
  EXPECT_EQ(code({4}), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace shadw::placement
