// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/resource_price.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "libshadw/econ/meter.h"
#include "libshadw/econ/stable_quote.h"

namespace shadw::econ {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

TEST(ComputePriceTest, IsWhatTheEnergyOfTheOperationsCosts) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> part(0, 1);
  for (int i = 0; i < 1000; ++i) {
    const ComputeUsage usage = {part(random) * 1e15, part(random) * 1e15};
    const EnergyModel model = {.joules_per_bit_op = part(random) * 1e-12,
                               .joules_per_flop = part(random) * 1e-11};
    const double tariff = part(random);
    const double energy = *EnergyPrice(usage, model, 0, tariff);
    ASSERT_NEAR(*ComputePrice(usage, *CoefficientsOf(model, tariff)), energy, 1e-12 * energy);
    // Idle power is paid by the hour, whatever runs.
    EnergyModel idle = model;
    idle.idle_watts = 1000;
    ASSERT_NEAR(*EnergyPrice(usage, idle, 3600, tariff), energy + tariff, 1e-9);
  }
}

TEST(ComputePriceTest, IsLinearAndNothingForNothing) {
  const ComputeRates rates = {2e-12, 5e-12};
  const double one = *ComputePrice({3e12, 4e12}, rates);
  EXPECT_DOUBLE_EQ(*ComputePrice({6e12, 8e12}, rates), 2 * one);
  EXPECT_EQ(*ComputePrice({}, rates), 0);
  EXPECT_EQ(*EnergyKwh({}, {1, 1, 1}, 0), 0);
}

TEST(ComputePriceTest, RefusesWhatNobodyCanHaveComputed) {
  for (const double wrong : {-1.0, kNaN, std::numeric_limits<double>::infinity()}) {
    EXPECT_FALSE(ComputePrice({wrong, 1}, {1, 1}).ok());
    EXPECT_FALSE(ComputePrice({1, 1}, {1, wrong}).ok());
    EXPECT_FALSE(EnergyKwh({1, 1}, {1, 1, 1}, wrong).ok());
    EXPECT_FALSE(EnergyPrice({1, 1}, {1, 1, 1}, 1, wrong).ok());
    EXPECT_FALSE(CoefficientsOf({wrong, 1, 1}, 1).ok());
    EXPECT_FALSE(BandwidthPrice({.megabytes = wrong}, {}).ok());
    EXPECT_FALSE(LinearPrice(wrong, {}, {}).ok());
  }
  EXPECT_FALSE(ComputePrice({1e300, 1}, {1e300, 1}).ok());
  EXPECT_FALSE(BitOpsPerFlop({1, 0}).ok());
  EXPECT_FALSE(LinearPrice(1, std::vector<double>(2), std::vector<double>(3)).ok());
}

TEST(BandwidthPriceTest, NeverPaysMoreForASlowerNetwork) {
  const NetRates rates = {.02, .001, .005, .002};
  double before = 1e9;
  double literal_before = -1;
  for (double latency = 0; latency < 1000; latency += 7) {
    const NetUsage usage = {.megabytes = 100, .seconds = 10, .latency_ms = latency, .ping_ms = 40};
    const double price = *BandwidthPrice(usage, rates, {.latency_ms = 10, .ping_ms = 20});
    EXPECT_LE(price, before);
    EXPECT_GE(price, 0);
    before = price;
    // As printed the price rises: the defect.
    const double literal = *BandwidthPrice(usage, rates, {}, FormulaMode::kPaperLiteral);
    EXPECT_GT(literal, literal_before);
    literal_before = literal;
  }
  EXPECT_EQ(before, 0);
}

TEST(BandwidthPriceTest, TakesRatesOfAnySignOnlyAsPrinted) {
  const NetUsage usage = {.latency_ms = 10};
  EXPECT_EQ(*BandwidthPrice(usage, {.per_latency_ms = -1}, {}, FormulaMode::kPaperLiteral), -10);
  EXPECT_FALSE(BandwidthPrice(usage, {.per_latency_ms = -1}).ok());
  EXPECT_FALSE(
      BandwidthPrice(usage, {.per_latency_ms = kNaN}, {}, FormulaMode::kPaperLiteral).ok());
  EXPECT_EQ(BandwidthPrice(usage, {}, {}, FormulaMode::kReference).status().code(),
            absl::StatusCode::kUnimplemented);
}

TEST(ResourcePriceTest, RefusesWhatHasNoFinitePrice) {
  EXPECT_FALSE(CoefficientsOf({.joules_per_bit_op = 1e300}, 1e300).ok());
  EXPECT_FALSE(CoefficientsOf({.joules_per_flop = 1e300}, 1e300).ok());
  // Endless less an endless deduction is no number, and no price of 0.
  EXPECT_FALSE(BandwidthPrice({.megabytes = 1e300, .ping_ms = 1e300},
                              {.per_megabyte = 1e300, .per_ping_ms = 1e300})
                   .ok());
  EXPECT_EQ(*BandwidthPrice({.megabytes = 1, .ping_ms = 1e300},
                            {.per_megabyte = 1, .per_ping_ms = 1e300}),
            0);
}

TEST(MeterTest, AllInvoicesTogetherAreTheSumOfUsageTimesPriceRoundedUpOnce) {
  std::mt19937_64 random(2);
  for (int run = 0; run < 200; ++run) {
    const uint64_t per_units = 1 + random() % 1000;
    auto meter = *Meter::Create({{{.price = 5, .per_units = per_units}}});
    unsigned __int128 owed = 0;
    uint64_t price = 5;
    Amount invoiced = 0;
    for (int i = 0; i < 300; ++i) {
      if (random() % 4 == 0) price = random() % 1000;
      ASSERT_TRUE(meter.SetPrice({0, price}).ok());
      const uint64_t units = random() % 1000;
      ASSERT_TRUE(meter.Add({0, units}).ok());
      owed += static_cast<unsigned __int128>(units) * price;
      if (random() % 3 == 0) invoiced += meter.Close().total;
      // Never behind, and never a whole base unit ahead.
      ASSERT_EQ(invoiced + meter.Accrued().total,
                static_cast<Amount>((owed + per_units - 1) / per_units));
    }
  }
}

TEST(MeterTest, ARecordInPiecesIsInvoicedAsTheWhole) {
  auto whole = *Meter::Create({{{.price = 7, .per_units = 3}, {.price = 1, .per_units = 1000}}});
  auto pieces = whole;
  ASSERT_TRUE(whole.Add({0, 1000}).ok());
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(pieces.Add({0, 1}).ok());
  const Invoice invoice = pieces.Close();
  EXPECT_EQ(invoice.lines, whole.Close().lines);
  EXPECT_EQ(invoice.total, 2334u);
  EXPECT_EQ(invoice.lines[1], InvoiceLine{});
  EXPECT_EQ(pieces.Close().total, 0u);
}

TEST(MeterTest, RefusesWhatWouldWrapAndCountsNothingOfIt) {
  auto meter = *Meter::Create({{{.price = UINT64_MAX, .per_units = 1}}});
  EXPECT_EQ(meter.Add({0, UINT64_MAX}).code(), absl::StatusCode::kOutOfRange);
  ASSERT_TRUE(meter.Add({0, 1}).ok());
  EXPECT_EQ(meter.Add({0, 1}).message(),
            "econ: got 1 units at 18446744073709551615 on line 0 of an invoice of "
            "18446744073709551615, need units and a total below 2^64: close the invoice before");
  EXPECT_EQ(meter.Close().total, UINT64_MAX);
  EXPECT_EQ(meter.Add({1, 1}).code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(meter.SetPrice({1, 1}).code(), absl::StatusCode::kOutOfRange);
  EXPECT_FALSE(Meter::Create({}).ok());
  EXPECT_FALSE(Meter::Create(std::vector<Tariff>(kMaxMeterLines + 1)).ok());
  EXPECT_FALSE(Meter::Create(std::vector<Tariff>{{.price = 1, .per_units = 0}}).ok());
  EXPECT_EQ(Charge(UINT64_MAX, {.price = 2}).status().code(), absl::StatusCode::kOutOfRange);
}

TEST(MeterTest, WhateverItCountedItCanInvoice) {
  std::mt19937_64 random(4);
  for (int run = 0; run < 2000; ++run) {
    const uint64_t per_units = 1 + (random() >> random() % 64) / 2;
    auto meter = *Meter::Create({{{.price = 1, .per_units = per_units}, {.price = 1}}});
    std::array<unsigned __int128, 2> owed = {};
    std::array<uint64_t, 2> price = {1, 1};
    for (int i = 0; i < 40; ++i) {
      const size_t line = random() % 2;
      const uint64_t units = random() >> random() % 64;
      if (meter.Add({line, units}).ok()) {
        owed[line] += static_cast<unsigned __int128>(units) * price[line];
      }
      ASSERT_TRUE(meter.SetPrice({line, price[line] = random() >> random() % 64}).ok());
      const Invoice open = meter.Accrued();
      const unsigned __int128 first = owed[0] / per_units + (owed[0] % per_units != 0 ? 1 : 0);
      ASSERT_EQ(open.lines[0].amount, first);
      ASSERT_EQ(open.total, first + owed[1]);
      ASSERT_LE(first + owed[1], UINT64_MAX);
    }
    const Amount total = meter.Accrued().total;
    ASSERT_EQ(meter.Close().total, total);
    ASSERT_EQ(meter.Accrued().total, 0u);
  }
}

TEST(StableQuoteTest, TheMeanLiesBetweenTheRatesThatHeld) {
  std::mt19937_64 random(3);
  for (int run = 0; run < 500; ++run) {
    std::vector<RatePoint> points = {{.time_ns = -1000, .rate = random()}};
    Amount low = points[0].rate;
    Amount high = low;
    for (int i = 0; i < 20; ++i) {
      points.push_back(
          {points.back().time_ns + 1 + static_cast<int64_t>(random() % 200), random()});
      low = std::min(low, points.back().rate);
      high = std::max(high, points.back().rate);
    }
    const int64_t now = points.back().time_ns + static_cast<int64_t>(random() % 500) - 100;
    const Amount mean = *TimeWeightedRate(points, {.now_ns = now, .window_ns = now + 1000});
    ASSERT_GE(mean, low);
    ASSERT_LE(mean, high);
  }
}

TEST(StableQuoteTest, RefusesRatesThatDoNotCoverTheWindow) {
  const std::vector<RatePoint> points = {{0, 5}, {10, 6}};
  EXPECT_EQ(TimeWeightedRate(points, {5, 6}).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(TimeWeightedRate(points, {5, 0}).ok());
  EXPECT_FALSE(TimeWeightedRate(points, {INT64_MIN, 1}).ok());
  EXPECT_FALSE(TimeWeightedRate({}, {5, 1}).ok());
  EXPECT_FALSE(TimeWeightedRate(std::vector<RatePoint>{{0, 5}, {0, 6}}, {5, 1}).ok());
  EXPECT_FALSE(LockPrice({1, 1}, {0, 0}).ok());
  EXPECT_FALSE(LockPrice({1, 1}, {INT64_MAX, 1}).ok());
  EXPECT_FALSE(LockPrice({UINT64_MAX, UINT64_MAX}, {0, 1}).ok());
}

}  // namespace
}  // namespace shadw::econ
