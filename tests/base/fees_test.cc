// SPDX-License-Identifier: Apache-2.0
#include "libshadw/base/fees.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace shadw::base {
namespace {

constexpr Amount kToken = kBaseUnitsPerToken;
constexpr std::array<FormulaMode, 3> kModes = {FormulaMode::kCorrected, FormulaMode::kPaperLiteral,
                                               FormulaMode::kReference};

TEST(SplitPayment, NeverGainsOrLosesAUnit) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 100'000; ++i) {
    const Amount amount = random() >> random() % 64;
    const FeePolicy policy{.fee_bps = random() % 10'001, .dao_share_ppm = random() % 1'000'001};
    for (const FormulaMode mode : kModes) {
      const auto split = SplitPayment(amount, policy, mode);
      if (!split.ok()) {
        ASSERT_EQ(split.status().code(), absl::StatusCode::kOutOfRange);
        ASSERT_EQ(mode, FormulaMode::kReference);
        continue;
      }
      ASSERT_EQ(split->provider_net + split->fee, split->payer_pays);
      ASSERT_EQ(split->dao + split->rest, split->fee);
      ASSERT_LE(split->fee, amount);
    }
  }
}

TEST(SplitPayment, TakesNoLessOfMoreAndAtAHigherRate) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 100'000; ++i) {
    const Amount amount = random() >> (1 + random() % 63);
    const uint64_t rate = random() % 10'000;
    for (const FormulaMode mode : kModes) {
      const FeeSplit split = *SplitPayment(amount, {.fee_bps = rate}, mode);
      ASSERT_LE(split.fee, SplitPayment(amount + 1, {.fee_bps = rate}, mode)->fee);
      ASSERT_LE(split.fee, SplitPayment(amount, {.fee_bps = rate + 1}, mode)->fee);
      ASSERT_LE(split.provider_net,
                SplitPayment(amount + 1, {.fee_bps = rate}, mode)->provider_net);
    }
  }
}

TEST(SplitPayment, ChargesTheSideThatItsModeNames) {
  const FeeSplit paper = *SplitPayment(100 * kToken);
  EXPECT_EQ(paper.payer_pays, 100 * kToken);
  EXPECT_EQ(paper.provider_net, 98 * kToken);
  const FeeSplit program = *SplitPayment(100 * kToken, {}, FormulaMode::kReference);
  EXPECT_EQ(program.payer_pays, 102 * kToken);
  EXPECT_EQ(program.provider_net, 100 * kToken);
}

TEST(SplitPayment, RefusesRatesAboveOneAndSumsThatWrap) {
  const auto split = SplitPayment(1, {.fee_bps = 10'001});
  EXPECT_EQ(split.status().message(), "base: got fee_bps 10001, need at most 10000");
  EXPECT_FALSE(SplitPayment(1, {.dao_share_ppm = 1'000'001}).ok());
  EXPECT_TRUE(SplitPayment(UINT64_MAX, {.fee_bps = 10'000}).ok());
  EXPECT_EQ(SplitPayment(UINT64_MAX, {}, FormulaMode::kReference).status().code(),
            absl::StatusCode::kOutOfRange);
}

}  // namespace
}  // namespace shadw::base
