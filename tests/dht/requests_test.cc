// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/requests.h"

#include <gtest/gtest.h>

#include <set>

#include "libshadw/dht/routing_table.h"
#include "tests/dht/strangers.h"

namespace shadw::dht {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr RequestTimes kTimes = {.slow_at_least = milliseconds(200),
                                 .slow_at_most = milliseconds(1500),
                                 .lost_after = seconds(4)};

class RequestsTest : public testing::Test {
 protected:
  uint16_t Add(base::Time now, uint32_t index, uint16_t rtt_ms = kUnknownRttMs) {
    const auto transaction = requests_.Add(now, {.to = Host(index), .index = index}, rtt_ms);
    EXPECT_TRUE(transaction.has_value());
    return transaction.value_or(0);
  }
  // Which became slow, and which were lost.
  std::pair<std::vector<uint32_t>, std::vector<uint32_t>> Expire(base::Time now) {
    std::pair<std::vector<uint32_t>, std::vector<uint32_t>> happened;
    requests_.Expire(
        now, [&](const Request& request) { happened.first.push_back(request.index); },
        [&](const Request& request) { happened.second.push_back(request.index); });
    return happened;
  }

  crypto::SeededRandom random_{1};
  Requests requests_{kTimes, &random_};
};

using Indices = std::vector<uint32_t>;

TEST_F(RequestsTest, AnAnswerIsTakenOnce) {
  const uint16_t transaction = Add(kStart, 7);
  const auto request = requests_.Take(kStart, Host(7), transaction);
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->index, 7u);
  EXPECT_EQ(request->sent, kStart);
  EXPECT_FALSE(requests_.Take(kStart, Host(7), transaction).has_value());
  EXPECT_EQ(requests_.size(), 0u);
}

TEST_F(RequestsTest, AnAnswerFromAnotherAddressOrPortIsNone) {
  const uint16_t transaction = Add(kStart, 7);
  EXPECT_FALSE(requests_.Take(kStart, Host(8), transaction).has_value());
  EXPECT_FALSE(requests_.Take(kStart, Host(7, 6882), transaction).has_value());
  EXPECT_FALSE(requests_.Take(kStart, Host(7), static_cast<uint16_t>(transaction + 1)).has_value());
  EXPECT_TRUE(requests_.Take(kStart, Host(7), transaction).has_value());
}

TEST_F(RequestsTest, TransactionsUnderWayAreDistinctUpToTheLimit) {
  std::set<uint16_t> transactions;
  for (uint32_t i = 0; i < kMaxRequests; ++i) {
    EXPECT_TRUE(transactions.insert(Add(kStart, i)).second);
  }
  EXPECT_FALSE(requests_.Add(kStart, {.to = Host(1)}, kUnknownRttMs).has_value());
  EXPECT_EQ(requests_.size(), kMaxRequests);
}

TEST_F(RequestsTest, IsSlowOnceAndThenLostOnce) {
  Add(kStart, 1);
  EXPECT_EQ(Expire(kStart + milliseconds(1499)), (std::pair<Indices, Indices>{}));
  EXPECT_EQ(Expire(kStart + milliseconds(1500)), (std::pair<Indices, Indices>{{1}, {}}));
  EXPECT_EQ(Expire(kStart + milliseconds(3999)), (std::pair<Indices, Indices>{}));
  EXPECT_EQ(Expire(kStart + seconds(4)), (std::pair<Indices, Indices>{{}, {1}}));
  EXPECT_EQ(Expire(kStart + seconds(8)), (std::pair<Indices, Indices>{}));
}

TEST_F(RequestsTest, IsSlowSoonerWhereTheContactsRoundTripIsKnown) {
  Add(kStart, 1, 100);
  Add(kStart, 2, 0);
  Add(kStart, 3, 60'000);
  EXPECT_EQ(Expire(kStart + milliseconds(200)).first, Indices{2});
  EXPECT_EQ(Expire(kStart + milliseconds(250)).first, Indices{1});
  EXPECT_EQ(Expire(kStart + milliseconds(1499)).first, Indices{});
  EXPECT_EQ(Expire(kStart + milliseconds(1500)).first, Indices{3});
}

TEST_F(RequestsTest, LearnsHowLongAnswersTake) {
  for (int i = 0; i < 40; ++i) {
    requests_.Take(kStart + milliseconds(100), Host(1), Add(kStart, 1));
  }
  Add(kStart, 2);
  EXPECT_EQ(Expire(kStart + milliseconds(199)).first, Indices{});
  EXPECT_EQ(Expire(kStart + milliseconds(400)).first, Indices{2});
}

TEST_F(RequestsTest, NextTimeIsWhenSomethingHappensAndNeverLater) {
  EXPECT_FALSE(requests_.NextTime().has_value());
  crypto::SeededRandom random(2);
  base::Time now = kStart;
  for (int i = 0; i < 300; ++i) {
    Add(now, static_cast<uint32_t>(i), static_cast<uint16_t>(Draw(random, 900)));
    const auto next = requests_.NextTime();
    ASSERT_TRUE(next.has_value());
    EXPECT_EQ(Expire(*next - base::Duration(1)), (std::pair<Indices, Indices>{}));
    now = std::max(now, *next);
    EXPECT_NE(Expire(now), (std::pair<Indices, Indices>{}));
    if (requests_.size() > 0) {
      EXPECT_GT(*requests_.NextTime(), now);
    }
  }
}

TEST_F(RequestsTest, WhoeverHearsOfALossMayAskAgain) {
  Add(kStart, 1);
  int lost = 0;
  requests_.Expire(
      kStart + seconds(4), [](const Request&) {},
      [&](const Request&) {
        ++lost;
        Add(kStart + seconds(4), 2);
      });
  EXPECT_EQ(lost, 1);
  EXPECT_EQ(requests_.size(), 1u);
  EXPECT_GT(*requests_.NextTime(), kStart + seconds(4));
}

}  // namespace
}  // namespace shadw::dht
