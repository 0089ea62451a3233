// SPDX-License-Identifier: Apache-2.0
#include "libshadw/telemetry/throughput.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>

namespace shadw::telemetry {
namespace {

const base::Time kStart = base::FromUnixSeconds(1'700'000'000);
constexpr base::Duration kSecond = std::chrono::seconds(1);

TEST(RequiredThroughput, RefusesWhatIsNotFiniteOrTooManyByName) {
  EXPECT_EQ(RequiredThroughput(10, 10, {.value = 1e308}).status().message(),
            "telemetry: got infinite requests a second, need a finite number");
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
  EXPECT_EQ(RequiredThroughput(UINT64_MAX, 0, {.value = 1e300}).status().code(),
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
  EXPECT_EQ(meter.Clients(kStart + 100 * kSecond), 1u);
}

TEST(RateMeter, DoesNotSearchItsClientsForEachThatItRefuses) {
  RateMeter meter = *RateMeter::Create({});
  for (size_t i = 0; i < RateMeter::kMaxClients; ++i) ASSERT_TRUE(meter.Record(kStart, i).ok());
  // A million at 20 ms each would be six hours.
  for (uint64_t i = 0; i < 1'000'000; ++i) {
    ASSERT_FALSE(meter.Record(kStart + base::Duration(i), UINT64_MAX - i).ok());
  }
  EXPECT_FALSE(meter.Register(UINT64_MAX).ok());
  EXPECT_EQ(meter.Clients(kStart), RateMeter::kMaxClients);
}

// What a meter of four buckets must say, kept the slow way.
struct SlowMeter {
  std::map<uint64_t, int64_t> latest;
  std::set<uint64_t> registered;

  uint64_t Clients(int64_t now) const {
    uint64_t count = registered.size();
    for (const auto& [client, bucket] : latest) {
      count += registered.contains(client) || bucket <= now - 4 ? 0 : 1;
    }
    return count;
  }
};

TEST(RateMeter, CountsWhoComesGoesAndRegistersInAnyOrder) {
  RateMeter meter = *RateMeter::Create({.window = 4 * kSecond, .buckets = 4});
  SlowMeter slow;
  const int64_t start = base::ToUnixSeconds(kStart);
  int64_t now = start;
  uint64_t state = 1;
  const auto draw = [&](uint64_t below) {
    state = state * 6364136223846793005 + 1442695040888963407;
    return (state >> 33) % below;
  };
  for (int i = 0; i < 100'000; ++i) {
    const uint64_t client = draw(12);
    switch (draw(8)) {
      case 0:
        now += static_cast<int64_t>(draw(7));
        ASSERT_TRUE(meter.Record(base::FromUnixSeconds(now), client).ok());
        slow.latest[client] = now;
        break;
      case 1:
        ASSERT_TRUE(meter.Register(client).ok());
        slow.registered.insert(client);
        break;
      case 2:
        meter.Unregister(client);
        slow.registered.erase(client);
        break;
      default: {
        const int64_t then = std::max(start, now - static_cast<int64_t>(draw(4)));
        ASSERT_TRUE(meter.Record(base::FromUnixSeconds(then), client).ok());
        slow.latest[client] = std::max(slow.latest[client], then);
      }
    }
    ASSERT_EQ(meter.Clients(base::FromUnixSeconds(now)), slow.Clients(now)) << i;
  }
}

}  // namespace
}  // namespace shadw::telemetry
