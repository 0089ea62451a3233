// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/names/name_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "libshadw/dht/hyper/hyperdht.h"
#include "libshadw/dht/krpc/mainline.h"
#include "libshadw/dht/names/name_slot.h"
#include "name_examples.h"

namespace shadw::dht::names {
namespace {

using enum absl::StatusCode;
using testing::HasSubstr;

constexpr base::Time kNow = kBegin + std::chrono::hours(1);

Name PrinterName() { return Printer(1).name; }

NameRecord Other(uint64_t seq) {
  NameFacts facts = ServiceFacts();
  facts.capabilities.clear();
  return *MakeRecord(Owner(), "printer", facts, seq);
}

NameRecord Tombstone(uint64_t seq) { return *RevokeRecord(Owner(), Printer(seq - 1), kBegin); }

void ExpectRefused(const absl::Status& status, absl::StatusCode code, const std::string& why) {
  EXPECT_EQ(status.code(), code) << why;
  EXPECT_THAT(std::string(status.message()), HasSubstr(why));
}

GetReport Found(const Protocol& protocol, const std::vector<NameRecord>& records) {
  GetReport report;
  for (const NameRecord& record : records) {
    report.versions.push_back({.record = *ToDhtRecord(protocol, Seed(), record), .agreed = 1});
  }
  return report;
}

TEST(Accept, TakesWhatIsGenuineAndNewer) {
  const NameRecord known = Printer(2);
  for (const NameRecord& candidate : {Printer(2), Printer(3), Other(7), Tombstone(3)}) {
    EXPECT_TRUE(Accept(kNow, PrinterName(), &known, candidate).ok());
    EXPECT_TRUE(Accept(kNow, PrinterName(), nullptr, candidate).ok());
  }
}

TEST(Accept, RefusesEachByName) {
  const NameRecord known = Printer(2);
  const auto refusal = [&](const NameRecord& candidate, base::Time now = kNow) {
    return Accept(now, PrinterName(), &known, candidate);
  };
  ExpectRefused(refusal(Printer(1)), kAborted, "lower sequence 1, need at least 2");
  ExpectRefused(refusal(Other(2)), kAlreadyExists, "same sequence with other content");
  ExpectRefused(refusal(*MakeRecord(Stranger(), "printer", ServiceFacts(), 3)), kPermissionDenied,
                "another owner");
  ExpectRefused(refusal(*MakeRecord(Owner(), "scanner", ServiceFacts(), 3)), kPermissionDenied,
                "another label");
  ExpectRefused(refusal(Printer(3), kEnd), kFailedPrecondition, "expired at 1700086400");
  ExpectRefused(refusal(Printer(3), kBegin - kMaxNameSkew - base::Duration(1)), kFailedPrecondition,
                "not valid before 1700000000");
  NameRecord forged = Printer(3);
  forged.facts.addresses.pop_back();
  ExpectRefused(refusal(forged), kPermissionDenied, "forged");
  forged = *MakeRecord(Stranger(), "printer", ServiceFacts(), 3);
  forged.name.owner = Owner().public_key();
  ExpectRefused(refusal(forged), kPermissionDenied, "forged");
  NameRecord illegal = Printer(3);
  illegal.seq = 0;
  ExpectRefused(refusal(illegal), kInvalidArgument, "sequence number 0");
  const NameRecord end = Tombstone(3);
  ExpectRefused(Accept(kNow, PrinterName(), &end, Printer(4)), kFailedPrecondition, "revoked name");
}

TEST(Accept, ExpiresAtTheInstantAndAllowsForTheSkew) {
  const auto ok = [](base::Time now) {
    return Accept(now, PrinterName(), nullptr, Printer(1)).ok();
  };
  EXPECT_TRUE(ok(kEnd - base::Duration(1)));
  EXPECT_FALSE(ok(kEnd));
  EXPECT_TRUE(ok(kBegin - kMaxNameSkew));
}

TEST(Accept, TombstoneEndsAndTheNameGoesOnAboveIt) {
  const NameRecord end = Tombstone(3);
  NameFacts after = ServiceFacts();
  after.created = kEnd;
  after.expires = kEnd + std::chrono::hours(1);
  const auto code = [&](uint64_t seq) {
    return Accept(kEnd, PrinterName(), &end, *MakeRecord(Owner(), "printer", after, seq)).code();
  };
  EXPECT_EQ(code(2), kAborted);
  EXPECT_EQ(code(3), kAlreadyExists);
  EXPECT_EQ(code(4), kOk);
}

TEST(NameBook, EndsAtTheSameRecordInWhicheverOrderTheyCome) {
  for (const bool with_tombstone : {false, true}) {
    std::vector<NameRecord> records = {Printer(1), Other(2), Printer(3), Other(5)};
    if (with_tombstone) records[1] = Tombstone(2);
    std::vector<size_t> order = {0, 1, 2, 3};
    do {
      NameBook book;
      for (const size_t i : order) book.Offer(kNow, PrinterName(), records[i]).IgnoreError();
      EXPECT_EQ(*book.Latest(PrinterName()), with_tombstone ? records[1] : records[3]);
    } while (std::ranges::next_permutation(order).found);
  }
}

TEST(NameBook, FindsTheBestOfSeveralVersionsOnBothNetworks) {
  for (const Protocol* protocol : {&krpc::Mainline(), &hyper::Hyperdht()}) {
    NameBook book;
    GetReport report = Found(*protocol, {Printer(4), Other(2), Printer(1)});
    report.versions[2].record.value = protocol->WrapBytes(base::AsBytes("noise"));
    const Resolution found = book.Take(kNow, *protocol, PrinterName(), report);
    EXPECT_EQ(found.record, Printer(4));
    EXPECT_FALSE(found.revoked);
    ASSERT_EQ(found.refused.size(), 2);
    EXPECT_EQ(found.refused[0].code(), kDataLoss);
    ExpectRefused(found.refused[1], kAborted, "lower sequence");
    EXPECT_EQ(book.Find(kNow, PrinterName()).value(), Printer(4));
  }
}

TEST(NameBook, PeersDoNotChooseBetweenTwoOfOneNumber) {
  std::optional<NameRecord> chosen;
  for (const bool turned : {false, true}) {
    NameBook book;
    std::vector<NameRecord> both = {Printer(2), Other(2)};
    if (turned) std::swap(both[0], both[1]);
    const auto found =
        book.Take(kNow, krpc::Mainline(), PrinterName(), Found(krpc::Mainline(), both));
    ASSERT_TRUE(found.record.has_value());
    ASSERT_EQ(found.refused.size(), 1);
    EXPECT_EQ(found.refused[0].code(), kAlreadyExists);
    EXPECT_EQ(*found.record, chosen.value_or(*found.record));
    chosen = found.record;
  }
}

TEST(NameBook, KnowsARevokedNameAsSuch) {
  NameBook book;
  const Resolution found = book.Take(kNow, krpc::Mainline(), PrinterName(),
                                     Found(krpc::Mainline(), {Printer(9), Tombstone(3)}));
  EXPECT_TRUE(found.revoked);
  EXPECT_FALSE(found.record.has_value());
  ExpectRefused(found.refused.at(0), kFailedPrecondition, "revoked name");
  ExpectRefused(book.Find(kNow, PrinterName()).status(), kFailedPrecondition, "revoked");
}

TEST(NameBook, DoesNotGoBackWhereNothingNewerIsFound) {
  NameBook book;
  ASSERT_TRUE(book.Offer(kNow, PrinterName(), Printer(5)).ok());
  const Resolution found =
      book.Take(kNow, krpc::Mainline(), PrinterName(), Found(krpc::Mainline(), {Printer(4)}));
  EXPECT_EQ(found.record, Printer(5));
  EXPECT_EQ(found.refused.size(), 1);
  EXPECT_FALSE(book.Take(kEnd, krpc::Mainline(), PrinterName(), {}).record.has_value());
}

TEST(NameBook, ForgetsWhatExpiredAndWhatItIsToldTo) {
  NameBook book;
  EXPECT_EQ(book.Find(kNow, PrinterName()).status().code(), kNotFound);
  ASSERT_TRUE(book.Offer(kNow, PrinterName(), Printer(5)).ok());
  book.ForgetExpired(kEnd - base::Duration(1));
  EXPECT_EQ(book.size(), 1);
  ExpectRefused(book.Find(kEnd, PrinterName()).status(), kFailedPrecondition, "expired");
  book.ForgetExpired(kEnd);
  EXPECT_EQ(book.size(), 0);
  ASSERT_TRUE(book.Offer(kNow, PrinterName(), Printer(1)).ok());
  book.Forget(PrinterName());
  EXPECT_EQ(book.Latest(PrinterName()), nullptr);
}

TEST(NameBook, IsFullAtItsLimitStillUpdatesAndMakesRoomOfWhatExpired) {
  NameBook book;
  for (size_t i = 0; i < kMaxKnownNames; ++i) {
    const NameRecord record = *MakeRecord(Owner(), std::to_string(i), ServiceFacts());
    ASSERT_TRUE(book.Offer(kNow, record.name, record).ok());
  }
  EXPECT_EQ(book.Offer(kNow, PrinterName(), Printer(1)).code(), kResourceExhausted);
  const NameRecord next = *MakeRecord(Owner(), "7", ServiceFacts(), 2);
  EXPECT_TRUE(book.Offer(kNow, next.name, next).ok());
  NameFacts after = ServiceFacts();
  after.created = kEnd;
  after.expires = kEnd + std::chrono::hours(1);
  const NameRecord later = *MakeRecord(Owner(), "printer", after);
  EXPECT_TRUE(book.Offer(kEnd, PrinterName(), later).ok());
  EXPECT_EQ(book.size(), 1);
}

}  // namespace
}  // namespace shadw::dht::names
