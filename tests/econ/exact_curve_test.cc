// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/exact_curve.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

#include "libshadw/econ/bonding_curve.h"
#include "libshadw/econ/wide.h"

namespace shadw::econ {
namespace {

constexpr Amount kToken = base::kBaseUnitsPerToken;

ExactCurve MakeCurve(std::array<Amount, 4> points, uint64_t max_supply,
                     FormulaMode mode = FormulaMode::kCorrected) {
  auto curve = ExactCurve::Create({.points = points, .max_supply = max_supply, .mode = mode});
  EXPECT_TRUE(curve.ok()) << curve.status();
  return *curve;
}

ExactCurve Tokens() { return MakeCurve({kToken, 2 * kToken, 4 * kToken, 8 * kToken}, 1000); }

TEST(WideTest, QuotientTimesDivisorIsTheDividendLessARemainderUnderTheDivisor) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const auto limb = [&] { return random() >> (random() % 65 == 64 ? 63 : random() % 64); };
    Wide<4> divisor{{limb(), limb(), limb(), limb()}};
    for (uint64_t zeros = random() % 4; zeros > 0; --zeros) divisor.limbs[4 - zeros] = 0;
    if (Compare(divisor, Wide<1>{{0}}) == 0) continue;
    const uint64_t quotient = limb();
    // The largest remainder is the divisor less one: one more and the quotient is another.
    const auto exact = Multiply(divisor, Wide<1>{{quotient}});
    ASSERT_EQ(DivideFloor(exact, divisor), quotient);
    Wide<6> below = Add(exact, divisor);
    for (size_t j = 0; j < 6 && below.limbs[j]-- == 0; ++j) {
    }
    ASSERT_EQ(DivideFloor(below, divisor), quotient);
  }
}

TEST(WideTest, AQuotientOfMoreThan64BitsIsNothing) {
  const Wide<2> divisor{{3, 7}};
  Wide<3> too_large{{0, 3, 7}};
  EXPECT_FALSE(DivideFloor(too_large, divisor).has_value());
  too_large.limbs[1] = 2;
  EXPECT_TRUE(DivideFloor(too_large, divisor).has_value());
  EXPECT_FALSE(DivideFloor(too_large, Wide<2>{}).has_value());
}

TEST(ExactCurveTest, BuysTheKnownAmounts) {
  EXPECT_EQ(*Tokens().BuyCost({0, 500}), 1'015'625'000'000u);
  EXPECT_EQ(*Tokens().BuyCost({0, 1000}), 3'750 * kToken);
  EXPECT_EQ(*Tokens().BuyCost({500, 500}), 2'734'375'000'000u);
  EXPECT_EQ(*Tokens().PriceAt(500), 3'375'000'000u);
}

TEST(ExactCurveTest, TheLiteralIntegralIsThatOfThePrintedSum) {
  const auto literal = MakeCurve({4, 8, 16, 32}, 3000, FormulaMode::kPaperLiteral);
  EXPECT_EQ(*literal.BuyCost({0, 3000}), 33'000u);  // 2.75 * 4 * 3000
  EXPECT_EQ(*literal.PriceAt(1500), 7u);            // floor(1.875 * 4)
}

TEST(ExactCurveTest, AThousandSinglePurchasesCostWhatOneOfAThousandDoes) {
  const auto curve = MakeCurve({1, 2, 4, 8}, 1000);
  Amount paid = 0;
  for (uint64_t s = 0; s < 1000; ++s) paid += *curve.BuyCost({s, 1});
  EXPECT_EQ(paid, 3750u);
  EXPECT_EQ(*curve.SellRefund({1000, 1000}, 0), 3750u);
}

TEST(ExactCurveTest, MatchesAPlainFormulaWhere128BitsHoldIt) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 2000; ++i) {
    const uint64_t m = 1 + random() % 2000;
    const std::array<Amount, 4> p = {random() % 100'000, random() % 100'000, random() % 100'000,
                                     random() % 100'000};
    const auto curve = MakeCurve(p, m);
    const uint64_t s = random() % (m + 1);
    using Wide128 = unsigned __int128;
    const Wide128 r = m - s;
    const Wide128 price = (r * r * r * p[0] + 3 * r * r * s * p[1] + 3 * r * s * s * p[2] +
                           Wide128{s} * s * s * p[3]) /
                          (Wide128{m} * m * m);
    ASSERT_EQ(*curve.PriceAt(s), static_cast<Amount>(price));
    // The integral in powers of s, 4 m^3 V = s (4 p0 m^3 + 6 a m^2 s + 4 b m s^2 + c s^3).
    using Signed = __int128;
    const auto q = [&](int j) { return static_cast<Signed>(p[j]); };
    const Signed a = q(1) - q(0);
    const Signed b = q(2) - 2 * q(1) + q(0);
    const Signed c = q(3) - 3 * q(2) + 3 * q(1) - q(0);
    const auto M = static_cast<Signed>(m);
    const auto S = static_cast<Signed>(s);
    const Signed whole =
        S * (4 * q(0) * M * M * M + 6 * a * M * M * S + 4 * b * M * S * S + c * S * S * S);
    ASSERT_EQ(*curve.BuyCost({0, s}), static_cast<Amount>(whole / (4 * M * M * M)));
  }
}

TEST(ExactCurveTest, CostsAddUpAndTheWayBackIsTheSame) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 20'000; ++i) {
    const uint64_t m = 1 + (random() >> (random() % 64)) / 2;
    const uint64_t most = UINT64_MAX / m;
    const auto point = [&] { return random() % (most / 2 + 1); };
    const auto curve = MakeCurve({point(), point(), point(), point()}, m);
    std::array<uint64_t, 3> s = {random() % (m + 1), random() % (m + 1), random() % (m + 1)};
    std::ranges::sort(s);
    const Amount first = *curve.BuyCost({s[0], s[1] - s[0]});
    const Amount second = *curve.BuyCost({s[1], s[2] - s[1]});
    const Amount both = *curve.BuyCost({s[0], s[2] - s[0]});
    ASSERT_EQ(first + second, both);
    ASSERT_EQ(*curve.SellRefund({s[2], s[2] - s[0]}, 0), both);
    const auto fee = static_cast<uint32_t>(random() % 10'001);
    const Amount refund = *curve.SellRefund({s[2], s[2] - s[0]}, fee);
    ASSERT_LE(refund, both);
    ASSERT_EQ(both - refund, *base::MultiplyDivideCeil(both, fee, base::kBasisPoints));
  }
}

TEST(ExactCurveTest, HoldsTheLargestSupplyAndTheLargestPrice) {
  const auto wide = MakeCurve({1, 1, 1, 1}, UINT64_MAX);
  EXPECT_EQ(*wide.BuyCost({0, UINT64_MAX}), UINT64_MAX);
  EXPECT_EQ(*wide.PriceAt(UINT64_MAX / 3), 1u);
  const auto dear = MakeCurve({UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}, 1);
  EXPECT_EQ(*dear.BuyCost({0, 1}), UINT64_MAX);
  EXPECT_FALSE(ExactCurve::Create({.points = {1, 1, 1, 5}, .max_supply = UINT64_MAX}).ok());
}

TEST(ExactCurveTest, AgreesWithDoublesToTheirPrecision) {
  const auto exact = MakeCurve({kToken, 3 * kToken, 2 * kToken, 9 * kToken}, 100'000);
  const BondingCurve real = {.points = {1e9, 3e9, 2e9, 9e9}, .max_supply = 100'000};
  for (uint64_t s = 0; s < 100'000; s += 997) {
    const auto from = static_cast<double>(s);
    EXPECT_NEAR(static_cast<double>(*exact.PriceAt(s)), *PriceAt(real, from), 1.0);
    EXPECT_NEAR(static_cast<double>(*exact.BuyCost({s, 1000})), *BuyCost(real, {from, 1000}),
                1.0 + 1e-12 * *BuyCost(real, {from, 1000}));
    if (s > 98'000) break;
  }
}

TEST(ExactCurveTest, APriceIsFoundWhereItWasTaken) {
  const auto curve = Tokens();
  EXPECT_EQ(*curve.PositionForPrice(5 * kToken), 709u);
  for (uint64_t s = 0; s < 1000; ++s) {
    const uint64_t found = *curve.PositionForPrice(*curve.PriceAt(s) + 1);
    ASSERT_TRUE(found == s || found + 1 == s || found == s + 1) << s;
  }
  EXPECT_EQ(curve.PositionForPrice(kToken - 1).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(curve.PositionForPrice(8 * kToken + 1).status().code(), absl::StatusCode::kNotFound);
}

TEST(ExactCurveTest, APlannedSaleStopsAtTheLastUnitThatPaysEnough) {
  const auto curve = Tokens();
  const auto plan = *curve.PlanSale(1000, {.min_price = 5 * kToken, .max_units = 1000});
  EXPECT_EQ(plan.units, 290u);
  EXPECT_EQ(plan.supply_after, 710u);
  EXPECT_GE(plan.price_after, 5 * kToken);
  EXPECT_LT(*curve.PriceAt(709), 5 * kToken);
  EXPECT_EQ(plan.refund, *curve.SellRefund({1000, 290}, 0));
  EXPECT_EQ(curve.PlanSale(1000, {.min_price = 0, .max_units = 7})->units, 7u);
  EXPECT_EQ(curve.PlanSale(700, {.min_price = 5 * kToken, .max_units = 7})->units, 0u);
  EXPECT_EQ(curve.PlanSale(0, {.min_price = 0, .max_units = 7})->units, 0u);
}

TEST(ExactCurveTest, RefusesByNameAndChangesNothing) {
  const auto curve = Tokens();
  EXPECT_EQ(curve.BuyCost({500, 501}).status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(curve.BuyCost({1001, 0}).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(curve.SellRefund({5, 6}, 0).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(curve.SellRefund({5, 1}, 10'001).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(ExactCurve::Create({.points = {1, 1, 1, 1}}).ok());
  EXPECT_EQ(ExactCurve::Create({{1, 1, 1, 1}, 1, FormulaMode::kReference}).status().code(),
            absl::StatusCode::kUnimplemented);
  const auto falling = MakeCurve({2, 1, 1, 1}, 10);
  EXPECT_EQ(falling.PositionForPrice(1).status().code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(falling.PlanSale(10, {}).status().code(), absl::StatusCode::kUnimplemented);
}

}  // namespace
}  // namespace shadw::econ
