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

// Audit by audit, as the header tells it.
uint32_t PlayedThrough(const BetaPolicy& policy, uint64_t successes) {
  BetaReputation node = BetaReputation::New(policy);
  for (uint64_t i = 0; i < successes; ++i) node.Update(policy, true);
  for (uint32_t failures = 1; failures < 1'000'000; ++failures) {
    node.Update(policy, false);
    if (node.Score() < policy.threshold) return failures;
  }
  return 1'000'000;
}

TEST(FailuresUntilDisqualified, AreThoseThatAreCountedAuditByAudit) {
  for (const double forgetting : {0.5, 0.9, 0.999, 0.999999, 1.0}) {
    for (const double threshold : {0.1, 0.6, 0.96, 0.999}) {
      for (const double beta : {0.0, 7.5}) {
        for (const uint64_t successes : {0, 1, 13, 5000}) {
          const BetaPolicy policy = {
              .forgetting = forgetting, .beta = beta, .threshold = threshold};
          EXPECT_EQ(*FailuresUntilDisqualified(policy, successes),
                    PlayedThrough(policy, successes));
        }
      }
    }
  }
}

TEST(FailuresUntilDisqualified, DoNotPlayThroughWhatWouldTakeYears) {
  const uint64_t years = 1'000'000'000'000'000;
  EXPECT_EQ(*FailuresUntilDisqualified({.forgetting = 1}, years), 1'000'000u);
  EXPECT_EQ(*FailuresUntilDisqualified({.forgetting = 1}, UINT64_MAX), 1'000'000u);
  EXPECT_EQ(*FailuresUntilDisqualified({}, UINT64_MAX), 41u);
  for (int row = 0; row < 100'000; ++row) {
    ASSERT_EQ(*FailuresUntilDisqualified({.threshold = 0}, years + row), 1'000'000u);
  }
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

TEST(BetaReputation, RefusesWhatIsNoScore) {
  EXPECT_TRUE((BetaReputation{1000, 1e15}).Validate().ok());
  for (const double bad : {-1.0, 1e308, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_FALSE((BetaReputation{bad, 1}).Validate().ok());
    EXPECT_FALSE((BetaReputation{1, bad}).Validate().ok());
  }
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
  const SurvivalOptions wide = {.audits = UINT32_MAX - 1, .step = 1, .runs = 1};
  EXPECT_THAT(SurvivalCurve({}, wide, random).status().message(), testing::HasSubstr("steps"));
}

}  // namespace
}  // namespace shadw::reputation
