// SPDX-License-Identifier: Apache-2.0
#include "libshadw/base/log2.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace shadw::base {
namespace {

std::vector<uint64_t> Hashes() {
  std::vector<uint64_t> hashes = {0, 1, UINT64_MAX, UINT64_MAX - 1, uint64_t{1} << 63};
  uint64_t h = 3;
  for (int i = 0; i < 20'000; ++i) {
    h = (h ^ h >> 29) * 0xbf58476d1ce4e5b9 + 0x9e3779b97f4a7c15;
    hashes.push_back(h >> (i % 64));
    hashes.push_back(~(h >> (i % 64)));
  }
  return hashes;
}

TEST(NegativeLog2, IsExactAtPowersOfTwo) {
  for (int power = 0; power < 64; ++power) {
    EXPECT_EQ(NegativeLog2((uint64_t{1} << power) - 1), static_cast<uint64_t>(64 - power)
                                                            << kLogFractionBits);
  }
  EXPECT_EQ(NegativeLog2(UINT64_MAX), 0u);
}

TEST(NegativeLog2, AgreesWithTheMathematicalLibraryAsFarAsThatReaches) {
  for (const uint64_t h : Hashes()) {
    if (h == UINT64_MAX) continue;
    // Near u = 1 through log1p, where the plain logarithm would lose everything.
    const long double u = (static_cast<long double>(h) + 1) / 0x1p64L;
    const long double missing = static_cast<long double>(~h) / 0x1p64L;
    const long double expected =
        (missing < 0.25L ? -std::log1p(-missing) : -std::log(u)) / std::log(2.0L);
    const long double got = static_cast<long double>(NegativeLog2(h)) / 0x1p57L;
    EXPECT_NEAR(static_cast<double>(got - expected), 0, 2.1 * 0x1p-57 + 1e-18 * 64) << h;
  }
}

TEST(NegativeLog2, NeverRisesWithTheHash) {
  std::vector<uint64_t> hashes = Hashes();
  for (uint64_t i = 0; i < 2000; ++i) {
    hashes.push_back(0x7fff'ffff'ffff'fc00 + i);
    hashes.push_back(0xb504'f333'f9de'6000 + i);  // about 2^63.5: the first digit flips
  }
  std::ranges::sort(hashes);
  for (size_t i = 1; i < hashes.size(); ++i) {
    ASSERT_LE(NegativeLog2(hashes[i]), NegativeLog2(hashes[i - 1])) << hashes[i];
  }
}

TEST(Exp2Fraction, AgreesWithTheMathematicalLibraryAsFarAsThatReaches) {
  for (const uint64_t h : Hashes()) {
    const uint64_t fraction = h >> (64 - kLogFractionBits);
    const long double expected = std::exp2(static_cast<long double>(fraction) / 0x1p57L) * 0x1p63L;
    const long double got = static_cast<long double>(Exp2Fraction(fraction));
    EXPECT_NEAR(static_cast<double>(got - expected), -128, 130) << h;
  }
  EXPECT_EQ(Exp2Fraction(0), uint64_t{1} << 63);
}

}  // namespace
}  // namespace shadw::base
