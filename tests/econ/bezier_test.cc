// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/bezier.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "libshadw/econ/bonding_curve.h"

namespace shadw::econ {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr FormulaMode kLiteral = FormulaMode::kPaperLiteral;

ControlPoints RandomPoints(std::mt19937_64& random) {
  std::uniform_real_distribution<double> size(-9, 9);
  std::uniform_real_distribution<double> part(0, 1);
  ControlPoints points;
  for (double& point : points) point = part(random) < 0.1 ? 0 : std::pow(10, size(random));
  return points;
}

TEST(BezierTest, EqualPointsGiveAConstantPriceOnlyWithTheWeightsOfTheCorrectedForm) {
  for (double t = 0; t <= 1; t += 1.0 / 4096) ASSERT_EQ(*BezierPrice(t, {1, 1, 1, 1}), 1);
  EXPECT_EQ(*BezierPrice(0.5, {1, 1, 1, 1}, kLiteral), 0.5);
}

TEST(BezierTest, StaysWithinItsPointsMeetsTheOuterOnesAndTurnsRoundWithThem) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 2000; ++i) {
    const ControlPoints points = RandomPoints(random);
    const ControlPoints reversed = {points[3], points[2], points[1], points[0]};
    const auto [low, high] = std::ranges::minmax(points);
    EXPECT_EQ(*BezierPrice(0, points), points[0]);
    EXPECT_EQ(*BezierPrice(1, points), points[3]);
    for (double t = 0; t <= 1; t += 1.0 / 64) {
      const double price = *BezierPrice(t, points);
      ASSERT_GE(price, low);
      ASSERT_LE(price, high);
      ASSERT_NEAR(*BezierPrice(1 - t, reversed), price, 1e-14 * price);
    }
  }
}

TEST(BezierTest, AgreesWithDeCasteljauToItsLastDigits) {
  std::mt19937_64 random(2);
  std::uniform_real_distribution<double> part(0, 1);
  for (int i = 0; i < 20'000; ++i) {
    const ControlPoints points = RandomPoints(random);
    const double t = part(random);
    const double price = *BezierPrice(t, points);
    ASSERT_NEAR(*Bernstein(t, points), price, 1e-14 * price);
  }
}

TEST(BezierTest, FollowsAffineMapsOfItsPoints) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 1000; ++i) {
    const ControlPoints points = RandomPoints(random);
    ControlPoints mapped;
    for (size_t j = 0; j < 4; ++j) mapped[j] = 3 * points[j] + 7;
    const double expected = 3 * *BezierPrice(0.37, points) + 7;
    ASSERT_NEAR(*BezierPrice(0.37, mapped), expected, 1e-14 * expected);
  }
}

TEST(BezierTest, IncreasesWherePointsDo) {
  std::mt19937_64 random(4);
  for (int i = 0; i < 500; ++i) {
    ControlPoints points = RandomPoints(random);
    std::ranges::sort(points);
    double before = 0;
    for (double t = 0; t <= 1; t += 1.0 / 256) {
      const double price = *BezierPrice(t, points);
      ASSERT_GE(price * (1 + 1e-15), before);
      before = price;
    }
  }
}

TEST(BezierTest, ManyPricesAreThoseOfEachAlsoInPlace) {
  std::vector<double> ts;
  for (int i = 0; i <= 5000; ++i) ts.push_back(i / 5000.0);
  std::vector<double> prices(ts.size());
  for (const FormulaMode mode : {FormulaMode::kCorrected, kLiteral}) {
    ASSERT_TRUE(BezierPrices(ts, {1, 5, 2, 8}, mode, prices).ok());
    for (size_t i = 0; i < ts.size(); ++i) {
      ASSERT_EQ(prices[i], *BezierPrice(ts[i], {1, 5, 2, 8}, mode));
    }
  }
  ASSERT_TRUE(BezierPrices(ts, {1, 5, 2, 8}, kLiteral, ts).ok());
  EXPECT_EQ(ts, prices);
}

TEST(BezierTest, ZeroWithASignIsZero) { EXPECT_EQ(*BezierPrice(-0.0, {1, 2, 4, 8}), 1); }

TEST(BezierTest, OneWrongPlaceAmongManyIsFoundWhereverItStands) {
  constexpr double kTiny = std::numeric_limits<double>::denorm_min();
  for (const double wrong :
       {-kTiny, std::nextafter(1.0, 2.0), kNaN, -kNaN, kInfinity, -kInfinity}) {
    for (size_t place = 0; place < 2100; place += 13) {
      std::vector<double> ts(2100, 1.0);
      ts[place] = wrong;
      std::vector<double> prices(ts.size());
      ASSERT_FALSE(BezierPrices(ts, {1, 2, 4, 8}, FormulaMode::kCorrected, prices).ok());
    }
  }
}

TEST(BezierTest, RefusesWhatIsNoPartAndNoPrice) {
  for (const double t : {-1e-9, 1 + 1e-9, kNaN, kInfinity}) {
    EXPECT_EQ(BezierPrice(t, {1, 2, 4, 8}).status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_FALSE(BezierIntegral(t, {1, 2, 4, 8}).ok());
    EXPECT_FALSE(Bernstein(t, ControlPoints{1, 2, 4, 8}).ok());
  }
  for (const double point : {-1e-9, kNaN, kInfinity}) {
    EXPECT_FALSE(BezierPrice(0.5, {1, point, 4, 8}).ok());
    EXPECT_FALSE(BezierPosition(2, {1, point, 4, 8}).ok());
  }
  EXPECT_EQ(BezierPrice(0.5, {1, 2, 4, 8}, FormulaMode::kReference).status().code(),
            absl::StatusCode::kUnimplemented);
  std::vector<double> short_of(3);
  EXPECT_FALSE(BezierPrices(std::vector<double>(4), {1, 2, 4, 8}, kLiteral, short_of).ok());
  EXPECT_FALSE(Bernstein(0.5, {}).ok());
  EXPECT_FALSE(Bernstein(0.5, std::vector<double>(kMaxBernsteinPoints + 1)).ok());
}

TEST(BezierTest, TheIntegralIsTheAreaUnderThePrice) {
  std::mt19937_64 random(5);
  for (const FormulaMode mode : {FormulaMode::kCorrected, kLiteral}) {
    for (int i = 0; i < 200; ++i) {
      const ControlPoints points = RandomPoints(random);
      // Simpson's rule is exact for cubics.
      const double t = 0.63;
      const double area = t / 6 *
                          (*BezierPrice(0, points, mode) + 4 * *BezierPrice(t / 2, points, mode) +
                           *BezierPrice(t, points, mode));
      ASSERT_NEAR(*BezierIntegral(t, points, mode), area, 1e-13 * area);
    }
  }
}

TEST(BezierTest, APriceIsFoundAtItsPlace) {
  EXPECT_NEAR(*BezierPosition(5, {1, 2, 4, 8}), 0.7099759466766968, 1e-15);
  EXPECT_EQ(*BezierPosition(8, {1, 2, 4, 8}), 1);
  EXPECT_EQ(*BezierPosition(2, {2, 2, 2, 2}), 1);  // the largest of all places
  EXPECT_EQ(BezierPosition(0.9, {1, 2, 4, 8}).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(BezierPosition(8.1, {1, 2, 4, 8}).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(BezierPosition(3, {1, 5, 4, 8}).status().code(), absl::StatusCode::kUnimplemented);
}

TEST(BezierTest, ACurveInThePlaneIsThePlainOneWhereXIsT) {
  const ControlPoints straight = {0, 1.0 / 3, 2.0 / 3, 1};
  for (double x = 0; x <= 1; x += 1.0 / 32) {
    EXPECT_NEAR(*BezierPriceAt(x, straight, {1, 2, 4, 8}), *BezierPrice(x, {1, 2, 4, 8}), 1e-13);
  }
  EXPECT_FALSE(BezierPriceAt(0.5, {0, 1, 0.5, 1}, {1, 2, 4, 8}).ok());
  EXPECT_FALSE(BezierPriceAt(0.5, {1, 1, 1, 1}, {1, 2, 4, 8}).ok());
  EXPECT_FALSE(BezierPriceAt(1.5, straight, {1, 2, 4, 8}).ok());
}

TEST(BondingCurveTest, CostsAddUpAndASaleReturnsThem) {
  std::mt19937_64 random(6);
  for (int i = 0; i < 2000; ++i) {
    const BondingCurve curve = {.points = RandomPoints(random), .max_supply = 1000};
    const double first = *BuyCost(curve, {100, 200});
    const double second = *BuyCost(curve, {300, 450});
    const double both = *BuyCost(curve, {100, 650});
    ASSERT_NEAR(first + second, both, 1e-12 * both);
    ASSERT_EQ(*SellRefund(curve, {750, 650}, 0), both);
    ASSERT_NEAR(*SellRefund(curve, {750, 650}, 200), 0.98 * both, 1e-12 * both);
  }
}

TEST(BondingCurveTest, SmallTradesKeepTheirDigits) {
  const BondingCurve curve = {.points = {1, 2, 4, 8}, .max_supply = 1e12};
  EXPECT_NEAR(*BuyCost(curve, {5e11, 1}), 3.375, 1e-11);
}

TEST(BondingCurveTest, ManyPricesAreThoseOfEach) {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> part(0, 1);
  std::vector<double> supplies(3000);
  std::vector<double> most(3000);
  for (size_t i = 0; i < supplies.size(); ++i) {
    most[i] = std::pow(10, 20 * part(random) - 10);
    supplies[i] = i % 10 == 0 ? most[i] : part(random) * most[i];
  }
  std::vector<double> prices(supplies.size());
  ASSERT_TRUE(PricesAt(supplies, most, {1, 2, 4, 8}, kLiteral, prices).ok());
  for (size_t i = 0; i < supplies.size(); ++i) {
    ASSERT_EQ(prices[i], *PriceAt({{1, 2, 4, 8}, most[i], kLiteral}, supplies[i]));
  }
  for (const double wrong : {0.0, -0.0, -1.0, kNaN, kInfinity, -kInfinity}) {
    std::vector<double> bad = most;
    bad[2999] = wrong;
    supplies[2999] = 0;
    EXPECT_FALSE(PricesAt(supplies, bad, {1, 2, 4, 8}, kLiteral, prices).ok()) << wrong;
  }
  // Just over its largest, whatever that is: the quotient is over 1.
  for (size_t i = 0; i < supplies.size(); ++i) {
    supplies[i] = std::nextafter(most[i], kInfinity);
    ASSERT_GT(supplies[i] / most[i], 1);
  }
  EXPECT_FALSE(PricesAt(supplies, most, {1, 2, 4, 8}, kLiteral, prices).ok());
  EXPECT_FALSE(PricesAt(supplies, most, {1, 2, 4, 8}, kLiteral, std::span(prices).first(3)).ok());
}

TEST(BondingCurveTest, RefusesWhatNoSupplyHas) {
  const BondingCurve curve = {.points = {1, 2, 4, 8}, .max_supply = 1000};
  EXPECT_EQ(PriceAt(curve, 1001).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(PriceAt(curve, -1).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(PriceAt(curve, kNaN).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(BuyCost(curve, {500, 501}).status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(BuyCost(curve, {500, -1}).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(SellRefund(curve, {500, 501}, 0).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_FALSE(SellRefund(curve, {500, 1}, 10'001).ok());
  EXPECT_FALSE(PriceAt({.points = {1, 2, 4, 8}, .max_supply = 0}, 0).ok());
  EXPECT_FALSE(PriceAt({.points = {1, 2, 4, 8}, .max_supply = kInfinity}, 0).ok());
  EXPECT_EQ(*TFromUtilisation(3, 4), 0.75);
  EXPECT_EQ(TFromUtilisation(5, 4).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_FALSE(TFromUtilisation(0, 0).ok());
}

TEST(BezierTest, GivesNumbersUpToTheLargestPoint) {
  const ControlPoints most = {kMaxControlPoint, kMaxControlPoint, kMaxControlPoint,
                              kMaxControlPoint};
  for (const double t : {0.0, 0.3, 1.0}) {
    EXPECT_EQ(*BezierPrice(t, most), kMaxControlPoint);
    EXPECT_TRUE(std::isfinite(*BezierPrice(t, most, FormulaMode::kPaperLiteral)));
    EXPECT_NEAR(*BezierIntegral(t, most) / kMaxControlPoint, t, 1e-12);
    EXPECT_TRUE(std::isfinite(*Bernstein(t, most)));
  }
  EXPECT_EQ(BezierPrice(0, {1e308, 1e308, 1e308, 1e308}).status().message(),
            "econ: got control point 1e+308, need 0 to 1e+300");
  EXPECT_FALSE(Bernstein(0, std::vector<double>{1, -1e308}).ok());
}

TEST(BondingCurveTest, RefusesACostThatIsNotFinite) {
  const BondingCurve curve = {.points = {1e300, 1e300, 1e300, 1e300}, .max_supply = 1e9};
  EXPECT_EQ(BuyCost(curve, {.supply = 0, .units = 1e9}).status().message(),
            "econ: got 1e+09 units at 1e+300 each, need a cost that is finite");
  EXPECT_FALSE(SellRefund(curve, {.supply = 1e9, .units = 1e9}, 0).ok());
  EXPECT_TRUE(BuyCost(curve, {.supply = 0, .units = 1000}).ok());
  std::vector<double> prices(2);
  EXPECT_EQ(PricesAt(std::vector<double>{1, 1}, std::vector<double>{1, -2}, {1, 2, 4, 8},
                     FormulaMode::kCorrected, prices)
                .message(),
            "econ: got max_supply -2 at index 1, need a finite one above 0");
}

}  // namespace
}  // namespace shadw::econ
