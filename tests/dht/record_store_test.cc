// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/record_store.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/dht/strangers.h"

namespace shadw::dht {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr NodeId kOwn{};

Record Immutable(size_t bytes, uint8_t fill = 1) { return {.value = base::Bytes(bytes, fill)}; }
Record Mutable(int64_t seq, std::string_view value, size_t salt_bytes = 0) {
  return {.value = base::ToBytes(base::AsBytes(value)),
          .key = base::ByteArray<32>{9},
          .salt = base::Bytes(salt_bytes),
          .seq = seq};
}

RecordStore Store(size_t max_records = 100, size_t max_bytes = 10'000) {
  return RecordStore({.max_records = max_records, .max_bytes = max_bytes, .lifetime = hours(2)},
                     kOwn);
}

Refusal Put(RecordStore& store, uint64_t target, const Record& record,
            std::optional<int64_t> cas = {}, base::Time now = kStart) {
  return store.Put(now, IdOf(target), record, cas, Local(1));
}
bool Has(const RecordStore& store, uint64_t target, base::Time now = kStart) {
  return store.Get(now, IdOf(target)) != nullptr;
}

TEST(RecordStore, KeepsWhatItIsGiven) {
  RecordStore store = Store();
  EXPECT_EQ(Put(store, 1, Mutable(3, "value", 4)), Refusal::kNone);
  ASSERT_TRUE(Has(store, 1));
  EXPECT_EQ(*store.Get(kStart, IdOf(1)), Mutable(3, "value", 4));
  EXPECT_FALSE(Has(store, 2));
  EXPECT_EQ(store.bytes(), 9u);
}

TEST(RecordStore, SequenceNumbersNeverGoDown) {
  RecordStore store = Store();
  Put(store, 1, Mutable(5, "five"));
  EXPECT_EQ(Put(store, 1, Mutable(4, "four")), Refusal::kSeqTooLow);
  EXPECT_EQ(Put(store, 1, Mutable(5, "cinq")), Refusal::kSeqReused);
  EXPECT_EQ(Put(store, 1, Mutable(5, "five")), Refusal::kNone);
  EXPECT_EQ(Put(store, 1, Mutable(6, "six")), Refusal::kNone);
  EXPECT_EQ(Put(store, 1, Mutable(INT64_MAX, "most")), Refusal::kNone);
  EXPECT_EQ(store.Get(kStart, IdOf(1))->seq, INT64_MAX);
}

TEST(RecordStore, CasCountsOnlyWhereSomethingIsStored) {
  RecordStore store = Store();
  EXPECT_EQ(Put(store, 1, Mutable(5, "five"), 99), Refusal::kNone);
  EXPECT_EQ(Put(store, 1, Mutable(6, "six"), 4), Refusal::kCasMismatch);
  EXPECT_EQ(Put(store, 1, Mutable(4, "four"), 4), Refusal::kCasMismatch);
  EXPECT_EQ(Put(store, 1, Mutable(6, "six"), 5), Refusal::kNone);
  EXPECT_EQ(Put(store, 1, Mutable(5, "five"), 6), Refusal::kSeqTooLow);
}

// On hyperdht whoever puts a public key as an immutable value meets the target of that
// key's mutable record.
TEST(RecordStore, AnImmutableRecordDoesNotTakeThePlaceOfAMutableOne) {
  RecordStore store = Store();
  Put(store, 1, Mutable(5, "five"));
  EXPECT_NE(Put(store, 1, Immutable(32)), Refusal::kNone);
  EXPECT_EQ(*store.Get(kStart, IdOf(1)), Mutable(5, "five"));
}

TEST(RecordStore, AnImmutableRecordDoesNotKeepAMutableOneOut) {
  RecordStore store = Store();
  Put(store, 1, Immutable(32));
  EXPECT_EQ(Put(store, 1, Mutable(0, "zero"), 3), Refusal::kNone);
  EXPECT_EQ(*store.Get(kStart, IdOf(1)), Mutable(0, "zero"));
}

TEST(RecordStore, RecordsExpireAndPuttingAgainBeginsTheirTimeAnew) {
  RecordStore store = Store();
  Put(store, 1, Mutable(5, "five"));
  Put(store, 2, Immutable(10));
  Put(store, 2, Immutable(10), {}, kStart + hours(1));
  EXPECT_TRUE(Has(store, 1, kStart + hours(2) - seconds(1)));
  EXPECT_FALSE(Has(store, 1, kStart + hours(2)));
  EXPECT_TRUE(Has(store, 2, kStart + hours(2)));
  store.ForgetExpired(kStart + hours(2));
  EXPECT_EQ(store.size(), 1u);
  EXPECT_EQ(store.bytes(), 10u);
}

TEST(RecordStore, WhatHasExpiredBindsNobody) {
  RecordStore store = Store();
  Put(store, 1, Mutable(5, "five"));
  EXPECT_EQ(Put(store, 1, Mutable(1, "one"), 77, kStart + hours(3)), Refusal::kNone);
  EXPECT_EQ(store.bytes(), 3u);
}

TEST(RecordStore, TheFarthestMakesWayForACloserOne) {
  RecordStore store = Store(3);
  for (const uint64_t target : {10, 20, 30}) Put(store, target, Immutable(5));
  EXPECT_EQ(Put(store, 40, Immutable(5)), Refusal::kServer);
  EXPECT_EQ(Put(store, 15, Immutable(5)), Refusal::kNone);
  EXPECT_FALSE(Has(store, 30));
  EXPECT_TRUE(Has(store, 10) && Has(store, 15) && Has(store, 20));
}

TEST(RecordStore, WhatHasExpiredMakesWayForAFartherOne) {
  RecordStore store = Store(2);
  Put(store, 1, Immutable(5));
  Put(store, 2, Immutable(5), {}, kStart + hours(1));
  EXPECT_EQ(Put(store, 40, Immutable(5), {}, kStart + hours(2)), Refusal::kNone);
  EXPECT_TRUE(Has(store, 2, kStart + hours(2)));
}

TEST(RecordStore, ARefusedRecordPushesNothingOut) {
  RecordStore store = Store(100, 1000);
  Put(store, 1, Immutable(900));
  Put(store, 30, Immutable(100));
  EXPECT_EQ(Put(store, 20, Immutable(200)), Refusal::kServer);
  EXPECT_TRUE(Has(store, 1) && Has(store, 30));
  EXPECT_EQ(store.bytes(), 1000u);
}

TEST(RecordStore, AnUpdateThatFindsNoRoomLeavesTheOldRecord) {
  RecordStore store = Store(100, 1000);
  Put(store, 1, Immutable(900));
  Put(store, 30, Mutable(1, "small"));
  EXPECT_EQ(Put(store, 30, Mutable(2, std::string(200, 'x'))), Refusal::kServer);
  ASSERT_TRUE(Has(store, 30));
  EXPECT_EQ(store.Get(kStart, IdOf(30))->seq, 1);
}

TEST(RecordStore, ARecordLargerThanTheStoreIsRefused) {
  RecordStore store = Store(100, 1000);
  EXPECT_EQ(Put(store, 1, Immutable(1001)), Refusal::kServer);
  EXPECT_EQ(Put(store, 1, Immutable(1000)), Refusal::kNone);
  RecordStore none = Store(0);
  EXPECT_EQ(Put(none, 1, Immutable(1)), Refusal::kServer);
}

// Random operations against a list that is searched from end to end.
TEST(RecordStore, BehavesAsASimpleModel) {
  crypto::SeededRandom random(1);
  for (int run = 0; run < 30; ++run) {
    const NodeId own = RandomId(random, 20);
    RecordStore store({.max_records = 12, .max_bytes = 600, .lifetime = seconds(100)}, own);
    std::map<NodeId, std::pair<Record, base::Time>> model;
    std::vector<NodeId> targets;
    for (int i = 0; i < 30; ++i) targets.push_back(RandomId(random, 20));
    base::Time now = kStart;
    for (int step = 0; step < 2000; ++step) {
      now += seconds(Draw(random, 5));
      const NodeId& target = targets[Draw(random, targets.size())];
      if (Draw(random, 10) == 0) {
        store.ForgetExpired(now);
        std::erase_if(model, [&](const auto& it) { return it.second.second <= now; });
      } else {
        const Record record = Mutable(static_cast<int64_t>(Draw(random, 4)),
                                      std::string(Draw(random, 150), 'v'), Draw(random, 20));
        const auto before = model.find(target);
        const Refusal refusal = store.Put(now, target, record, {}, Local(1));
        if (refusal == Refusal::kSeqTooLow || refusal == Refusal::kSeqReused) {
          ASSERT_TRUE(before != model.end() && before->second.second > now);
          ASSERT_LE(record.seq, before->second.first.seq);
        } else if (refusal == Refusal::kNone) {
          model[target] = {record, now + seconds(100)};
        }
      }
      // Whoever is gone from the store was farther than all that stayed, or had expired.
      size_t bytes = 0;
      std::erase_if(model, [&](const auto& it) {
        const bool kept = store.Get(now, it.first) != nullptr;
        if (kept) {
          EXPECT_EQ(*store.Get(now, it.first), it.second.first);
          return false;
        }
        return it.first != target || it.second.second <= now;
      });
      for (const auto& [id, it] : model) bytes += it.first.value.size() + it.first.salt.size();
      ASSERT_LE(store.size(), 12u);
      ASSERT_LE(store.bytes(), 600u);
      ASSERT_GE(store.bytes(), bytes);
    }
    store.ForgetExpired(now + hours(1));
    EXPECT_EQ(store.size(), 0u);
    EXPECT_EQ(store.bytes(), 0u);
  }
}

// Where all records have one size, what is kept are the closest ever seen.
TEST(RecordStore, KeepsTheClosestOfAllItWasGiven) {
  crypto::SeededRandom random(2);
  for (const size_t id_bytes : {20, 32}) {
    const NodeId own = RandomId(random, id_bytes);
    RecordStore store({.max_records = 50, .lifetime = hours(2)}, own);
    const std::vector<Contact> targets = RandomContacts(random, 1000, id_bytes);
    for (const Contact& target : targets) store.Put(kStart, target.id, Immutable(7), {}, Local(1));
    EXPECT_EQ(store.size(), 50u);
    for (const NodeId& target : ClosestByBruteForce(own, targets, 50)) {
      EXPECT_NE(store.Get(kStart, target), nullptr);
    }
  }
}

// One that rents an address must not fill what is kept for everybody.
TEST(RecordStore, OneAddressPutsNoMoreThanItsShare) {
  RecordStore store({.max_records_of_address = 2, .lifetime = hours(2)}, kOwn);
  const auto put = [&](uint64_t target, const base::Endpoint& from, base::Time now = kStart) {
    return store.Put(now, IdOf(target), Immutable(5), {}, from);
  };
  EXPECT_EQ(put(1, Host(1)), Refusal::kNone);
  EXPECT_EQ(put(2, Host(1)), Refusal::kNone);
  EXPECT_EQ(put(3, Host(1, 9)), Refusal::kServer);
  EXPECT_EQ(put(3, Host(2)), Refusal::kNone);
  // Again is no more; and what expired does not count.
  EXPECT_EQ(put(2, Host(1), kStart + hours(1)), Refusal::kNone);
  EXPECT_EQ(put(3, Host(1), kStart + hours(1)), Refusal::kNone);
  EXPECT_EQ(put(4, Host(1), kStart + hours(2)), Refusal::kNone);
  EXPECT_EQ(put(5, Host(1), kStart + hours(2)), Refusal::kServer);
  for (uint64_t target = 10; target < 20; ++target) {
    EXPECT_EQ(put(target, Local(1)), Refusal::kNone);
  }
}

}  // namespace
}  // namespace shadw::dht
