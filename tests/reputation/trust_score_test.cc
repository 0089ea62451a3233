// SPDX-License-Identifier: Apache-2.0
#include "libshadw/reputation/trust_score.h"

#include <gtest/gtest.h>

#include <bit>
#include <limits>

namespace shadw::reputation {
namespace {

TEST(TrustScore, IsZeroWithTenFlagsWhereEverythingIsBad) {
  const TrustScore score = *ScoreConduct({.early_cancelled = 1,
                                          .provisioning_failed = 1,
                                          .rejected = 1,
                                          .response_hours = 100,
                                          .points_90_days = -100,
                                          .stuck_value_usd = 10'000,
                                          .active_contracts = 1,
                                          .days_since_check_in = -1,
                                          .has_contact = false,
                                          .reviews = 10});
  EXPECT_EQ(score.points, 0);
  EXPECT_EQ(std::popcount(score.flags), kTrustFlags);
}

TEST(TrustScore, FlagsWhatItTookPointsFor) {
  const TrustScore score = *ScoreConduct({.early_cancelled = 0.25});
  EXPECT_EQ(score.points, 75);
  EXPECT_TRUE(score.Has(TrustFlag::kCancelsEarly));
  EXPECT_FALSE(score.Has(TrustFlag::kGhost));
}

TEST(TrustScore, NeverExceedsAHundred) {
  EXPECT_EQ(ScoreConduct({.completed = 1, .response_hours = 1, .repeat_customers = 99})->points,
            100);
}

TEST(TrustScore, NamesTheFieldThatCannotBe) {
  EXPECT_EQ(ScoreConduct({.rejected = 1.5}).status().message(),
            "reputation: got rejected 1.5, need 0 to 1");
  EXPECT_FALSE(ScoreConduct({.response_hours = -1}).ok());
  EXPECT_FALSE(ScoreConduct({.stuck_value_usd = std::numeric_limits<double>::quiet_NaN()}).ok());
}

TEST(TrustScore, NeverRisesWithAFault) {
  for (double share = 0; share < 0.98; share += 0.01) {
    EXPECT_GE(ScoreConduct({.early_cancelled = share})->points,
              ScoreConduct({.early_cancelled = share + 0.01})->points);
  }
}

}  // namespace
}  // namespace shadw::reputation
