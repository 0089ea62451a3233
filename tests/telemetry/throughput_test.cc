// SPDX-License-Identifier: Apache-2.0
#include "libshadw/telemetry/throughput.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace shadw::telemetry {
namespace {

const base::Time kStart = base::FromUnixSeconds(1'700'000'000);
constexpr base::Duration kSecond = std::chrono::seconds(1);

TEST(RequiredThroughput, RefusesWhatIsNotFiniteOrTooManyByName) {
  EXPECT_EQ(RequiredThroughput(10, 10, {.value = 1e308}).status().message(),
            "telemetry: got clients and rates of inf requests a second, need a finite number");
  const std::vector<ClientClass> classes(2, {.clients = 1, .rate = {.value = 1e308}});
  EXPECT_FALSE(RequiredThroughput(classes).ok());
  EXPECT_EQ(RequiredThroughput(UINT64_MAX, 1, {.value = 1}).status().message(),
            "telemetry: got 18446744073709551615 and 1 clients, need fewer than 2^64 in all");
}

TEST(RequiredThroughput, IsLinearInClientsAndRate) {
  const double one = *RequiredThroughput(3, 4, {.value = 5});
  EXPECT_EQ(*RequiredThroughput(6, 8, {.value = 5}), 2 * one);
  EXPECT_EQ(*RequiredThroughput(3, 4, {.value = 10}), 2 * one);
}

TEST(RequiredThroughput, OfClassesWithOneRateIsThePapers) {
  const Rate rate{.value = 6000, .unit = RateUnit::kPerMinute};
  const std::vector<ClientClass> classes = {{50, rate}, {50, rate}};
  EXPECT_EQ(*RequiredThroughput(classes), *RequiredThroughput(50, 50, rate));
  EXPECT_EQ(*RequiredThroughput(std::vector<ClientClass>{{2, {3600, RateUnit::kPerHour}}}), 2);
}

TEST(RequiredThroughput, RefusesWhatIsNoRate) {
  for (const double bad :
       {-1.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    EXPECT_EQ(RequiredThroughput(1, 1, {.value = bad}).status().code(),
              absl::StatusCode::kInvalidArgument);
    const std::vector<ClientClass> classes = {{1, {1}}, {1, {bad}}};
    EXPECT_THAT(RequiredThroughput(classes).status().message(), testing::HasSubstr("in row 1"));
  }
  EXPECT_EQ(RequiredThroughput(UINT64_MAX, 1, {.value = 1}).status().code(),
            absl::StatusCode::kOutOfRange);
}

TEST(RateMeter, SeesAKnownRateToWithinABucket) {
  RateMeter meter = *RateMeter::Create({});
  base::Time now = kStart;
  for (int i = 0; i < 7 * 120; ++i, now += kSecond / 7) {
    ASSERT_TRUE(meter.Record(now, i % 5).ok());
  }
  EXPECT_NEAR(meter.ObservedRps(now), 7, 7.0 / 60 + 1e-9);
  EXPECT_EQ(meter.Clients(now), 5u);
  EXPECT_NEAR(meter.AverageRatePerClient(now), 7.0 / 5, 0.03);
  EXPECT_FALSE(meter.Check(now, 8).ok);
  EXPECT_TRUE(meter.Check(now, 6).ok);
}

TEST(RateMeter, ForgetsWhoLeftTheWindow) {
  RateMeter meter = *RateMeter::Create({});
  ASSERT_TRUE(meter.Record(kStart, 1).ok());
  ASSERT_TRUE(meter.Record(kStart + 50 * kSecond, 2).ok());
  EXPECT_EQ(meter.Clients(kStart + 50 * kSecond), 2u);
  EXPECT_EQ(meter.Clients(kStart + 70 * kSecond), 1u);
  EXPECT_EQ(meter.Clients(kStart + 200 * kSecond), 0u);
  EXPECT_EQ(meter.ObservedRps(kStart + 200 * kSecond), 0);
}

TEST(RateMeter, CountsTheIdleThatAreRegistered) {
  RateMeter meter = *RateMeter::Create({});
  ASSERT_TRUE(meter.Record(kStart, 1).ok());
  ASSERT_TRUE(meter.Register(1).ok());
  ASSERT_TRUE(meter.Register(9).ok());
  ASSERT_TRUE(meter.Register(9).ok());
  EXPECT_EQ(meter.Clients(kStart), 2u);
  EXPECT_EQ(meter.Clients(kStart + 500 * kSecond), 2u);
  meter.Unregister(1);
  meter.Unregister(9);
  EXPECT_EQ(meter.Clients(kStart), 1u);
}

TEST(RateMeter, TakesTimesOutOfOrderWithinTheWindowOnly) {
  RateMeter meter = *RateMeter::Create({});
  ASSERT_TRUE(meter.Record(kStart, 1).ok());
  EXPECT_TRUE(meter.Record(kStart - 30 * kSecond, 1).ok());
  EXPECT_EQ(meter.Clients(kStart), 1u);
  EXPECT_FALSE(meter.Record(kStart - 61 * kSecond, 1).ok());
  EXPECT_FALSE(RateMeter::Create({.buckets = 0}).ok());
  EXPECT_FALSE(RateMeter::Create({.window = base::Duration(3), .buckets = 4}).ok());
}

TEST(RateMeter, RefusesClientsAboveItsLimitAndCountsTheirRequests) {
  RateMeter meter = *RateMeter::Create({});
  for (size_t i = 0; i < RateMeter::kMaxClients; ++i) ASSERT_TRUE(meter.Record(kStart, i).ok());
  EXPECT_EQ(meter.Record(kStart, UINT64_MAX).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(meter.ObservedRps(kStart) * 60, double{RateMeter::kMaxClients} + 1);
  EXPECT_TRUE(meter.Record(kStart + 100 * kSecond, UINT64_MAX).ok());
}

}  // namespace
}  // namespace shadw::telemetry
