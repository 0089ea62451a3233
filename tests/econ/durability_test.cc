// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/durability.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

namespace shadw::econ {
namespace {

// The chance that more than m of n fail, by adding up all 2^n cases.
double LossByCases(uint32_t data, uint32_t parity, double p) {
  const uint32_t n = data + parity;
  double loss = 0;
  for (uint32_t dead = 0; dead < uint32_t{1} << n; ++dead) {
    const int count = std::popcount(dead);
    if (static_cast<uint32_t>(count) <= parity) continue;
    loss += std::pow(p, count) * std::pow(1 - p, static_cast<int>(n) - count);
  }
  return loss;
}

TEST(PeriodLoss, IsTheSumOverAllCases) {
  for (const double rate : {0.001, 0.1, 1.0, 5.0, 50.0}) {
    for (uint32_t parity = 0; parity < 12; ++parity) {
      const ErasureCode code = {12 - parity, parity};
      const ShardFailures failures = {.annual_failure_rate = rate, .repair_days = 36.5};
      const double expected = LossByCases(code.data_shards, parity, 1 - std::exp(-rate / 10));
      EXPECT_NEAR(*PeriodLoss(code, failures) / expected, 1, 1e-9) << rate << " " << parity;
      const double alone = *CorrelatedLoss(code, {}, 1 - std::exp(-rate / 10));
      EXPECT_NEAR(alone / expected, 1, 1e-9);
    }
  }
}

TEST(PeriodLoss, FallsWithParityAndRisesWithTheRateAndStaysAProbability) {
  for (const LossModel model : {LossModel::kBinomial, LossModel::kPoisson}) {
    for (const uint32_t total : {2u, 20u, 80u, 1024u}) {
      for (const double rate : {1e-6, 0.01, 1.0, 30.0, 3000.0}) {
        double before = 1;
        for (uint32_t parity = 0; parity < total; parity += 1 + total / 50) {
          const ErasureCode code = {total - parity, parity};
          const double loss = *PeriodLoss(code, {rate, 7}, model);
          ASSERT_GE(loss, 0);
          ASSERT_LE(loss, before * (1 + 1e-9)) << total << " " << parity << " " << rate;
          ASSERT_LE(loss, *PeriodLoss(code, {rate * 1.01, 7}, model) * (1 + 1e-9));
          before = loss;
        }
      }
    }
  }
}

TEST(AnnualLoss, OfARepairLongerThanAYearIsThatOfTheYear) {
  for (const LossModel model : {LossModel::kBinomial, LossModel::kPoisson}) {
    const ErasureCode code = {29, 51};
    EXPECT_EQ(*AnnualLoss(code, {.annual_failure_rate = 365, .repair_days = 36'500}, model), 1);
    const double of_a_year =
        *PeriodLoss(code, {.annual_failure_rate = 1, .repair_days = 365}, model);
    for (const double days : {365.0, 366.0, 36'500.0}) {
      EXPECT_EQ(*AnnualLoss(code, {.annual_failure_rate = 1, .repair_days = days}, model),
                of_a_year);
    }
  }
}

TEST(Durability, GivesNumbersUpToEveryBound) {
  for (const LossModel model : {LossModel::kBinomial, LossModel::kPoisson}) {
    for (const ErasureCode code : {ErasureCode{1, 0}, ErasureCode{17, 3}, ErasureCode{1, 1023}}) {
      for (const double days : {kMinDurabilityDays, kMaxDurabilityDays}) {
        EXPECT_EQ(*PeriodLoss(code, {kMaxFailureRate, kMaxDurabilityDays}, model), 1);
        EXPECT_EQ(*AnnualLoss(code, {0, days}, model), 0);
        EXPECT_EQ(*AnnualLoss(code, {kMaxFailureRate, kMaxDurabilityDays}, model), 1);
      }
    }
  }
  for (const double life : {kMinDurabilityDays, kMaxDurabilityDays}) {
    for (const double repair : {kMinDurabilityDays, kMaxDurabilityDays}) {
      const auto result = LazyRepair({1, 1024, 1024, life, repair});
      EXPECT_TRUE(std::isfinite(result->nines)) << life << " " << repair;
      EXPECT_GT(result->mttdl_days, 0);
      EXPECT_TRUE(std::isfinite(result->mttdl_days));
      EXPECT_GE(result->annual_loss, 0);
      EXPECT_LE(result->annual_loss, 1);
    }
  }
}

TEST(LazyRepair, IsTheSolutionOfTheChain) {
  // k = 1, n = 2, repair at 1: T2 = 1/(2d) + T1, T1 = 1/(d+u) + u/(d+u) T2.
  const double d = 1.0 / 100;
  const double u = 1.0 / 3;
  const double t2 = (1 / (2 * d) + 1 / (d + u)) / (d / (d + u));
  const auto result = LazyRepair({.data_shards = 1,
                                  .repair_at = 1,
                                  .total_shards = 2,
                                  .node_life_days = 100,
                                  .repair_days = 3});
  EXPECT_NEAR(result->mttdl_days / t2, 1, 1e-12);
  EXPECT_NEAR(result->nines, std::log10(t2 / 365), 1e-12);
  EXPECT_NEAR(result->annual_loss, 1 - std::exp(-365 / t2), 1e-12);
}

TEST(LazyRepair, KeepsEveryNineOfWhatNoDoubleHolds) {
  LazyRepairOptions options = {.data_shards = 10,
                               .repair_at = 1000,
                               .total_shards = 1024,
                               .node_life_days = 1e6,
                               .repair_days = 0.01};
  const auto result = LazyRepair(options);
  EXPECT_GT(result->nines, 1000);
  EXPECT_TRUE(std::isfinite(result->nines));
  EXPECT_TRUE(std::isfinite(result->mttdl_days));
  EXPECT_LT(result->annual_loss, 1e-300);
}

TEST(LazyRepair, GainsNinesByLifeAndByEarlierRepair) {
  double before = -10;
  for (uint32_t repair_at = 29; repair_at <= 80; ++repair_at) {
    const LazyRepairOptions options = {29, repair_at, 80, 182.5};
    const double nines = LazyRepair(options)->nines;
    EXPECT_GE(nines, before);
    before = nines;
    EXPECT_LT(nines, LazyRepair({29, repair_at, 80, 365})->nines);
    EXPECT_GT(nines, LazyRepair({29, repair_at, 80, 182.5, 2})->nines - 1e-9);
  }
}

TEST(CorrelatedLoss, IsWorseThanWithoutGroups) {
  const ErasureCode code = {17, 3};
  const double alone = *CorrelatedLoss(code, {}, 1e-4);
  const std::vector<FailureGroup> hosts = {{4, 1e-6}, {4, 1e-6}};
  const double hosted = *CorrelatedLoss(code, hosts, 1e-4);
  EXPECT_GT(hosted, 1.9e-6);  // either host alone is fatal
  EXPECT_LT(hosted, 3e-6);
  EXPECT_LT(alone, 1e-12);
  const std::vector<FailureGroup> ones(20, {1, 0.01});
  EXPECT_NEAR(*CorrelatedLoss(code, ones, 0) / *CorrelatedLoss(code, {}, 0.01), 1, 1e-12);
}

TEST(Durability, RefusesNonsense) {
  const double nan = std::nan("");
  EXPECT_FALSE(PeriodLoss({0, 3}, {0.1, 1}).ok());
  EXPECT_FALSE(PeriodLoss({1000, 1000}, {0.1, 1}).ok());
  EXPECT_FALSE(PeriodLoss({17, 3}, {nan, 1}).ok());
  EXPECT_FALSE(PeriodLoss({17, 3}, {0.1, 0}).ok());
  EXPECT_FALSE(PeriodLoss({17, 3}, {100, 36.5}, LossModel::kBinomialLinear).ok());
  EXPECT_FALSE(LazyRepair({29, 28, 80, 182.5}).ok());
  EXPECT_FALSE(LazyRepair({29, 35, 80, 0}).ok());
  EXPECT_FALSE(LazyRepair({29, 35, 80, nan}).ok());
  EXPECT_EQ(PeriodLoss({17, 3}, {1e308, 365}, LossModel::kPoisson).status().message(),
            "econ: got a failure rate of 1e+308 a year, need 0 to 1e+12");
  EXPECT_EQ(AnnualLoss({17, 3}, {0.1, 1e-320}).status().message(),
            "econ: got a repair time of 9.99989e-321 days, need 1e-09 to 1e+12");
  EXPECT_EQ(LazyRepair({29, 35, 80, 1e-320}).status().message(),
            "econ: got a node life of 9.99989e-321 days, need 1e-09 to 1e+12");
  EXPECT_FALSE(CorrelatedLoss({17, 3}, {}, 1.5).ok());
  const std::vector<FailureGroup> many = {{21, 0.1}};
  EXPECT_EQ(CorrelatedLoss({17, 3}, many, 0).status().message(),
            "econ: got 21 shards in groups, need at most 20");
}

}  // namespace
}  // namespace shadw::econ
