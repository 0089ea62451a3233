// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/reach.h"

#include <gtest/gtest.h>

#include "tests/dht/strangers.h"

namespace shadw::dht {
namespace {

using std::chrono::minutes;

TEST(Reach, WhoWasNotWrittenToForMinutesAsksUnasked) {
  Reach reach(kStart);
  reach.Wrote(kStart, Host(1));
  EXPECT_FALSE(reach.IsUnasked(kStart, Host(1)));
  EXPECT_FALSE(reach.IsUnasked(kStart + minutes(1), Host(1, 99)));
  EXPECT_TRUE(reach.IsUnasked(kStart, Host(2)));
  EXPECT_FALSE(reach.IsUnasked(kStart + Reach::kRemembered, Host(1)));
  EXPECT_TRUE(reach.IsUnasked(kStart + 2 * Reach::kRemembered, Host(1)));
}

TEST(Reach, WritingAgainBeginsTheTimeAnew) {
  Reach reach(kStart);
  for (int minute = 0; minute < 60; ++minute) {
    EXPECT_EQ(reach.IsUnasked(kStart + minutes(minute), Host(1)), minute == 0);
    reach.Wrote(kStart + minutes(minute), Host(1));
  }
  EXPECT_FALSE(reach.IsUnasked(kStart + minutes(63), Host(1)));
  EXPECT_TRUE(reach.IsUnasked(kStart + minutes(70), Host(1)));
  EXPECT_TRUE(reach.IsUnasked(kStart + minutes(7000), Host(1)));
}

TEST(Reach, NodesOfOneLocalHostAreToldApart) {
  Reach reach(kStart);
  reach.Wrote(kStart, Local(1));
  EXPECT_FALSE(reach.IsUnasked(kStart, Local(1)));
  EXPECT_TRUE(reach.IsUnasked(kStart, Local(2)));
}

// What it cannot remember may have been written to.
TEST(Reach, WhereItWroteToTooManyNothingIsUnasked) {
  Reach reach(kStart);
  for (uint32_t host = 0; host < Reach::kMaxWritten; ++host) reach.Wrote(kStart, Host(host));
  EXPECT_FALSE(reach.IsUnasked(kStart, Host(0xfffff)));
  EXPECT_TRUE(reach.IsUnasked(kStart + 2 * Reach::kRemembered, Host(0xfffff)));
}

}  // namespace
}  // namespace shadw::dht
