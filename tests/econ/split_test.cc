// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/split.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "libshadw/base/log2.h"
#include "libshadw/base/random_stream.h"

namespace shadw::econ {
namespace {

using base::Uint128;
using ::testing::Each;
using ::testing::ElementsAre;

constexpr Remainder kRules[] = {Remainder::kBurn, Remainder::kCarry, Remainder::kLargestRemainder};

// The same by long division and a full sort.
std::vector<Amount> SplitSlowly(Amount pool, const std::vector<uint64_t>& weights, Remainder rule) {
  Uint128 total = 0;
  for (const uint64_t weight : weights) total += weight;
  std::vector<Amount> shares(weights.size());
  std::vector<std::pair<Uint128, size_t>> order;
  Amount left = pool;
  for (size_t i = 0; i < weights.size(); ++i) {
    const Uint128 product = static_cast<Uint128>(pool) * weights[i];
    shares[i] = static_cast<Amount>(product / total);
    order.emplace_back(total - product % total, i);
    left -= shares[i];
  }
  std::ranges::sort(order);
  if (rule == Remainder::kLargestRemainder) {
    for (size_t i = 0; i < left; ++i) ++shares[order[i].second];
  }
  return shares;
}

// Weights of a random number of bits, among them 0 and 2^64 - 1.
uint64_t AnyWeight(base::RandomStream& random) {
  if (random.Uniform(20) == 0) return UINT64_MAX;
  return random.Next() >> random.Uniform(64) >> random.Uniform(2);
}

TEST(Split, PaysWhatLongDivisionPaysAndLosesNothing) {
  base::RandomStream random({.seed = 1});
  for (int round = 0; round < 3000; ++round) {
    std::vector<uint64_t> weights(1 + random.Uniform(round % 100 == 0 ? 3000 : 30));
    const bool alike = random.Uniform(4) == 0;
    for (uint64_t& weight : weights) weight = alike ? 1 + random.Uniform(3) : AnyWeight(random);
    weights.back() += weights.back() == 0 ? 1 : 0;
    const Amount pool = random.Next() >> random.Uniform(64);
    for (const Remainder rule : kRules) {
      std::vector<Amount> shares(weights.size());
      const auto totals = SplitByWeight(pool, weights, rule, shares);
      ASSERT_TRUE(totals.ok());
      ASSERT_EQ(shares, SplitSlowly(pool, weights, rule));
      ASSERT_EQ(std::accumulate(shares.begin(), shares.end(), Amount{0}), totals->paid);
      ASSERT_EQ(totals->paid + totals->burned + totals->carried, pool);
      ASSERT_TRUE(rule == Remainder::kBurn || totals->burned == 0);
      ASSERT_TRUE(rule == Remainder::kCarry || totals->carried == 0);
    }
  }
}

TEST(Split, GivesTheUnitsLeftOverToTheFirstAmongEqualRemainders) {
  std::vector<Amount> shares(3);
  const std::vector<uint64_t> weights = {1, 1, 1};
  EXPECT_EQ(SplitByWeight(5, weights, Remainder::kLargestRemainder, shares)->paid, 5);
  EXPECT_THAT(shares, ElementsAre(2, 2, 1));
  EXPECT_EQ(SplitByWeight(5, weights, Remainder::kBurn, shares)->burned, 2);
  EXPECT_THAT(shares, ElementsAre(1, 1, 1));
}

TEST(Split, PaysNobodyWhereAllWeightsAreZero) {
  const std::vector<uint64_t> none(4);
  std::vector<Amount> shares(4, 7);
  EXPECT_EQ(SplitByWeight(9, none, Remainder::kCarry, shares)->carried, 9);
  EXPECT_THAT(shares, Each(0));
  EXPECT_EQ(SplitByWeight(9, none, Remainder::kLargestRemainder, shares)->carried, 9);
  EXPECT_EQ(SplitByWeight(9, none, Remainder::kBurn, shares)->burned, 9);
}

TEST(Split, RefusesNobodyAndOtherNumbersOfShares) {
  std::vector<Amount> shares(2);
  const std::vector<uint64_t> weights(3, 1);
  EXPECT_EQ(SplitByWeight(1, weights, Remainder::kBurn, shares).status().message(),
            "econ: got room for 2 shares, need 3");
  EXPECT_FALSE(SplitByWeight(1, {}, Remainder::kBurn, {}).ok());
  EXPECT_FALSE(SplitEqually(1, Remainder::kBurn, {}).ok());
  EXPECT_FALSE(SplitBySqrt(1, weights, {}, shares).ok());
}

TEST(SqrtWeight, IsTheIntegerRootOfAHundredAndTwentyEightBits) {
  base::RandomStream random({.seed = 2});
  const auto check = [](uint64_t x) {
    const uint64_t root = SqrtWeight(x);
    const Uint128 target = static_cast<Uint128>(x) << 64;
    ASSERT_LE(static_cast<Uint128>(root) * root, target) << x;
    if (root != UINT64_MAX) {
      ASSERT_GT(static_cast<Uint128>(root + 1) * (root + 1), target) << x;
    }
  };
  for (uint64_t x = 0; x < 100'000; ++x) check(x);
  for (uint64_t x = 1; x < 100'000; ++x) check(-x);
  for (int round = 0; round < 1'000'000; ++round) check(random.Next() >> random.Uniform(64));
  for (uint64_t root = 1; root < uint64_t{1} << 32; root += root / 100 + 1) {
    check(root * root - 1);
    check(root * root);
    EXPECT_EQ(SqrtWeight(root * root), root << 32);
  }
}

TEST(SqrtWeight, IsTheSameAloneAndAmongMany) {
  base::RandomStream random({.seed = 4});
  std::vector<uint64_t> reputations;
  for (size_t count = 0; count < 200; ++count) reputations.push_back(count);
  for (uint64_t x = 1; x < 2000; ++x) reputations.push_back(-x);
  for (int i = 0; i < 500'000; ++i) reputations.push_back(random.Next() >> random.Uniform(64));
  for (int i = 0; i < 100'000; ++i) {
    const uint64_t root = random.Next() >> 32 >> random.Uniform(32);
    for (uint64_t near = root * root - 2; near != root * root + 3; ++near) {
      reputations.push_back(near);
    }
  }
  for (size_t count = 0; count < 200; ++count) {
    std::vector<uint64_t> weights(count, 1);
    SqrtWeights(std::span(reputations).first(count), weights);
    for (size_t i = 0; i < count; ++i) ASSERT_EQ(weights[i], SqrtWeight(reputations[i]));
  }
  std::vector<uint64_t> weights(reputations.size());
  SqrtWeights(reputations, weights);
  for (size_t i = 0; i < weights.size(); ++i) {
    ASSERT_EQ(weights[i], SqrtWeight(reputations[i])) << reputations[i];
  }
}

TEST(SqrtSplit, PaysAMonotoneShareOfWhichASplitIdentityGetsMore) {
  const std::vector<uint64_t> whole = {900, 900};
  std::vector<Amount> shares(2);
  ASSERT_TRUE(SplitBySqrt(120, whole, {}, shares).ok());
  EXPECT_THAT(shares, ElementsAre(60, 60));
  std::vector<uint64_t> split(10, 100);
  split[0] = 900;
  shares.resize(10);
  ASSERT_TRUE(SplitBySqrt(120, split, {}, shares).ok());
  EXPECT_EQ(shares[0], 30);  // and 90 for the nine that were one

  base::RandomStream random({.seed = 3});
  std::vector<uint64_t> reputations(1000);
  for (uint64_t& reputation : reputations) reputation = random.Next() >> random.Uniform(64);
  std::ranges::sort(reputations);
  shares.resize(1000);
  ASSERT_TRUE(SplitBySqrt(1 << 30, reputations, {.remainder = Remainder::kBurn}, shares).ok());
  EXPECT_TRUE(std::ranges::is_sorted(shares));
}

TEST(SqrtSplit, SplitsEquallyAmongStrangersOnlyToBootstrap) {
  const std::vector<uint64_t> none(4);
  std::vector<Amount> shares(4);
  EXPECT_EQ(SplitBySqrt(10, none, {}, shares)->carried, 10);
  EXPECT_EQ(SplitBySqrt(10, none, {.bootstrap = true}, shares)->paid, 10);
  EXPECT_THAT(shares, ElementsAre(3, 3, 2, 2));
}

}  // namespace
}  // namespace shadw::econ
