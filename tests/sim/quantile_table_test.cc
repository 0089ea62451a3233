// SPDX-License-Identifier: Apache-2.0
#include "libshadw/sim/quantile_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace shadw::sim {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr int kDraws = 100'000;

std::vector<double> Draws(const QuantileTable& table, uint64_t seed) {
  Random random({.seed = seed});
  std::vector<double> draws;
  for (int i = 0; i < kDraws; ++i) {
    draws.push_back(static_cast<double>(table.Draw(random).count()) / 1e9);
  }
  std::ranges::sort(draws);
  return draws;
}

double MeanOf(const std::vector<double>& draws) {
  double sum = 0;
  for (const double draw : draws) sum += draw;
  return sum / kDraws;
}

TEST(QuantileTable, DrawsEvenlyBetweenItsQuantiles) {
  const auto table = QuantileTable::Create({seconds(0), seconds(10), seconds(40)}).value();
  EXPECT_EQ(table.mean(), std::chrono::milliseconds(15'000));
  const auto draws = Draws(table, 1);
  EXPECT_GE(draws.front(), 0);
  EXPECT_LE(draws.back(), 40);
  const auto below = [&](double x) { return std::ranges::lower_bound(draws, x) - draws.begin(); };
  const double noise = 4 * std::sqrt(kDraws / 4.0);
  EXPECT_NEAR(static_cast<double>(below(5)), kDraws * 0.25, noise);
  EXPECT_NEAR(static_cast<double>(below(10)), kDraws * 0.5, noise);
  EXPECT_NEAR(static_cast<double>(below(25)), kDraws * 0.75, noise);
}

TEST(QuantileTable, HasTheMeanThatWasAskedFor) {
  for (const uint32_t shape : {500'000u, 590'000u, 1'000'000u, 3'000'000u, 10'000'000u}) {
    const auto weibull = QuantileTable::Weibull(hours(1), shape).value();
    const auto pareto = QuantileTable::Pareto(hours(1), shape).value();
    EXPECT_NEAR(static_cast<double>(weibull.mean().count()), 3.6e12, 2e3);
    EXPECT_NEAR(static_cast<double>(pareto.mean().count()), 3.6e12, 2e3);
  }
}

// Quantiles in the ratio of the closed form; the mean, where the tail that is cut is thin.
TEST(QuantileTable, FollowsTheClosedFormOfWeibull) {
  for (const double shape : {0.5, 0.59, 1.0, 2.0}) {
    const auto table =
        QuantileTable::Weibull(hours(1), static_cast<uint32_t>(std::lround(shape * 1e6))).value();
    const auto draws = Draws(table, 2);
    EXPECT_NEAR(MeanOf(draws), 3600, 4 * 3600 * std::sqrt(20.0 / kDraws));
    for (const double p : {0.1, 0.25, 0.75, 0.9}) {
      const double expected = std::pow(std::log(1 - p) / std::log(0.5), 1 / shape);
      const double got = draws[static_cast<size_t>(p * kDraws)] / draws[kDraws / 2];
      EXPECT_NEAR(got / expected, 1, 0.08) << shape << ' ' << p;
    }
  }
}

TEST(QuantileTable, FollowsTheClosedFormOfPareto) {
  const auto draws = Draws(QuantileTable::Pareto(hours(1), 2'000'000).value(), 3);
  for (const double p : {0.1, 0.25, 0.75, 0.9, 0.99}) {
    const double expected = std::pow((1 - p) / 0.5, -0.5);
    const double got = draws[static_cast<size_t>(p * kDraws)] / draws[kDraws / 2];
    EXPECT_NEAR(got / expected, 1, 0.05) << p;
  }
}

TEST(QuantileTable, GivesTheSameDrawsOnEveryMachine) {
  Random random({.seed = 4});
  EXPECT_EQ(QuantileTable::Weibull(hours(1), 590'000).value().Draw(random).count(), 1833011893329);
  EXPECT_EQ(QuantileTable::Pareto(hours(1), 1'500'000).value().Draw(random).count(), 1474110480569);
}

TEST(QuantileTable, RefusesWhatIsNoDistribution) {
  EXPECT_FALSE(QuantileTable::Create({seconds(1)}).ok());
  EXPECT_FALSE(QuantileTable::Create({seconds(2), seconds(1)}).ok());
  EXPECT_FALSE(QuantileTable::Create({seconds(-1), seconds(1)}).ok());
  EXPECT_FALSE(QuantileTable::Weibull(hours(1), 249'999).ok());
  EXPECT_FALSE(QuantileTable::Weibull(base::Duration(0), 1'000'000).ok());
  EXPECT_FALSE(QuantileTable::Pareto(hours(1), 499'999).ok());
  EXPECT_FALSE(QuantileTable::Pareto(base::Duration::max(), 1'000'000).ok());
}

}  // namespace
}  // namespace shadw::sim
