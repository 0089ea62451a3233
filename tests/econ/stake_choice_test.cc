// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/stake_choice.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "libshadw/base/random_stream.h"

namespace shadw::econ {
namespace {

base::ByteArray<32> Id(uint8_t number) { return {number}; }

// Source: catalogue S12.
TEST(StakeChoice, ChoosesInProportionToStake) {
  const StakeTable table =
      *StakeTable::Create({{Id(1), 1}, {Id(2), 2}, {Id(3), 3}, {Id(4), 4}, {Id(5), 0}});
  constexpr int kSeeds = 100'000;
  std::array<int, 6> counts{};
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    base::RandomStream random({.seed = seed});
    ++counts[table.Choose(random)[0]];
  }
  EXPECT_EQ(counts[5], 0);
  double chi_square = 0;
  for (int i = 1; i <= 4; ++i) {
    const double expected = kSeeds * i / 10.0;
    chi_square += (counts[i] - expected) * (counts[i] - expected) / expected;
  }
  EXPECT_LT(chi_square, 16.27);  // 99.9 % of three degrees of freedom
}

TEST(StakeChoice, DoesNotLookAtTheOrderOfTheList) {
  const StakeTable one = *StakeTable::Create({{Id(1), 5}, {Id(2), 7}, {Id(3), 11}});
  const StakeTable two = *StakeTable::Create({{Id(3), 11}, {Id(1), 5}, {Id(2), 7}});
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    base::RandomStream first({.seed = seed});
    base::RandomStream second({.seed = seed});
    ASSERT_EQ(one.Choose(first), two.Choose(second));
  }
}

TEST(StakeChoice, StaysFairWhereTheTotalNearlyFillsTheRange) {
  // Without rejection the first would win two draws of three.
  const StakeTable table = *StakeTable::Create({{Id(1), UINT64_MAX / 3}, {Id(2), UINT64_MAX / 3}});
  base::RandomStream random({.seed = 1});
  int first = 0;
  for (int i = 0; i < 40'000; ++i) first += table.Choose(random) == Id(1) ? 1 : 0;
  EXPECT_NEAR(first, 20'000, 4 * std::sqrt(10'000.0));
}

TEST(StakeChoice, RefusesWhatHasNoChoice) {
  EXPECT_EQ(StakeTable::Create({{Id(1), 0}}).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(StakeTable::Create({}).ok());
  EXPECT_FALSE(StakeTable::Create({{Id(1), 1}, {Id(1), 1}}).ok());
  EXPECT_EQ(StakeTable::Create({{Id(1), UINT64_MAX}, {Id(2), 1}}).status().code(),
            absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace shadw::econ
