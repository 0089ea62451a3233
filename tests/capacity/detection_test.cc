// SPDX-License-Identifier: Apache-2.0
#include "libshadw/capacity/detection.h"

#include <gtest/gtest.h>

namespace shadw::capacity {
namespace {

TEST(Detection, TheFewestChallengesAreEnoughAndOneLessIsNot) {
  for (const double lost : {1e-6, 0.001, 0.01, 0.2, 0.5, 0.9}) {
    for (const double probability : {0.1, 0.5, 0.95, 0.99, 0.999999}) {
      const uint64_t challenges = ChallengesFor(lost, probability).value();
      EXPECT_GE(DetectionProbability(lost, challenges).value(), probability);
      ASSERT_GT(challenges, 0);
      EXPECT_LT(DetectionProbability(lost, challenges - 1).value(), probability);
    }
  }
}

// Of ln(1 - p) / ln(1 - lost) in 60 digits.
TEST(Detection, CountsTheFewestForTheSmallestLosses) {
  EXPECT_EQ(ChallengesFor(1e-12, 0.5).value(), 693'147'180'560);
  EXPECT_EQ(ChallengesFor(1e-10, 0.99).value(), 46'051'701'858);
  EXPECT_EQ(ChallengesFor(1e-12, 0.66).value(), 1'078'809'661'372);
  EXPECT_EQ(ChallengesFor(1e-12, 0.67).status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_DOUBLE_EQ(DetectionProbability(1e-17, 1).value(), 1e-17);
}

TEST(Detection, AgreesWithMultiplyingOneByOne) {
  double missed = 1;
  for (uint64_t c = 0; c <= 2000; ++c, missed *= 0.99) {
    ASSERT_NEAR(DetectionProbability(0.01, c).value(), 1 - missed, 1e-12);
  }
}

TEST(Detection, KnowsItsEndsAndRefusesTheRest) {
  EXPECT_EQ(DetectionProbability(0, 1000).value(), 0);
  EXPECT_EQ(DetectionProbability(1, 1).value(), 1);
  EXPECT_EQ(DetectionProbability(1, 0).value(), 0);
  EXPECT_EQ(ChallengesFor(1, 1).value(), 1);
  EXPECT_EQ(ChallengesFor(0.5, 0).value(), 0);
  const auto refused = absl::StatusCode::kInvalidArgument;
  EXPECT_EQ(ChallengesFor(0, 0.5).status().code(), refused);
  EXPECT_EQ(ChallengesFor(0.5, 1).status().code(), refused);
  EXPECT_EQ(DetectionProbability(1.5, 1).status().code(), refused);
  EXPECT_EQ(DetectionProbability(0.5, ~uint64_t{0}).status().code(), refused);
  EXPECT_EQ(ChallengesFor(1e-15, 0.99).status().code(), absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace shadw::capacity
