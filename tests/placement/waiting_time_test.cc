// SPDX-License-Identifier: Apache-2.0
#include "libshadw/placement/waiting_time.h"

#include <gtest/gtest.h>

#include <algorithm>
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

TEST(NegativeLog2LowerBound, NeverExceedsTheLogarithmAndIsTightNearOne) {
  for (const uint64_t h : Hashes()) {
    ASSERT_LE(NegativeLog2LowerBound(h), base::NegativeLog2(h)) << h;
    const bool late = h < uint64_t{0xf8} << 56 || ~h < uint64_t{1} << 32;
    if (!late) {
      EXPECT_GT(NegativeLog2LowerBound(h), base::NegativeLog2(h) * 0.97) << h;
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
