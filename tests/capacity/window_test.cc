// SPDX-License-Identifier: Apache-2.0
#include "libshadw/capacity/window.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "libshadw/base/coding.h"
#include "libshadw/crypto/random.h"

namespace shadw::capacity {
namespace {

base::Time At(int64_t seconds) { return base::FromUnixSeconds(seconds); }

TEST(CapacityWindow, CountsAReportForExactlyADay) {
  CapacityWindow window;
  EXPECT_FALSE(window.ValueAt(At(0)));
  ASSERT_TRUE(window.Report(At(1000), 7).ok());
  EXPECT_FALSE(window.ValueAt(At(999)));
  EXPECT_EQ(window.ValueAt(At(1000)), 7);
  EXPECT_EQ(window.ValueAt(At(1000 + 86'399)), 7);
  EXPECT_FALSE(window.ValueAt(At(1000 + 86'400)));
}

TEST(CapacityWindow, RefusesReportsWhoseDayIsNoNumber) {
  const base::Time times[] = {At(0)};
  for (const double report : {1e308, 1.01e300, std::numeric_limits<double>::infinity(), -1.0}) {
    EXPECT_EQ(DailyCapacity(times, {&report, 1}, 0).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
  const double most = kMaxReport;
  EXPECT_DOUBLE_EQ(DailyCapacity(times, {&most, 1}, 0).value(), kMaxReport);
}

TEST(CapacityWindow, DaysBeginAtMidnightUtcBeforeNineteenSeventyToo) {
  EXPECT_EQ(CapacityWindow::DayOf(At(0)), 0);
  EXPECT_EQ(CapacityWindow::DayOf(At(86'399)), 0);
  EXPECT_EQ(CapacityWindow::DayOf(At(86'400)), 1);
  EXPECT_EQ(CapacityWindow::DayOf(At(-1)), -1);
  EXPECT_EQ(CapacityWindow::DayOf(At(-86'400)), -1);
  EXPECT_EQ(CapacityWindow::DayOf(At(-86'401)), -2);
}

// The reference asks each second of five days for the report that counts then.
TEST(CapacityWindow, MeansAreThoseOfAskingEverySecond) {
  crypto::SeededRandom random(21);
  for (int run = 0; run < 10; ++run) {
    std::vector<base::Time> times;
    std::vector<double> capacities;
    int64_t at = 0;
    while (true) {
      at += base::LoadLittleEndian<uint16_t>(random.Array<2>().data()) * (run % 3 + 1);
      if (at >= 5 * kWindowSeconds) break;
      times.push_back(At(at));
      capacities.push_back(random.Array<1>()[0]);
    }
    for (int64_t day = 0; day < 5; ++day) {
      double sum = 0;
      size_t next = 0;
      for (int64_t s = day * kWindowSeconds; s < (day + 1) * kWindowSeconds; ++s) {
        while (next < times.size() && times[next] <= At(s)) ++next;
        if (next == 0 || At(s) - times[next - 1] >= std::chrono::seconds(kWindowSeconds)) continue;
        sum += capacities[next - 1];
      }
      EXPECT_NEAR(DailyCapacity(times, capacities, day).value(), sum / kWindowSeconds, 1e-9);
    }
  }
}

TEST(CapacityWindow, RemembersTheDayBeforeTheLastReportAndForgetsEarlierOnes) {
  CapacityWindow window;
  ASSERT_TRUE(window.Report(At(0), 10).ok());
  ASSERT_TRUE(window.Report(At(kWindowSeconds), 20).ok());
  ASSERT_TRUE(window.Report(At(2 * kWindowSeconds), 30).ok());
  EXPECT_EQ(window.MeanOfDay(0).status().code(), absl::StatusCode::kNotFound);
  EXPECT_DOUBLE_EQ(window.MeanOfDay(1).value(), 20);
  EXPECT_DOUBLE_EQ(window.MeanOfDay(2).value(), 30);
  EXPECT_DOUBLE_EQ(window.MeanOfDay(3).value(), 0);
}

TEST(CapacityWindow, RefusesTheLastReportsPastAndCapacitiesThatAreNone) {
  CapacityWindow window;
  ASSERT_TRUE(window.Report(At(10), 1).ok());
  EXPECT_EQ(window.Report(At(9), 1).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(window.Report(At(10), 2).ok());
  EXPECT_EQ(window.ValueAt(At(10)), 2);
  for (const double bad :
       {-1.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    EXPECT_EQ(window.Report(At(11), bad).code(), absl::StatusCode::kInvalidArgument);
  }
  const base::Time times[] = {At(0)};
  EXPECT_FALSE(DailyCapacity(times, {}, 0).ok());
}

TEST(CapacityWindow, SurvivesTheEndsOfTime) {
  CapacityWindow window;
  ASSERT_TRUE(window.Report(base::Time::min(), 1).ok());
  EXPECT_FALSE(window.ValueAt(base::Time::max()));
  ASSERT_TRUE(window.Report(base::Time::max(), 1).ok());
  EXPECT_EQ(window.MeanOfDay(std::numeric_limits<int64_t>::max()).value(), 0);
  EXPECT_FALSE(window.MeanOfDay(std::numeric_limits<int64_t>::min()).ok());
}

}  // namespace
}  // namespace shadw::capacity
