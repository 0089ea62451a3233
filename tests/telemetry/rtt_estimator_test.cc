// SPDX-License-Identifier: Apache-2.0
#include "libshadw/telemetry/rtt_estimator.h"

#include <gtest/gtest.h>

namespace shadw::telemetry {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr RttEstimator::Bounds kUnbounded = {.min = {}, .granularity = {}};

// Source: catalogue S55.
TEST(RttEstimator, TakesInTwoSamplesAsTheCatalogueSays) {
  RttEstimator rtt;
  rtt.Update(milliseconds(100));
  EXPECT_EQ(rtt.srtt(), milliseconds(100));
  EXPECT_EQ(rtt.rttvar(), milliseconds(50));
  EXPECT_EQ(rtt.rto(kUnbounded), milliseconds(300));
  rtt.Update(milliseconds(120));
  EXPECT_EQ(rtt.rttvar(), microseconds(42'500));
  EXPECT_EQ(rtt.srtt(), microseconds(102'500));
  EXPECT_EQ(rtt.rto(kUnbounded), microseconds(272'500));
}

TEST(RttEstimator, WaitsTheInitialTimeBeforeTheFirstSample) {
  const RttEstimator rtt;
  EXPECT_FALSE(rtt.has_sample());
  EXPECT_EQ(rtt.srtt().count(), 0);
  EXPECT_EQ(rtt.rto({}), seconds(1));
  EXPECT_EQ(rtt.rto({.initial = milliseconds(700)}), milliseconds(700));
}

TEST(RttEstimator, KeepsTheTimeoutWithinItsBounds) {
  RttEstimator rtt;
  rtt.Update(milliseconds(100));
  EXPECT_EQ(rtt.rto({}), seconds(1));
  EXPECT_EQ(rtt.rto({.min = milliseconds(400)}), milliseconds(400));
  EXPECT_EQ(rtt.rto({.min = {}, .max = milliseconds(250)}), milliseconds(250));
}

TEST(RttEstimator, RefusesBoundsThatMeanNothing) {
  EXPECT_TRUE(RttEstimator::Bounds{}.Validate().ok());
  const RttEstimator::Bounds refused[] = {{.initial = {}},
                                          {.initial = base::Duration::min()},
                                          {.min = milliseconds(-1)},
                                          {.min = seconds(61)},
                                          {.max = {}},
                                          {.max = base::Duration::max()},
                                          {.granularity = base::Duration::max()}};
  for (const RttEstimator::Bounds& bounds : refused) {
    EXPECT_EQ(bounds.Validate().code(), absl::StatusCode::kInvalidArgument);
    RttEstimator rtt;
    for (int i = 0; i < 20; ++i) {
      EXPECT_GE(rtt.rto(bounds).count(), 0);
      EXPECT_LE(rtt.rto(bounds), RttEstimator::kMaxTimeout);
      if (i == 2) rtt.Update(milliseconds(100));
      rtt.Backoff();
    }
  }
}

TEST(RttEstimator, WaitsAtLeastOneTickLongerThanASteadyPeerTakes) {
  RttEstimator rtt;
  for (int i = 0; i < 200; ++i) rtt.Update(milliseconds(100));
  EXPECT_EQ(rtt.srtt(), milliseconds(100));
  EXPECT_LE(rtt.rttvar().count(), 2);
  EXPECT_EQ(rtt.rto({.min = {}, .granularity = milliseconds(10)}), milliseconds(110));
}

TEST(RttEstimator, DoublesTheTimeoutForEachSilenceUntilTheNextAnswer) {
  RttEstimator rtt;
  rtt.Update(milliseconds(100));
  rtt.Backoff();
  EXPECT_EQ(rtt.rto(kUnbounded), milliseconds(600));
  rtt.Backoff();
  EXPECT_EQ(rtt.rto(kUnbounded), milliseconds(1200));
  for (int i = 0; i < 1000; ++i) rtt.Backoff();
  EXPECT_EQ(rtt.rto(kUnbounded), seconds(60));
  rtt.Update(milliseconds(100));
  EXPECT_EQ(rtt.rto(kUnbounded), microseconds(250'000));
}

TEST(RttEstimator, ApproachesANewRoundTripTimeFromBothSides) {
  for (const milliseconds target : {milliseconds(20), milliseconds(900)}) {
    RttEstimator rtt;
    rtt.Update(milliseconds(200));
    for (int i = 0; i < 300; ++i) rtt.Update(target);
    EXPECT_NEAR(static_cast<double>((rtt.srtt() - target).count()), 0, 5);
  }
}

TEST(RttEstimator, CutsOffSamplesThatNobodyCouldHaveMeasured) {
  RttEstimator rtt;
  for (int i = 0; i < 100; ++i) {
    rtt.Update(base::Duration::max());
    ASSERT_LE(rtt.srtt(), RttEstimator::kMaxRtt);
    rtt.Update(base::Duration::min());
    ASSERT_GE(rtt.srtt().count(), 0);
    ASSERT_LE(rtt.rttvar(), RttEstimator::kMaxRtt);
    ASSERT_EQ(rtt.rto({}), seconds(60));
  }
}

}  // namespace
}  // namespace shadw::telemetry
