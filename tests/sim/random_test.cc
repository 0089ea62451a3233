// SPDX-License-Identifier: Apache-2.0
#include "libshadw/sim/random.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <set>

namespace shadw::sim {
namespace {

constexpr int kDraws = 100'000;

TEST(Random, GivesTheSameStreamOnEveryMachine) {
  Random random({.seed = 1, .run = 2, .agent = 3, .step = 4});
  // Source: the two generators written again in Python; -ln u in 60 decimal digits.
  EXPECT_EQ(random.Next(), 8055591693369823732u);
  EXPECT_EQ(random.Next(), 12518464619059052120u);
  EXPECT_EQ(random.Exponential(std::chrono::hours(1)).count(), 2415563098721);
}

TEST(Random, GivesEachKeyAStreamOfItsOwn) {
  std::set<uint64_t> firsts;
  for (uint64_t a = 0; a < 10; ++a) {
    for (uint64_t b = 0; b < 10; ++b) {
      firsts.insert(Random({.seed = a, .run = b}).Next());
      firsts.insert(Random({.seed = a, .run = 11, .agent = b}).Next());
      firsts.insert(Random({.seed = a, .run = 12, .agent = 5, .step = b}).Next());
    }
  }
  EXPECT_EQ(firsts.size(), 300u);
}

TEST(Random, FillsWithTheWordsOfTheStream) {
  Random words({.seed = 9});
  Random bytes({.seed = 9});
  base::ByteArray<20> out;
  bytes.Fill(out);
  for (size_t at = 0; at < out.size(); at += 8) {
    const uint64_t word = words.Next();
    for (size_t i = at; i < std::min(at + 8, out.size()); ++i) {
      EXPECT_EQ(out[i], static_cast<uint8_t>(word >> 8 * (i - at)));
    }
  }
  EXPECT_EQ(words.Next(), bytes.Next());
}

TEST(Random, DrawsUniformNumbersInRangeAndEachEquallyOften) {
  Random random({.seed = 3});
  std::array<int, 6> seen{};
  for (int i = 0; i < kDraws; ++i) ++seen.at(random.Uniform(6));
  const double expected = kDraws / 6.0;
  for (const int count : seen) EXPECT_NEAR(count, expected, 4 * std::sqrt(expected));
  EXPECT_EQ(random.Uniform(1), 0u);
  EXPECT_EQ(random.Uniform(0), 0u);
  // With a bias, a third of the draws below 3 * 2^62 would come twice as often.
  int low = 0;
  const uint64_t many = uint64_t{3} << 62;
  for (int i = 0; i < kDraws; ++i) low += random.Uniform(many) < many / 3;
  EXPECT_NEAR(low, kDraws / 3.0, 4 * std::sqrt(kDraws * 2 / 9.0));
}

TEST(Random, HitsTheProbabilityOfABernoulliTrial) {
  Random random({.seed = 4});
  for (const uint32_t ppm : {1'000u, 250'000u, 999'000u}) {
    int hits = 0;
    for (int i = 0; i < kDraws; ++i) hits += random.Bernoulli(ppm);
    const double p = ppm / 1e6;
    EXPECT_NEAR(hits, kDraws * p, 4 * std::sqrt(kDraws * p * (1 - p)));
  }
  for (int i = 0; i < 1000; ++i) {
    EXPECT_FALSE(random.Bernoulli(0));
    EXPECT_TRUE(random.Bernoulli(kMillion));
  }
}

TEST(Random, DrawsExponentialTimesWithTheMomentsOfTheClosedForm) {
  Random random({.seed = 5});
  const double mean_ns = 3.6e12;
  double sum = 0;
  double squares = 0;
  int late = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double x =
        static_cast<double>(random.Exponential(std::chrono::hours(1)).count()) / mean_ns;
    ASSERT_GE(x, 0);
    sum += x;
    squares += x * x;
    late += x > 3;
  }
  EXPECT_NEAR(sum / kDraws, 1, 4 / std::sqrt(kDraws));
  EXPECT_NEAR(squares / kDraws, 2, 4 * std::sqrt(20.0 / kDraws));  // Var(x^2) = 24 - 4
  const double p = std::exp(-3);
  EXPECT_NEAR(late, kDraws * p, 4 * std::sqrt(kDraws * p * (1 - p)));
}

TEST(Random, CutsAnExponentialTimeOffInsteadOfOverflowing) {
  Random random({.seed = 6});
  for (int i = 0; i < 1000; ++i) {
    EXPECT_GE(random.Exponential(base::Duration::max()).count(), 0);
    EXPECT_EQ(random.Exponential(base::Duration(0)).count(), 0);
  }
}

}  // namespace
}  // namespace shadw::sim
