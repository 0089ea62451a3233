// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/routing_table.h"

#include <gtest/gtest.h>

#include "tests/dht/strangers.h"

namespace shadw::dht {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using Verdict = RoutingTable::Verdict;

constexpr NodeId kZero{};

// Every one in a bucket of two, to fill it quickly.
RoutingTable Small(const TableOptions& options = {.bucket_size = 2}) {
  return RoutingTable(kStart, kZero, options);
}

std::vector<NodeId> Closest(const RoutingTable& table, const NodeId& target, size_t count) {
  std::vector<Contact> found;
  table.Closest(target, count,
                [&](const RoutingTable::Entry& entry) { found.push_back(entry.contact); });
  return ClosestByBruteForce(target, found, found.size());
}

std::vector<Contact> Suspects(const RoutingTable& table, base::Time now, size_t bucket) {
  std::vector<Contact> suspects;
  table.Suspects(now, bucket, [&](const Contact& contact) { suspects.push_back(contact); });
  return suspects;
}

size_t Contacts(const RoutingTable& table) {
  size_t contacts = 0;
  for (const RoutingTable::Bucket& bucket : table.buckets()) contacts += bucket.contacts.size();
  return contacts;
}

TEST(RoutingTable, StartsAsOneBucketAndSplitsOnlyWhenItIsFull) {
  RoutingTable table = Small();
  EXPECT_EQ(table.Answered(kStart, {Sharing(0, 1), Host(1)}, {}), Verdict::kKept);
  EXPECT_EQ(table.Answered(kStart, {Sharing(1, 2), Host(2)}, {}), Verdict::kKept);
  EXPECT_EQ(table.buckets().size(), 1u);
  EXPECT_EQ(table.Answered(kStart, {Sharing(2, 3), Host(3)}, {}), Verdict::kKept);
  EXPECT_EQ(table.buckets().size(), 2u);
  EXPECT_EQ(table.size(), 3u);
}

TEST(RoutingTable, EveryBucketButTheLastSharesExactlyItsNumberOfBits) {
  crypto::SeededRandom random(1);
  for (const size_t id_bytes : {20, 32}) {
    const NodeId own = RandomId(random, id_bytes);
    RoutingTable table(kStart, own, {});
    for (const Contact& contact : RandomContacts(random, 3000, id_bytes)) {
      table.Answered(kStart, contact, {});
    }
    ASSERT_GT(table.buckets().size(), 5u);
    for (size_t i = 0; i < table.buckets().size(); ++i) {
      for (const RoutingTable::Entry& entry : table.buckets()[i].contacts) {
        const auto bits = static_cast<size_t>(SharedPrefixBits(own, entry.contact.id));
        const bool last = i + 1 == table.buckets().size();
        EXPECT_TRUE(last ? bits >= i : bits == i);
      }
    }
    EXPECT_EQ(table.size(), Contacts(table));
  }
}

TEST(RoutingTable, AFullBucketKeepsItsOldContactsAndLetsNewcomersWait) {
  RoutingTable table = Small();
  for (uint32_t i = 1; i <= 2; ++i) table.Answered(kStart, {Sharing(0, i), Host(i)}, {});
  EXPECT_EQ(table.Answered(kStart, {Sharing(0, 3), Host(3)}, {}), Verdict::kWaits);
  EXPECT_EQ(table.size(), 2u);
  EXPECT_NE(table.Find(Sharing(0, 1)), nullptr);
  EXPECT_NE(table.Find(Sharing(0, 2)), nullptr);
  EXPECT_EQ(table.Find(Sharing(0, 3)), nullptr);
}

TEST(RoutingTable, OfThoseThatWaitTheOneWithTheLowestRoundTripIsPromoted) {
  RoutingTable table = Small();
  for (uint32_t i = 1; i <= 2; ++i) table.Answered(kStart, {Sharing(0, i), Host(i)}, {});
  table.Answered(kStart, {Sharing(0, 3), Host(3)}, milliseconds(90));
  table.Answered(kStart, {Sharing(0, 4), Host(4)}, milliseconds(20));
  table.Remove({Sharing(0, 1), Host(1)});
  EXPECT_EQ(table.size(), 2u);
  EXPECT_NE(table.Find(Sharing(0, 4)), nullptr);
  EXPECT_EQ(table.Find(Sharing(0, 3)), nullptr);
}

TEST(RoutingTable, TheReplacementHeardOfLongestAgoMakesWay) {
  RoutingTable table = Small();
  for (uint32_t i = 1; i <= 2; ++i) table.Answered(kStart, {Sharing(0, i), Host(i)}, {});
  for (uint32_t i = 3; i <= 5; ++i) {
    table.Answered(kStart + seconds(i), {Sharing(0, i), Host(i)}, milliseconds(i));
  }
  ASSERT_EQ(table.buckets()[0].replacements.size(), 2u);
  table.Remove({Sharing(0, 1), Host(1)});
  table.Remove({Sharing(0, 2), Host(2)});
  EXPECT_EQ(table.Find(Sharing(0, 3)), nullptr);
  EXPECT_NE(table.Find(Sharing(0, 4)), nullptr);
  EXPECT_NE(table.Find(Sharing(0, 5)), nullptr);
}

TEST(RoutingTable, OneSubnetHasItsShareOfABucketAndNoMore) {
  RoutingTable table = Small({.bucket_size = 8});
  const auto of_one_subnet = [](uint8_t host) { return base::Endpoint::V4(9, 9, 9, host, 1); };
  EXPECT_EQ(table.Answered(kStart, {Sharing(0, 1), of_one_subnet(1)}, {}), Verdict::kKept);
  EXPECT_EQ(table.Answered(kStart, {Sharing(0, 2), of_one_subnet(2)}, {}), Verdict::kKept);
  EXPECT_EQ(table.Answered(kStart, {Sharing(0, 3), of_one_subnet(3)}, {}), Verdict::kRefused);
  EXPECT_EQ(table.Answered(kStart, {Sharing(0, 4), Host(4)}, {}), Verdict::kKept);
}

TEST(RoutingTable, OneSubnetHasItsShareOfTheTableAndNoMore) {
  for (const bool v6 : {false, true}) {
    RoutingTable table = Small({.bucket_size = 2, .max_per_subnet = 5});
    size_t kept = 0;
    for (uint16_t i = 0; i < 40; ++i) {
      const base::Endpoint endpoint = v6 ? Host6(7, static_cast<uint16_t>(i + 1))
                                         : base::Endpoint::V4(9, 9, 9, static_cast<uint8_t>(i), 1);
      kept += table.Answered(kStart, {Sharing(i / 2, i), endpoint}, {}) == Verdict::kKept;
    }
    EXPECT_EQ(kept, 5u);
  }
}

TEST(RoutingTable, LocalAddressesAreExemptFromTheSubnetLimits) {
  RoutingTable table = Small({.bucket_size = 8, .max_per_subnet = 2});
  for (uint16_t i = 1; i <= 8; ++i) {
    EXPECT_EQ(table.Answered(kStart, {Sharing(0, i), Local(i)}, {}), Verdict::kKept);
  }
}

TEST(RoutingTable, APromotedReplacementStillHasToFitItsSubnetsShare) {
  RoutingTable table = Small({.bucket_size = 2, .max_per_subnet_in_bucket = 1});
  table.Answered(kStart, {Sharing(0, 1), base::Endpoint::V4(9, 9, 9, 1, 1)}, {});
  table.Answered(kStart, {Sharing(0, 2), Host(2)}, {});
  table.Answered(kStart, {Sharing(0, 3), base::Endpoint::V4(9, 9, 9, 3, 1)}, milliseconds(1));
  table.Answered(kStart, {Sharing(0, 4), Host(4)}, milliseconds(500));
  table.Remove({Sharing(0, 2), Host(2)});
  EXPECT_EQ(table.Find(Sharing(0, 3)), nullptr);
  EXPECT_NE(table.Find(Sharing(0, 4)), nullptr);
}

// One rented network must not flush out everybody who waits for a place.
TEST(RoutingTable, OneSubnetHasItsShareOfThoseWhoWaitAndNoMore) {
  RoutingTable table = Small({.bucket_size = 4, .max_per_subnet_in_bucket = 2});
  uint64_t tail = 0;
  for (uint32_t host = 1; host <= 4; ++host) {
    table.Answered(kStart, {Sharing(0, ++tail), Host(host)}, {});
    table.Answered(kStart, {Sharing(1, ++tail), Host(10 + host)}, {});
  }
  const auto& waiting = table.buckets()[0].replacements;
  for (uint32_t host = 20; host < 24; ++host) {
    EXPECT_EQ(table.Answered(kStart, {Sharing(0, ++tail), Host(host)}, {}), Verdict::kWaits);
  }
  for (uint16_t port = 1; port <= 20; ++port) {
    table.Answered(kStart + seconds(port), {Sharing(0, ++tail), Host(99, port)}, {});
  }
  ASSERT_EQ(waiting.size(), 4u);
  size_t of_subnet = 0;
  for (const RoutingTable::Entry& entry : waiting) {
    of_subnet += entry.contact.endpoint.Subnet() == Host(99).Subnet();
  }
  EXPECT_EQ(of_subnet, 2u);
  // Nor by claiming the ids of those who wait.
  const Contact claimed{waiting[0].contact.id, Host(77)};
  if (waiting[0].contact.endpoint.Subnet() != Host(77).Subnet()) {
    EXPECT_EQ(table.Answered(kStart, claimed, {}), Verdict::kRefused);
  }
}

TEST(RoutingTable, WhoMovesToAnotherSubnetHasToFitItsShareToo) {
  RoutingTable table = Small({.bucket_size = 8, .max_per_subnet_in_bucket = 1});
  table.Answered(kStart, {Sharing(0, 1), base::Endpoint::V4(9, 9, 9, 1, 1)}, {});
  table.Answered(kStart, {Sharing(0, 2), Host(2)}, {});
  table.Silent({Sharing(0, 2), Host(2)});
  EXPECT_EQ(table.Answered(kStart, {Sharing(0, 2), base::Endpoint::V4(9, 9, 9, 2, 1)}, {}),
            Verdict::kRefused);
  EXPECT_EQ(table.Answered(kStart, {Sharing(0, 2), Host(3)}, {}), Verdict::kKept);
}

TEST(RoutingTable, AnIdIsTakenOverOnlyFromAContactThatFailed) {
  RoutingTable table = Small();
  const NodeId id = Sharing(0, 1);
  table.Answered(kStart, {id, Host(1)}, {});
  EXPECT_EQ(table.Answered(kStart, {id, Host(2)}, {}), Verdict::kRefused);
  EXPECT_EQ(table.Find(id)->contact.endpoint, Host(1));
  table.Silent({id, Host(1)});
  EXPECT_EQ(table.Answered(kStart, {id, Host(2)}, {}), Verdict::kKept);
  EXPECT_EQ(table.Find(id)->contact.endpoint, Host(2));
  EXPECT_EQ(table.size(), 1u);
}

// Liars name the ids of honest contacts with addresses where nobody, or another, answers.
TEST(RoutingTable, WhatHappensAtAnotherAddressIsNotHeldAgainstAContact) {
  RoutingTable table = Small();
  table.Answered(kStart, {Sharing(0, 1), Host(1)}, {});
  for (int i = 0; i < 5; ++i) table.Silent({Sharing(0, 1), Host(2)});
  table.Remove({Sharing(0, 1), Host(2)});
  ASSERT_NE(table.Find(Sharing(0, 1)), nullptr);
  EXPECT_EQ(table.Find(Sharing(0, 1))->failures, 0);
}

TEST(RoutingTable, OurselvesAreNoContact) {
  RoutingTable table = Small();
  EXPECT_EQ(table.Answered(kStart, {kZero, Host(1)}, {}), Verdict::kRefused);
  EXPECT_FALSE(table.Asked(kStart, {kZero, Host(1)}));
  EXPECT_EQ(table.size(), 0u);
}

TEST(RoutingTable, AContactGoesAfterTheLastFailureItMayHave) {
  RoutingTable table = Small({.bucket_size = 2, .max_failures = 3});
  const Contact contact{Sharing(0, 1), Host(1)};
  table.Answered(kStart, contact, {});
  for (int i = 1; i <= 2; ++i) {
    table.Silent(contact);
    ASSERT_NE(table.Find(contact.id), nullptr);
    EXPECT_EQ(table.Find(contact.id)->failures, i);
  }
  table.Silent(contact);
  EXPECT_EQ(table.Find(contact.id), nullptr);
  EXPECT_EQ(table.size(), 0u);
}

TEST(RoutingTable, AnAnswerForgivesEarlierFailures) {
  RoutingTable table = Small();
  const Contact contact{Sharing(0, 1), Host(1)};
  table.Answered(kStart, contact, {});
  table.Silent(contact);
  table.Answered(kStart, contact, {});
  table.Silent(contact);
  EXPECT_NE(table.Find(contact.id), nullptr);
}

TEST(RoutingTable, AContactThatFailedLastTimeIsNotGivenOut) {
  RoutingTable table = Small();
  table.Answered(kStart, {Sharing(0, 1), Host(1)}, {});
  table.Answered(kStart, {Sharing(0, 2), Host(2)}, {});
  table.Silent({Sharing(0, 1), Host(1)});
  EXPECT_EQ(Closest(table, kZero, 8), std::vector{Sharing(0, 2)});
}

TEST(RoutingTable, AReplacementThatIsSilentLosesItsPlace) {
  RoutingTable table = Small();
  for (uint32_t i = 1; i <= 3; ++i) table.Answered(kStart, {Sharing(0, i), Host(i)}, {});
  table.Silent({Sharing(0, 3), Host(3)});
  EXPECT_TRUE(table.buckets()[0].replacements.empty());
}

TEST(RoutingTable, TheClosestEqualBruteForceInRandomTables) {
  crypto::SeededRandom random(2);
  for (int run = 0; run < 60; ++run) {
    const size_t id_bytes = run % 2 == 0 ? 20 : 32;
    const NodeId own = RandomId(random, id_bytes);
    RoutingTable table(kStart, own, {.bucket_size = 1 + Draw(random, 20)});
    std::vector<Contact> kept;
    for (const Contact& contact : RandomContacts(random, Draw(random, 600), id_bytes)) {
      table.Answered(kStart, contact, {});
    }
    for (const RoutingTable::Bucket& bucket : table.buckets()) {
      for (const RoutingTable::Entry& entry : bucket.contacts) kept.push_back(entry.contact);
    }
    std::erase_if(kept, [&](const Contact& contact) {
      if (Draw(random, 10) > 0) return false;
      table.Silent(contact);
      return true;
    });
    for (int i = 0; i < 40; ++i) {
      // Near and far targets: ours, a contact's, and any.
      NodeId target = RandomId(random, id_bytes);
      if (i % 4 == 1) target = own;
      if (i % 4 == 2 && !kept.empty()) target = kept[Draw(random, kept.size())].id;
      const size_t count = Draw(random, kMaxBucketSize + 1);
      EXPECT_EQ(Closest(table, target, count), ClosestByBruteForce(target, kept, count));
    }
  }
}

TEST(RoutingTable, AnIdMadeForABucketBelongsIntoIt) {
  crypto::SeededRandom random(3);
  for (const size_t id_bytes : {20, 32}) {
    const NodeId own = RandomId(random, id_bytes);
    RoutingTable table(kStart, own, {.bucket_size = 1});
    for (int bits = 0; bits < static_cast<int>(8 * id_bytes); ++bits) {
      NodeId id = own;
      id.words[static_cast<size_t>(bits / 64)] ^= uint64_t{1} << (63 - bits % 64);
      table.Answered(kStart, {id, Local(static_cast<uint16_t>(bits + 1))}, {});
    }
    ASSERT_EQ(table.buckets().size(), 8 * id_bytes);
    for (size_t bucket = 0; bucket < table.buckets().size(); ++bucket) {
      const NodeId id = table.IdInBucket(bucket, RandomId(random, id_bytes));
      const auto bits = static_cast<size_t>(SharedPrefixBits(own, id));
      EXPECT_TRUE(bits == bucket || (bits > bucket && bucket + 1 == 8 * id_bytes));
    }
  }
}

TEST(RoutingTable, ANewIdSortsEveryContactAnew) {
  crypto::SeededRandom random(4);
  RoutingTable table(kStart, RandomId(random, 20), {});
  for (const Contact& contact : RandomContacts(random, 500, 20)) {
    table.Answered(kStart + seconds(3), contact, milliseconds(70));
  }
  std::vector<Contact> before;
  for (const RoutingTable::Bucket& bucket : table.buckets()) {
    for (const RoutingTable::Entry& entry : bucket.contacts) before.push_back(entry.contact);
  }
  const NodeId own = RandomId(random, 20);
  table.SetOwnId(kStart + minutes(5), own);
  EXPECT_EQ(table.own_id(), own);
  EXPECT_EQ(table.size(), Contacts(table));
  EXPECT_GT(table.size(), before.size() / 3);
  for (const RoutingTable::Bucket& bucket : table.buckets()) {
    for (const RoutingTable::Entry& entry : bucket.contacts) {
      EXPECT_NE(std::ranges::find(before, entry.contact), before.end());
      EXPECT_EQ(entry.rtt_ms, 70);
      EXPECT_EQ(entry.heard_s, 3u);  // a new id of ours is no sign of life of theirs
    }
  }
  // Those next to the new id are the ones that must not get lost.
  EXPECT_EQ(Closest(table, own, 4), ClosestByBruteForce(own, before, 4));
}

TEST(RoutingTable, OurNewIdIsNotKeptAsAContact) {
  RoutingTable table = Small();
  table.Answered(kStart, {Sharing(0, 1), Host(1)}, {});
  table.SetOwnId(kStart, Sharing(0, 1));
  EXPECT_EQ(table.size(), 0u);
}

TEST(RoutingTable, SuspectsAreThoseNotHeardOfAndThoseThatFailed) {
  RoutingTable table = Small({.bucket_size = 4, .suspect_after = seconds(100)});
  const Contact silent{Sharing(0, 1), Host(1)}, old{Sharing(0, 2), Host(2)};
  const Contact young{Sharing(0, 3), Host(3)};
  table.Answered(kStart, old, {});
  table.Answered(kStart + seconds(50), young, {});
  table.Answered(kStart + seconds(50), silent, {});
  EXPECT_TRUE(Suspects(table, kStart + seconds(99), 0).empty());
  EXPECT_EQ(Suspects(table, kStart + seconds(100), 0), std::vector{old});
  table.Silent(silent);
  EXPECT_EQ(Suspects(table, kStart + seconds(100), 0).size(), 2u);
}

TEST(RoutingTable, AContactThatAsksUsIsNoSuspect) {
  RoutingTable table = Small({.bucket_size = 4, .suspect_after = seconds(100)});
  const Contact contact{Sharing(0, 1), Host(1)};
  table.Answered(kStart, contact, {});
  EXPECT_FALSE(table.Asked(kStart + seconds(60), contact));
  EXPECT_TRUE(Suspects(table, kStart + seconds(120), 0).empty());
  // Another who uses its id says nothing about it.
  table.Asked(kStart + seconds(120), {contact.id, Host(9)});
  EXPECT_FALSE(Suspects(table, kStart + seconds(170), 0).empty());
}

TEST(RoutingTable, WhoAsksIsWorthAPingOnlyWhereThereIsRoom) {
  RoutingTable table = Small();
  EXPECT_TRUE(table.Asked(kStart, {Sharing(0, 1), Host(1)}));
  for (uint32_t i = 1; i <= 3; ++i) table.Answered(kStart, {Sharing(0, i), Host(i)}, {});
  EXPECT_FALSE(table.Asked(kStart, {Sharing(0, 4), Host(4)}));  // full, and one waits
  EXPECT_TRUE(table.Asked(kStart, {Sharing(1, 4), Host(4)}));   // the last can be split
  EXPECT_EQ(table.size(), 2u);                                  // asking is not answering
}

TEST(RoutingTable, ABucketIsStaleUntilALookupPassesThroughIt) {
  RoutingTable table = Small();
  for (uint32_t i = 1; i <= 3; ++i) table.Answered(kStart, {Sharing(int(i) % 2, i), Host(i)}, {});
  ASSERT_EQ(table.buckets().size(), 2u);
  const base::Time later = kStart + minutes(20);
  EXPECT_FALSE(table.IsStale(kStart + minutes(14), 0, minutes(15)));
  EXPECT_TRUE(table.IsStale(later, 0, minutes(15)));
  table.Touch(later, Sharing(0, 77));
  EXPECT_FALSE(table.IsStale(later, 0, minutes(15)));
  EXPECT_TRUE(table.IsStale(later, 1, minutes(15)));
}

TEST(RoutingTable, RoundTripsAreSmoothed) {
  RoutingTable table = Small();
  const Contact contact{Sharing(0, 1), Host(1)};
  table.Answered(kStart, contact, {});
  EXPECT_EQ(table.Find(contact.id)->rtt_ms, kUnknownRttMs);
  table.Answered(kStart, contact, milliseconds(80));
  table.Answered(kStart, contact, milliseconds(160));
  EXPECT_EQ(table.Find(contact.id)->rtt_ms, 90);
  table.Answered(kStart, contact, std::chrono::hours(24));
  EXPECT_LT(table.Find(contact.id)->rtt_ms, kUnknownRttMs);
}

// An answer without a measurement leaves the measured round trip as it was.
TEST(RoutingTable, AnAnswerOfUnknownRoundTripKeepsTheKnownOne) {
  RoutingTable table = Small();
  const Contact contact{Sharing(0, 1), Host(1)};
  table.Answered(kStart, contact, milliseconds(80));
  table.Answered(kStart, contact, {});
  EXPECT_EQ(table.Find(contact.id)->rtt_ms, 80);
}

TEST(RoutingTable, RefusesOptionsOutOfRange) {
  EXPECT_TRUE(TableOptions{}.Validate().ok());
  for (const TableOptions& options :
       {TableOptions{.bucket_size = 0}, TableOptions{.bucket_size = kMaxBucketSize + 1},
        TableOptions{.max_per_subnet_in_bucket = 0}, TableOptions{.max_per_subnet = 0},
        TableOptions{.suspect_after = milliseconds(1)}, TableOptions{.max_failures = 0}}) {
    EXPECT_EQ(options.Validate().code(), absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace shadw::dht
