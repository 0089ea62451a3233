// SPDX-License-Identifier: Apache-2.0
#include "libshadw/reputation/rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <type_traits>

#include "libshadw/crypto/random.h"

namespace shadw::reputation {
namespace {

using base::Amount;
using base::FormulaMode;

constexpr Amount kToken = base::kBaseUnitsPerToken;

uint64_t Draw(crypto::SeededRandom& random) {
  const auto bytes = random.Array<8>();
  uint64_t value = 0;
  for (const uint8_t byte : bytes) value = value << 8 | byte;
  return value >> (value % 64);  // of every magnitude
}

// Money and reputation are different things to the compiler.
static_assert(!std::is_convertible_v<Amount, Points> && !std::is_convertible_v<Points, Amount>);

TEST(PaymentGain, NeverFallsAsTheAmountRises) {
  crypto::SeededRandom random(2);
  for (int i = 0; i < 10'000; ++i) {
    const Amount a = Draw(random);
    const Amount b = a + std::min(Draw(random), UINT64_MAX - a);
    for (const FormulaMode mode : {FormulaMode::kCorrected, FormulaMode::kReference}) {
      ASSERT_LE(*PaymentGain(a, {}, {}, mode), *PaymentGain(b, {}, {}, mode));
    }
  }
}

TEST(PaymentGain, LeavesANewcomerAtZeroForEverIfReadLiterally) {
  EXPECT_EQ(PaymentGain(1000 * kToken, Points{0}, {}, FormulaMode::kPaperLiteral)->units, 0u);
  EXPECT_EQ(PaymentGain(1, Points{500}, {}, FormulaMode::kPaperLiteral)->units, 5u);
}

TEST(PaymentPolicy, RefusesWhatABookCannotCount) {
  EXPECT_FALSE(PaymentPolicy{.gain_bps = 10'001}.Validate().ok());
  EXPECT_FALSE(PaymentPolicy{.cap_per_window = {PaymentPolicy::kMaxCap + 1}}.Validate().ok());
  EXPECT_FALSE(PaymentPolicy{.window = base::Duration(0)}.Validate().ok());
  EXPECT_TRUE(PaymentPolicy{}.Validate().ok());
}

TEST(Penalize, AlwaysLowersTheSumAndNeverBelowZero) {
  crypto::SeededRandom random(3);
  for (int i = 0; i < 100'000; ++i) {
    const Points sender{Draw(random) + 1};
    const Points target{Draw(random)};
    const Points spend{1 + Draw(random) % sender.units};
    const uint32_t multiplier = 1 + static_cast<uint32_t>(Draw(random) % 100'000);
    const Penalty after = *Penalize(sender, target, spend, {.multiplier_bps = multiplier});
    ASSERT_LT(after.sender, sender);
    ASSERT_LE(after.target, target);
  }
}

TEST(Penalize, RefusesNothingAndMoreThanThereIs) {
  EXPECT_EQ(Penalize(Points{50}, Points{100}, Points{0}, {}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Penalize(Points{50}, Points{100}, Points{51}, {}).status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST(Age, TakesNextToNothingInTheReference) {
  EXPECT_EQ(Age(Points{1'000'000'000}, 1000)->units, 999'000'000u);
  EXPECT_EQ(Age(Points{1'000'000'000}, 1000, FormulaMode::kReference)->units, 999'999'900u);
  EXPECT_EQ(Age(Points{1'000'000'000}, 1000, FormulaMode::kPaperLiteral)->units, 1'000'000'000u);
  EXPECT_EQ(Age(Points{UINT64_MAX}, 1'000'000)->units, 0u);
  EXPECT_FALSE(Age(Points{1}, 1'000'001).ok());
}

TEST(HistoryOf, CountsRisesAndFalls) {
  std::vector<int64_t> deltas(100, 1);
  deltas.insert(deltas.end(), {-10, -10, 0});
  const History history = *HistoryOf(deltas);
  EXPECT_EQ(history, (History{.increases = 100, .decreases = 2, .gained = {100}, .lost = {20}}));
  EXPECT_NEAR(Health(history), 0.9804, 5e-5);
  EXPECT_EQ(Health({}), 1);
  EXPECT_FALSE(HistoryOf(std::vector<int64_t>{INT64_MIN, INT64_MIN}).ok());
}

}  // namespace
}  // namespace shadw::reputation
