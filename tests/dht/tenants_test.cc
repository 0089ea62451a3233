// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/tenants.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "libshadw/crypto/random.h"
#include "libshadw/dht/hyper/hyperdht.h"
#include "libshadw/dht/krpc/mainline.h"
#include "libshadw/dht/tenant_seal.h"

namespace shadw::dht {
namespace {

using enum absl::StatusCode;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

const base::ByteSpan kKey = base::AsBytes("orders/1"), kValue = base::AsBytes("ten apples");

crypto::SecretKey Secret(uint8_t which) {
  return crypto::SecretKey::CopyOf(base::ByteArray<32>{which});
}

// Three nodes that know each other; datagrams arrive at once, the clock moves by hand.
class Tenancy : public testing::TestWithParam<const Protocol*> {
 protected:
  static constexpr size_t kNodes = 3;

  Tenancy() {
    for (size_t i = 0; i < kNodes; ++i) {
      nodes_.push_back(std::make_unique<Node>(*Node::Create(
          {.serving = Serving::kAlways, .address = Place(i)}, GetParam(), &random_, now_)));
    }
    for (auto& node : nodes_) {
      for (size_t i = 0; i < kNodes; ++i) {
        if (nodes_[i] != node) node->Vouch(now_, {nodes_[i]->id(), Place(i)});
      }
    }
    for (auto& node : nodes_) fronts_.emplace_back(node.get());
  }

  static base::Endpoint Place(size_t i) {
    return base::Endpoint::V4(127, 0, 0, 1, static_cast<uint16_t>(4000 + i));
  }

  // What nobody's front took is counted.
  bool Deliver() {
    bool moved = false;
    for (size_t i = 0; i < kNodes; ++i) {
      while (auto transmit = nodes_[i]->PollTransmit()) {
        moved = true;
        for (size_t to = 0; to < kNodes; ++to) {
          if (transmit->to == Place(to)) nodes_[to]->HandleMessage(now_, Place(i), transmit->bytes);
        }
      }
      while (auto event = nodes_[i]->PollEvent()) {
        const bool report =
            std::holds_alternative<PutReport>(*event) || std::holds_alternative<GetReport>(*event);
        if (!fronts_[i].HandleEvent(*event) && report) ++unclaimed_;
      }
    }
    return moved;
  }

  void RunFor(base::Duration duration) {
    const base::Time end = now_ + duration;
    while (true) {
      while (Deliver()) {
      }
      base::Time next = end;
      for (auto& node : nodes_) next = std::min(next, node->NextTimeout().value_or(end));
      if (next >= end) break;
      now_ = std::max(next, now_ + base::Duration(1));
      for (auto& node : nodes_) node->HandleTimeout(now_);
    }
    now_ = end;
  }

  // What a get through a front gives its tenant.
  TenantValue Find(Tenants& front, TenantId tenant, base::ByteSpan key) {
    const uint64_t operation = front.Get(now_, tenant, key).value();
    RunFor(seconds(10));
    while (auto report = front.PollReport(tenant)) {
      if (report->operation == operation) return std::get<TenantValue>(report->result);
    }
    ADD_FAILURE() << "no report";
    return {};
  }

  crypto::SeededRandom random_{7};
  base::Time now_ = base::FromUnixSeconds(1'700'000'000);
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<Tenants> fronts_;
  size_t unclaimed_ = 0;
};

INSTANTIATE_TEST_SUITE_P(OnBothNetworks, Tenancy,
                         testing::Values(&krpc::Mainline(), &hyper::Hyperdht()),
                         [](const auto& it) { return std::string(it.param->traits().name); });

TEST_P(Tenancy, FindsHisValueThroughAnotherNode) {
  const TenantId here = fronts_[0].Add(Secret(1)).value();
  const TenantId there = fronts_[1].Add(Secret(1)).value();
  const uint64_t put = fronts_[0].Put(now_, here, kKey, kValue).value();
  RunFor(seconds(10));
  const TenantReport report = fronts_[0].PollReport(here).value();
  EXPECT_EQ(report.operation, put);
  EXPECT_EQ(report.key, base::ToBytes(kKey));
  EXPECT_EQ(std::get<PutReport>(report.result).stored, kNodes - 1);
  EXPECT_EQ(Find(fronts_[1], there, kKey).value, base::ToBytes(kValue));
  EXPECT_FALSE(Find(fronts_[1], there, base::AsBytes("orders/2")).value.has_value());
}

TEST_P(Tenancy, CannotFindNorReadWhatIsAnothers) {
  const TenantId one = fronts_[0].Add(Secret(1)).value();
  const TenantId two = fronts_[0].Add(Secret(2)).value();
  ASSERT_TRUE(fronts_[0].Put(now_, one, kKey, kValue).ok());
  RunFor(seconds(10));
  const TenantValue nothing = Find(fronts_[0], two, kKey);
  EXPECT_FALSE(nothing.value.has_value());
  EXPECT_EQ(nothing.unreadable, 0);

  // Even where the record itself is in his hands.
  const TenantSeal owner(Secret(1), kKey), thief(Secret(2), kKey);
  const NodeId target = GetParam()->MutableTarget(owner.signer().public_key(), {});
  const Record* stored = nodes_[1]->responder().records().Get(now_, target);
  ASSERT_NE(stored, nullptr);
  EXPECT_THAT(base::ToHex(stored->value), Not(HasSubstr(base::ToHex(kValue))));
  EXPECT_THAT(base::ToHex(stored->value), Not(HasSubstr(base::ToHex(kKey))));
  const base::Bytes sealed = GetParam()->UnwrapBytes(stored->value).value();
  EXPECT_FALSE(thief.Open(sealed, stored->seq).has_value());
  EXPECT_EQ(owner.Open(sealed, stored->seq), base::ToBytes(kValue));
  EXPECT_FALSE(owner.Open(sealed, stored->seq + 1).has_value());
  EXPECT_FALSE(TenantSeal(Secret(1), base::AsBytes("k")).Open(sealed, stored->seq).has_value());
}

TEST_P(Tenancy, WritesOnTheSameKeyBesideTheOthers) {
  const TenantId one = fronts_[0].Add(Secret(1)).value();
  const TenantId two = fronts_[0].Add(Secret(2)).value();
  ASSERT_TRUE(fronts_[0].Put(now_, one, kKey, base::AsBytes("one")).ok());
  ASSERT_TRUE(fronts_[0].Put(now_, two, kKey, base::AsBytes("two")).ok());
  RunFor(seconds(10));
  EXPECT_EQ(Find(fronts_[0], one, kKey).value, base::ToBytes(base::AsBytes("one")));
  EXPECT_EQ(Find(fronts_[0], two, kKey).value, base::ToBytes(base::AsBytes("two")));
}

TEST_P(Tenancy, ReportsGoToTheirTenantAlone) {
  Tenants& front = fronts_[0];
  const TenantId one = front.Add(Secret(1)).value(), two = front.Add(Secret(2)).value();
  EXPECT_EQ(front.Put(now_, one, kKey, kValue).value(), 1);
  EXPECT_EQ(front.Get(now_, two, base::AsBytes("other")).value(), 1) << "each counts for himself";
  EXPECT_EQ(front.Get(now_, one, kKey).value(), 2);
  RunFor(seconds(10));
  std::vector<std::string> keys;
  while (auto report = front.PollReport(one)) keys.emplace_back(base::AsText(report->key));
  EXPECT_EQ(keys, (std::vector<std::string>{"orders/1", "orders/1"}));
  EXPECT_EQ(base::AsText(front.PollReport(two)->key), "other");
  EXPECT_FALSE(front.PollReport(two).has_value());
  EXPECT_FALSE(front.PollReport(99).has_value());
  EXPECT_EQ(unclaimed_, 0);
}

TEST_P(Tenancy, LeavesTheNodesOwnEventsToItsHost) {
  ASSERT_TRUE(nodes_[0]->Get(now_, NodeId{}).ok());
  RunFor(seconds(10));
  EXPECT_EQ(unclaimed_, 1);
}

TEST_P(Tenancy, TheLaterOfTwoPutsAtOneInstantWins) {
  const TenantId one = fronts_[0].Add(Secret(1)).value();
  ASSERT_TRUE(fronts_[0].Put(now_, one, kKey, base::AsBytes("first")).ok());
  ASSERT_TRUE(fronts_[0].Put(now_, one, kKey, base::AsBytes("second")).ok());
  RunFor(seconds(10));
  EXPECT_EQ(Find(fronts_[0], one, kKey).value, base::ToBytes(base::AsBytes("second")));
}

TEST_P(Tenancy, TheLargestValueFits) {
  const TenantId one = fronts_[0].Add(Secret(1)).value();
  const base::Bytes key(kMaxTenantKeyBytes, 'k'), value(kMaxTenantValueBytes, 'v');
  ASSERT_TRUE(fronts_[0].Put(now_, one, key, value).ok());
  RunFor(seconds(10));
  EXPECT_EQ(Find(fronts_[0], one, key).value, value);
  base::Bytes longer = value;
  longer.push_back(0);
  EXPECT_EQ(fronts_[0].Put(now_, one, key, longer).status().code(), kInvalidArgument);
  EXPECT_EQ(fronts_[0].Get(now_, one, value).status().code(), kInvalidArgument);
}

void ExpectOver(const absl::Status& status, const std::string& what) {
  EXPECT_EQ(status.code(), kResourceExhausted);
  EXPECT_THAT(std::string(status.message()), HasSubstr(what));
}

TEST_P(Tenancy, QuotasHoldForEachAlone) {
  Tenants& front = fronts_[0];
  const TenantId small =
      front.Add(Secret(1), {.operations_under_way = 2, .operations_per_minute = 3}).value();
  const TenantId other = front.Add(Secret(2)).value();
  ASSERT_TRUE(front.Get(now_, small, kKey).ok());
  ASSERT_TRUE(front.Put(now_, small, kKey, kValue).ok());
  ExpectOver(front.Get(now_, small, kKey).status(),
             "got 3 of quota operations_under_way of tenant 1, need at most 2");
  EXPECT_TRUE(front.Get(now_, other, kKey).ok());
  RunFor(seconds(20));
  EXPECT_EQ(front.stats(small)->operations_under_way, 0);
  ASSERT_TRUE(front.Get(now_, small, kKey).ok());
  RunFor(seconds(20));
  ExpectOver(front.Put(now_, small, kKey, kValue).status(),
             "got 4 of quota operations_per_minute of tenant 1, need at most 3");
  EXPECT_TRUE(front.Get(now_, other, kKey).ok());
  RunFor(seconds(20));
  EXPECT_TRUE(front.Get(now_, small, kKey).ok()) << "a minute later";
  EXPECT_EQ(front.stats(small)->refused, 2);
  EXPECT_EQ(front.stats(small)->operations, 4);
  EXPECT_EQ(front.stats(other)->refused, 0);
}

TEST_P(Tenancy, KeepsWithinHisQuotaOnly) {
  Tenants& front = fronts_[0];
  const TenantId one = front.Add(Secret(1), {.kept_records = 2, .kept_bytes = 500}).value();
  const auto keep = [&](std::string_view key, size_t bytes) {
    return front.Put(now_, one, base::AsBytes(key), base::Bytes(bytes), {.keep = true}).status();
  };
  ASSERT_TRUE(keep("a", 100).ok());
  const size_t bytes = front.stats(one)->kept_bytes;
  EXPECT_GE(bytes, 100 + TenantSeal::kExtraBytes);
  ExpectOver(keep("b", 400), "of quota kept_bytes of tenant 1, need at most 500");
  ASSERT_TRUE(keep("b", 100).ok());
  ExpectOver(keep("c", 1), "got 3 of quota kept_records of tenant 1, need at most 2");
  ASSERT_TRUE(keep("b", 50).ok()) << "in the place of the old one";
  EXPECT_EQ(front.stats(one)->kept_records, 2);
  EXPECT_TRUE(front.Put(now_, one, base::AsBytes("c"), kValue).ok()) << "not kept";
  ASSERT_TRUE(front.Forget(one, base::AsBytes("b")).ok());
  EXPECT_EQ(front.Forget(one, base::AsBytes("b")).code(), kNotFound);
  EXPECT_EQ(front.stats(one)->kept_bytes, bytes);
  EXPECT_TRUE(keep("c", 1).ok());
}

TEST_P(Tenancy, WhatIsKeptIsPutAgainUntilItIsForgotten) {
  Tenants& front = fronts_[0];
  const TenantId one = front.Add(Secret(1)).value();
  ASSERT_TRUE(front.Put(now_, one, kKey, base::AsBytes("old"), {.keep = true}).ok());
  RunFor(seconds(10));
  const uint64_t kept = front.Put(now_, one, kKey, kValue, {.keep = true}).value();
  RunFor(minutes(65));
  std::vector<uint64_t> reports;
  while (auto report = front.PollReport(one)) reports.push_back(report->operation);
  EXPECT_EQ(reports, (std::vector<uint64_t>{1, kept, kept, kept}));
  EXPECT_EQ(front.stats(one)->operations_under_way, 0);
  EXPECT_EQ(Find(front, one, kKey).value, base::ToBytes(kValue));
  ASSERT_TRUE(front.Forget(one, kKey).ok());
  RunFor(minutes(65));
  EXPECT_FALSE(front.PollReport(one).has_value());
  EXPECT_EQ(unclaimed_, 0);
}

TEST_P(Tenancy, PlainPutEndsTheKeepingOfWhatItReplaces) {
  Tenants& front = fronts_[0];
  const TenantId one = front.Add(Secret(1)).value();
  ASSERT_TRUE(front.Put(now_, one, kKey, base::AsBytes("old"), {.keep = true}).ok());
  ASSERT_TRUE(front.Put(now_, one, kKey, kValue).ok());
  EXPECT_EQ(front.stats(one)->kept_bytes, 0);
  EXPECT_EQ(front.Forget(one, kKey).code(), kNotFound);
}

TEST_P(Tenancy, WhoIsRemovedLeavesNothingBehind) {
  Tenants& front = fronts_[0];
  const TenantId one = front.Add(Secret(1)).value();
  ASSERT_TRUE(front.Put(now_, one, kKey, kValue, {.keep = true}).ok());
  ASSERT_TRUE(front.Remove(one).ok());
  RunFor(minutes(65));
  EXPECT_EQ(unclaimed_, 0);
  EXPECT_FALSE(front.PollReport(one).has_value());
  EXPECT_EQ(front.Remove(one).code(), kNotFound);
  EXPECT_EQ(front.Put(now_, one, kKey, kValue).status().code(), kNotFound);
  EXPECT_EQ(front.Get(now_, one, kKey).status().code(), kNotFound);
  EXPECT_EQ(front.stats(one).status().code(), kNotFound);
  EXPECT_NE(front.Add(Secret(1)).value(), one) << "numbers are not used again";
}

TEST_P(Tenancy, QuotasOutOfRangeAreRefused) {
  for (const TenantQuota& quota : {TenantQuota{.operations_under_way = kMaxOperations + 1},
                                   TenantQuota{.operations_per_minute = kMaxTenantRate + 1},
                                   TenantQuota{.kept_records = kMaxKept + 1}}) {
    EXPECT_EQ(fronts_[0].Add(Secret(1), quota).status().code(), kInvalidArgument);
  }
}

TEST(TenantSeal, OpensNothingThatWasChanged) {
  const TenantSeal seal(Secret(1), kKey);
  base::Bytes sealed = seal.Seal(kValue, 5);
  EXPECT_EQ(seal.Open(sealed, 5), base::ToBytes(kValue));
  EXPECT_EQ(seal.Seal(kValue, 5), sealed);
  for (size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_FALSE(seal.Open(base::ByteSpan(sealed).first(size), 5).has_value());
  }
  for (uint8_t& byte : sealed) {
    byte ^= 1;
    EXPECT_FALSE(seal.Open(sealed, 5).has_value());
    byte ^= 1;
  }
}

TEST(TenantSeal, NoNonceServesTwoValues) {
  const TenantSeal seal(Secret(1), kKey);
  std::vector<base::Bytes> nonces;
  for (uint8_t value = 0; value < 8; ++value) {
    for (int64_t seq = 0; seq < 8; ++seq) {
      base::Bytes sealed = seal.Seal(base::ByteArray<1>{value}, seq);
      sealed.resize(24);
      nonces.push_back(std::move(sealed));
    }
  }
  std::ranges::sort(nonces);
  EXPECT_EQ(std::ranges::adjacent_find(nonces), nonces.end());
}

}  // namespace
}  // namespace shadw::dht
