// SPDX-License-Identifier: Apache-2.0
#include "libshadw/reputation/beta.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "libshadw/crypto/random.h"

namespace shadw::reputation {
namespace {

TEST(BetaReputation, RisesWithSuccessAndFallsWithFailure) {
  BetaReputation node = BetaReputation::New({.alpha = 10, .beta = 10});
  const double before = node.Score();
  node.Update({}, true);
  const double after = node.Score();
  EXPECT_GT(after, before);
  node.Update({}, false);
  EXPECT_LT(node.Score(), after);
  EXPECT_EQ(BetaReputation{}.Score(), 1);
}

TEST(BetaReputation, NeedsFortyOneFailuresInARow) {
  EXPECT_EQ(*FailuresUntilDisqualified({}, 0), 41u);
  EXPECT_EQ(*FailuresUntilDisqualified({}, 1'000'000'000), 41u);
  EXPECT_EQ(*FailuresUntilDisqualified({.threshold = 0}, 0), 1'000'000u);
}

TEST(UpdateAll, DoesTheSameAsOneAfterTheOther) {
  std::vector<double> alpha = {1000, 3, 0};
  std::vector<double> beta = {0, 4, 0};
  const std::vector<uint8_t> success = {1, 0, 2};
  std::vector<BetaReputation> expected;
  for (size_t i = 0; i < 3; ++i) {
    expected.push_back({alpha[i], beta[i]});
    expected.back().Update({}, success[i] != 0);
  }
  ASSERT_TRUE(UpdateAll({}, {alpha, beta}, success).ok());
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ((BetaReputation{alpha[i], beta[i]}), expected[i]);
  alpha[1] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(UpdateAll({}, {alpha, beta}, success).message(), testing::HasSubstr("in row 1"));
}

TEST(BetaPolicy, RefusesAbsurdNumbers) {
  EXPECT_FALSE(BetaPolicy{.forgetting = 0}.Validate().ok());
  EXPECT_FALSE(BetaPolicy{.forgetting = 1.1}.Validate().ok());
  EXPECT_FALSE(BetaPolicy{.weight = -1}.Validate().ok());
  EXPECT_FALSE(BetaPolicy{.alpha = std::numeric_limits<double>::infinity()}.Validate().ok());
  EXPECT_FALSE(BetaPolicy{.threshold = 2}.Validate().ok());
}

Survival CurveAt(uint32_t failures_ppm, uint32_t audits, uint32_t runs) {
  crypto::SeededRandom random(11);
  return *SurvivalCurve({}, {.failures_ppm = failures_ppm, .audits = audits, .runs = runs}, random);
}

TEST(SurvivalCurve, HasTheMediansThatWerePublished) {
  EXPECT_NEAR(CurveAt(40'000, 20'000, 1000).median, 2800, 280);
  EXPECT_NEAR(CurveAt(30'000, 60'000, 200).median, 19'000, 3800);
  EXPECT_EQ(CurveAt(20'000, 100'000, 20).ended.size(), 0u);
}

TEST(SurvivalCurve, NeverRisesAndBeginsWithAll) {
  const Survival curve = CurveAt(50'000, 5000, 200);
  EXPECT_EQ(curve.alive.front(), 1);
  EXPECT_TRUE(std::ranges::is_sorted(curve.alive, std::greater<>()));
  EXPECT_EQ(curve.alive.size(), 6u);
}

TEST(SurvivalCurve, DisqualifiesAfterFortyOneWhereAllFail) {
  EXPECT_THAT(CurveAt(1'000'000, 100, 3).ended, testing::Each(41u));
}

TEST(SurvivalCurve, RefusesRunsThatWouldNotEnd) {
  crypto::SeededRandom random(1);
  EXPECT_FALSE(SurvivalCurve({}, {.audits = 4'000'000'000, .runs = 1000}, random).ok());
  EXPECT_FALSE(SurvivalCurve({}, {.failures_ppm = 1'000'001}, random).ok());
  EXPECT_FALSE(SurvivalCurve({}, {.step = 0}, random).ok());
}

}  // namespace
}  // namespace shadw::reputation
