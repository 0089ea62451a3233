// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "libshadw/base/random_stream.h"
#include "libshadw/econ/capacity_rewards.h"
#include "libshadw/econ/epoch_rewards.h"
#include "libshadw/econ/fetch_rewards.h"
#include "libshadw/econ/green_ranking.h"
#include "libshadw/econ/refund.h"

namespace shadw::econ {
namespace {

using ::testing::ElementsAre;

TEST(CapacityRewards, PayThePoolToTheUnitAndMoreForMore) {
  base::RandomStream random({.seed = 1});
  for (int round = 0; round < 2000; ++round) {
    std::vector<double> capacities(1 + random.Uniform(40));
    for (double& capacity : capacities) {
      capacity = static_cast<double>(random.Next() >> random.Uniform(64)) / 1024;
    }
    std::ranges::sort(capacities);
    std::vector<uint8_t> passed(capacities.size());
    for (uint8_t& one : passed) one = random.Uniform(4) != 0 ? 1 : 0;
    std::vector<Amount> shares(capacities.size());
    const Amount pool = random.Next() >> random.Uniform(64);
    const auto totals = RewardCapacity(pool, capacities, {.remainder = Remainder::kBurn}, shares);
    ASSERT_EQ(std::accumulate(shares.begin(), shares.end(), Amount{0}), totals->paid);
    ASSERT_EQ(totals->paid + totals->burned + totals->carried, pool);
    ASSERT_TRUE(std::ranges::is_sorted(shares));
    for (const FailedShare rule : {FailedShare::kCarry, FailedShare::kRedistribute}) {
      const auto storage = RewardStorage(pool, capacities, passed, {.failed_share = rule}, shares);
      ASSERT_EQ(std::accumulate(shares.begin(), shares.end(), Amount{0}), storage->paid);
      ASSERT_EQ(storage->paid + storage->burned + storage->carried, pool);
      for (size_t i = 0; i < shares.size(); ++i) ASSERT_TRUE(passed[i] != 0 || shares[i] == 0);
    }
  }
}

TEST(CapacityRewards, PayOthersNothingMoreForAFailureUnlessAskedTo) {
  const std::vector<double> capacities = {1000, 2000, 3000};
  const std::vector<uint8_t> all = {1, 1, 1};
  const std::vector<uint8_t> one_failed = {1, 0, 1};
  std::vector<Amount> before(3);
  std::vector<Amount> after(3);
  ASSERT_TRUE(RewardStorage(600, capacities, all, {}, before).ok());
  ASSERT_TRUE(RewardStorage(600, capacities, one_failed, {}, after).ok());
  EXPECT_EQ(after[0], before[0]);
  EXPECT_EQ(after[2], before[2]);
}

TEST(CapacityRewards, RefuseWhatIsNoCapacityByItsIndex) {
  std::vector<Amount> shares(2);
  const std::vector<double> nan = {1, std::nan("")};
  EXPECT_EQ(RewardCapacity(1, nan, {}, shares).status().message(),
            "econ: got capacity nan at index 1, need a finite number of at least 0");
  const std::vector<double> endless = {std::numeric_limits<double>::infinity(), 1};
  EXPECT_FALSE(RewardCapacity(1, endless, {}, shares).ok());
  EXPECT_FALSE(RewardStorage(1, {}, {}, {.mode = FormulaMode::kPaperLiteral}, {}).ok());
  const std::vector<double> good = {1, 1};
  const std::vector<uint8_t> odd = {1, 2};
  EXPECT_FALSE(RewardStorage(1, good, odd, {}, shares).ok());
  const std::vector<uint8_t> both = {1, 1};
  EXPECT_EQ(RewardStorage(UINT64_MAX, good, both, {.mode = FormulaMode::kPaperLiteral}, shares)
                .status()
                .code(),
            absl::StatusCode::kResourceExhausted);
}

FetchResponse Response(uint32_t group, uint8_t node, int64_t time, bool valid = true) {
  return {group, {node}, time, valid, true};
}

// Source: catalogue S50.
TEST(FetchRewards, HaveOneWinnerInEachGroupWhateverTheOrder) {
  using enum FetchVerdict;
  const std::vector<FetchResponse> responses = {Response(1, 9, 10), Response(1, 3, 10),
                                                Response(1, 1, 11), Response(2, 5, 1, false),
                                                Response(2, 6, 2),  Response(3, 7, 1, false)};
  EXPECT_THAT(*JudgeFetch(responses),
              ElementsAre(kLate, kFirst, kLate, kInvalid, kFirst, kInvalid));
  std::vector<FetchResponse> reversed(responses.rbegin(), responses.rend());
  EXPECT_THAT(*JudgeFetch(reversed), ElementsAre(kInvalid, kFirst, kInvalid, kLate, kFirst, kLate));
  FetchResponse silent = Response(4, 1, 0);
  silent.acknowledged = false;
  EXPECT_THAT(*JudgeFetch(std::vector{silent}), ElementsAre(kInvalid));
}

TEST(FetchRewards, LetNobodyWinTwice) {
  using enum FetchVerdict;
  const std::vector<FetchResponse> again = {Response(1, 9, 10), Response(1, 9, 9)};
  EXPECT_THAT(*JudgeFetch(again), ElementsAre(kLate, kFirst));
  std::vector<FetchResponse> torn = {Response(1, 9, 10), Response(1, 3, 11), Response(2, 9, 10)};
  EXPECT_EQ(JudgeFetch(torn).status().message(),
            "econ: got node 09" + std::string(62, '0') + " in groups 1 and 2, need one of them");
  torn[2].valid = false;
  EXPECT_FALSE(JudgeFetch(torn).ok());
}

// Source: catalogue S51.
TEST(FetchRewards, SplitThePoolToTheUnitAndPayHoldersLess) {
  base::RandomStream random({.seed = 2});
  for (int round = 0; round < 20'000; ++round) {
    const FetchCounts counts = {random.Uniform(10), random.Uniform(50)};
    const Amount pool = random.Next() >> random.Uniform(60) >> 4;
    const auto reward = SplitFetchReward(pool, counts, random.Uniform(500'000));
    ASSERT_EQ(reward->per_winner * counts.winners + reward->larger_winners +
                  reward->per_holder * counts.holders + reward->larger_holders + reward->carried,
              pool);
    if (counts.winners == 0 || counts.holders < counts.winners) continue;
    const Amount most = reward->per_holder + (reward->larger_holders > 0 ? 1 : 0);
    ASSERT_LE(most, reward->per_winner + 1);
  }
}

TEST(EpochRewards, PayBothMoneysToTheUnit) {
  base::RandomStream random({.seed = 3});
  for (int round = 0; round < 2000; ++round) {
    const EpochParams params = {.supply_at_year_start = random.Next() >> random.Uniform(40)};
    std::vector<Served> served(1 + random.Uniform(20));
    Amount revenue = 0;
    for (Served& one : served) {
      one = {random.Uniform(1'000'000'000), random.Uniform(2000)};
      revenue += one.revenue;
    }
    const Amount first = random.Uniform(revenue + 1);
    const auto rewards = RewardEpoch(params, served, std::vector<Amount>{first, revenue - first});
    ASSERT_TRUE(rewards.ok()) << rewards.status();
    Earned sum = rewards->protocol;
    for (const auto* side : {&rewards->nodes, &rewards->services}) {
      for (const Earned& one : *side) {
        sum.stable += one.stable;
        sum.tokens += one.tokens;
      }
    }
    ASSERT_EQ(sum.stable, revenue);
    ASSERT_EQ(sum.tokens, rewards->minted);
    ASSERT_EQ(rewards->minted, revenue == 0 ? 0 : *EpochEmission(params));
  }
}

// A weight is a revenue times a boost in ppm: in base units no node's fits 64 bits.
TEST(EpochRewards, PayTokensByTheSameWeightsWhateverTheUnitOfTheRevenue) {
  base::RandomStream random({.seed = 4});
  for (int round = 0; round < 500; ++round) {
    const EpochParams params = {.supply_at_year_start = random.Next() >> random.Uniform(30)};
    std::vector<Served> small(2 + random.Uniform(20));
    std::vector<Served> large(small.size());
    const uint64_t unit = base::kBaseUnitsPerToken + random.Uniform(100);
    Amount revenue = 0;
    for (size_t i = 0; i < small.size(); ++i) {
      small[i] = {1 + random.Uniform(1'000'000), random.Uniform(2000)};
      large[i] = {small[i].revenue * unit, small[i].lock_epochs_left};
      revenue += small[i].revenue;
    }
    const auto one = RewardEpoch(params, small, std::vector<Amount>{revenue});
    const auto other = RewardEpoch(params, large, std::vector<Amount>{revenue * unit});
    ASSERT_TRUE(other.ok()) << other.status();
    for (size_t i = 0; i < small.size(); ++i) {
      ASSERT_EQ(other->nodes[i].tokens, one->nodes[i].tokens) << round << " " << i;
    }
    ASSERT_EQ(other->protocol.tokens, one->protocol.tokens);
  }
}

TEST(EpochRewards, TakeTheLargestRevenueAndTheLargestBoost) {
  const EpochParams params = {.supply_at_year_start = UINT64_MAX, .max_boost_ppm = kMaxBoostPpm};
  const std::vector<Served> served = {{UINT64_MAX - 2, 1460}, {2, 0}};
  const auto rewards = RewardEpoch(params, served, std::vector<Amount>{UINT64_MAX});
  ASSERT_TRUE(rewards.ok()) << rewards.status();
  EXPECT_EQ(rewards->nodes[1].tokens, 0);
  EXPECT_EQ(rewards->nodes[0].tokens + rewards->services[0].tokens + rewards->protocol.tokens,
            rewards->minted);
}

TEST(EpochRewards, RefuseWhatDoesNotAddUp) {
  const std::vector<Served> served = {{10, 0}};
  EXPECT_FALSE(RewardEpoch({}, served, std::vector<Amount>{9}).ok());
  EXPECT_FALSE(RewardEpoch({}, {}, {}).ok());
  EXPECT_FALSE(RewardEpoch({.node_ppm = 1}, served, std::vector<Amount>{10}).ok());
  const std::vector<Served> rich = {{UINT64_MAX, 0}, {1, 0}};
  EXPECT_EQ(RewardEpoch({}, rich, std::vector<Amount>{UINT64_MAX}).status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_FALSE(EpochEmission({.epochs_per_year = 0}).ok());
  EXPECT_FALSE(EpochEmission({.max_boost_ppm = 1}).ok());
}

TEST(Refund, StaysWithinThePaymentAndFallsAsTimeGoesBy) {
  base::RandomStream random({.seed = 4});
  for (int round = 0; round < 20'000; ++round) {
    const Amount payment = random.Next() >> random.Uniform(64);
    const auto start = static_cast<int64_t>(random.Next());
    const auto length = static_cast<int64_t>(random.Next() >> 1 >> random.Uniform(62));
    if (start > INT64_MAX - length - 1) continue;
    Rental rental = {.start = start, .end = start + length + 1};
    Amount before = payment;
    for (int step = 0; step <= 8; ++step) {
      rental.now = start + length / 8 * step;
      const auto refund = ProratedRefund(payment, rental);
      ASSERT_TRUE(refund.ok());
      ASSERT_LE(*refund, before);
      before = *refund;
    }
  }
  EXPECT_EQ(*ProratedRefund(5, {.start = INT64_MIN, .end = INT64_MAX, .now = 0}), 2);
}

TEST(Refund, RefusesTimesThatCannotBe) {
  EXPECT_FALSE(ProratedRefund(5, {.start = 5, .end = 5, .now = 9}).ok());
  EXPECT_FALSE(ProratedRefund(5, {.start = 5, .end = 9, .now = 7, .paused = 3}).ok());
  EXPECT_EQ(ProratedRefund(5, {}, FormulaMode::kPaperLiteral).status().code(),
            absl::StatusCode::kUnimplemented);
}

TEST(GreenRanking, RefusesByIndexWhatIsOutOfRange) {
  const std::vector<EnergyOffer> odd = {{1, 1, 0}, {1, 1, 1'000'001}};
  EXPECT_EQ(RankOffers(odd, 1).status().message(),
            "econ: got a renewable part of 1000001 ppm at index 1, need at most 1000000");
  const std::vector<EnergyOffer> huge = {{UINT64_MAX, 1000, 0}};
  EXPECT_EQ(RankOffers(huge, 1).status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(RankOffers({}, 1)->empty());
}

}  // namespace
}  // namespace shadw::econ
