// SPDX-License-Identifier: Apache-2.0
#include "libshadw/net/driver_clock.h"

#include <gtest/gtest.h>

namespace shadw::net {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr base::Time kStart = base::FromUnixSeconds(1'700'000'000);

class DriverClockTest : public testing::Test {
 protected:
  DriverClockTest() { clock_.Read(kStart, seconds(100)); }
  DriverClock clock_;
};

TEST_F(DriverClockTest, IsTheWallClockWhileBothClocksAgree) {
  const auto reading = clock_.Read(kStart + seconds(60), seconds(160));
  EXPECT_EQ(reading.now, kStart + seconds(60));
  EXPECT_FALSE(reading.leapt_ahead);
}

TEST_F(DriverClockTest, FollowsALeapAheadAndSaysSoOnce) {
  auto reading = clock_.Read(kStart + hours(8), seconds(101));
  EXPECT_EQ(reading.now, kStart + hours(8));
  EXPECT_TRUE(reading.leapt_ahead);
  reading = clock_.Read(kStart + hours(8) + seconds(1), seconds(102));
  EXPECT_EQ(reading.now, kStart + hours(8) + seconds(1));
  EXPECT_FALSE(reading.leapt_ahead);
}

TEST_F(DriverClockTest, DoesNotTakeALongWaitForALeap) {
  EXPECT_FALSE(clock_.Read(kStart + hours(8), seconds(100) + hours(8)).leapt_ahead);
}

TEST_F(DriverClockTest, GoesOnAtTheSteadyPaceWhereTheWallClockIsSetBack) {
  auto reading = clock_.Read(kStart - hours(1), seconds(101));
  EXPECT_EQ(reading.now, kStart + seconds(1));
  EXPECT_FALSE(reading.leapt_ahead);
  reading = clock_.Read(kStart - hours(1) + seconds(9), seconds(110));
  EXPECT_EQ(reading.now, kStart + seconds(10));
}

TEST_F(DriverClockTest, RunsAtHalfSpeedUntilASmallStepBackIsMadeUp) {
  // Half a second back.
  EXPECT_EQ(clock_.Read(kStart + milliseconds(-400), milliseconds(100'100)).now,
            kStart + milliseconds(50));
  EXPECT_EQ(clock_.Read(kStart + milliseconds(1500), milliseconds(102'000)).now,
            kStart + milliseconds(1500));
}

TEST_F(DriverClockTest, NeverRunsBackwards) {
  base::Time last = kStart;
  for (int i = 1; i < 1000; ++i) {
    const base::Time wall = kStart + milliseconds(i * 7919 % 10'000 - 5000);
    const base::Time now = clock_.Read(wall, seconds(100) + milliseconds(i)).now;
    ASSERT_GE(now, last);
    last = now;
  }
}

}  // namespace
}  // namespace shadw::net
