// SPDX-License-Identifier: Apache-2.0
#include "libshadw/base/units.h"

#include <gtest/gtest.h>

#include "libshadw/base/time.h"

namespace shadw::base {
namespace {

TEST(Units, OverflowGivesNothing) {
  EXPECT_EQ(CheckedAdd<uint64_t>(~uint64_t{0}, 0), ~uint64_t{0});
  EXPECT_EQ(CheckedAdd<uint64_t>(~uint64_t{0}, 1), std::nullopt);
  EXPECT_EQ(CheckedMultiply<uint32_t>(1u << 16, 1u << 16), std::nullopt);
  EXPECT_EQ(CheckedMultiply<uint32_t>(1u << 15, 1u << 16), 1u << 31);
}

TEST(Units, CeilDivideRoundsUpWithoutOverflow) {
  EXPECT_EQ(CeilDivide<uint64_t>(0, 7), 0u);
  EXPECT_EQ(CeilDivide<uint64_t>(14, 7), 2u);
  EXPECT_EQ(CeilDivide<uint64_t>(15, 7), 3u);
  EXPECT_EQ(CeilDivide<uint64_t>(~uint64_t{0}, 2), uint64_t{1} << 63);
}

TEST(ManualClock, MovesOnlyWhenTold) {
  ManualClock clock(FromUnixSeconds(100));
  EXPECT_EQ(clock.Now(), FromUnixSeconds(100));
  clock.Advance(std::chrono::milliseconds(1500));
  EXPECT_EQ(ToUnixNanos(clock.Now()), 101'500'000'000);
  EXPECT_EQ(ToUnixSeconds(clock.Now()), 101);
}

TEST(Time, SecondsBeforeTheEpochRoundDown) { EXPECT_EQ(ToUnixSeconds(FromUnixNanos(-1)), -1); }

}  // namespace
}  // namespace shadw::base
