// SPDX-License-Identifier: Apache-2.0
#include "libshadw/placement/waiting_time.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "tests/placement/rosters.h"

namespace shadw::placement {
namespace {

std::vector<uint64_t> Hashes() {
  std::vector<uint64_t> hashes = {0, 1, UINT64_MAX, UINT64_MAX - 1, uint64_t{1} << 63};
  crypto::SeededRandom random(3);
  for (int i = 0; i < 20'000; ++i) {
    const uint64_t h = base::LoadLittleEndian<uint64_t>(random.Array<8>().data());
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

TEST(NegativeLog2, NeverFallsBelowItsLowerBoundWhichIsTightNearOne) {
  for (const uint64_t h : Hashes()) {
    ASSERT_LE(NegativeLog2LowerBound(h), NegativeLog2(h)) << h;
    const bool late = h < uint64_t{0xf8} << 56 || ~h < uint64_t{1} << 32;
    if (!late) {
      EXPECT_GT(NegativeLog2LowerBound(h), NegativeLog2(h) * 0.97) << h;
    }
  }
}

TEST(WaitingTime, ComparesQuotientsExactlyWhereDoublesWouldNot) {
  // 1/3 against (2^61+1)/(3*2^61): the second is larger by 2^-62.
  const WaitingTime third = {.h = 5, .log = 1, .weight = 3};
  const WaitingTime same = {.h = 4, .log = uint64_t{1} << 20, .weight = 3 << 20};
  const WaitingTime more = {.h = 9, .log = (uint64_t{1} << 20) + 1, .weight = 3 << 20};
  EXPECT_TRUE(third.Before(more));
  EXPECT_FALSE(more.Before(third));
  EXPECT_TRUE(third.Before(same));  // equal quotients: the larger hash
  EXPECT_FALSE(same.Before(third));
  EXPECT_FALSE(same.Before(same));
  const WaitingTime large = {.h = 0, .log = uint64_t{1} << 63, .weight = UINT32_MAX};
  const WaitingTime larger = {.h = 0, .log = uint64_t{1} << 63, .weight = UINT32_MAX - 1};
  EXPECT_TRUE(large.Before(larger));
  EXPECT_FALSE(larger.Before(large));
}

}  // namespace
}  // namespace shadw::placement
