// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/names/name_record.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "libshadw/base/coding.h"
#include "libshadw/crypto/random.h"
#include "name_examples.h"

namespace shadw::dht::names {
namespace {

using enum absl::StatusCode;

// The golden values were computed apart from this library, by hashes and the curve's
// formulas in big integers.
TEST(NamespaceId, IsTheGoldenHash) {
  EXPECT_EQ(base::ToHex(Printer(1).name.id()),
            "9b818a8d94bc6be0935e0332519526edc75ab806dfc458a44508fd437241d0b1");
}

TEST(NamespaceId, TellsOwnersAndLabelsApart) {
  const auto& owner = Owner().public_key();
  EXPECT_EQ(NamespaceIdOf(owner, "a"), NamespaceIdOf(owner, "a"));
  EXPECT_NE(NamespaceIdOf(owner, "a"), NamespaceIdOf(owner, "b"));
  EXPECT_NE(NamespaceIdOf(owner, "a"), NamespaceIdOf(Stranger().public_key(), "a"));
}

TEST(DiscoveryKey, IsHypercores) {
  EXPECT_EQ(base::ToHex(DiscoveryKey(base::ByteArray<32>{})),
            "6b7ecf9ce456d56e5145ec4c5661e0c79ee47ddcc9c0504e90aa6fd60746365c");
}

TEST(NameRecord, IsTheGoldenBytes) {
  EXPECT_EQ(base::ToHex(EncodeRecord(Printer(3))),
            "73686164772f6e616d652f7631010003a107bff3ce10be1d70dd18e74bc09967"
            "e4d6309ba50d5f1ddc8664125531b8070000007072696e746572030000000000"
            "000000002a36fe9c9717000079c792eb971702000000040a00000149c2062001"
            "0db8000000000000000000000001e11a02000000030000006970700400000073"
            "63616eee3a11ee5fc2487795f57099cb601cf78e4c649916e071752eb50aeda9"
            "75ca23b83a8fe7c8823825bb06944667a127bcd83db63dbf6eb4a7c04efcd33a"
            "998004");
}

TEST(NameRecord, TombstoneIsTheGoldenBytes) {
  const auto tombstone = RevokeRecord(Owner(), Printer(3), kBegin + std::chrono::seconds(100));
  EXPECT_EQ(base::ToHex(EncodeRecord(tombstone.value())),
            "73686164772f6e616d652f7631010103a107bff3ce10be1d70dd18e74bc09967"
            "e4d6309ba50d5f1ddc8664125531b8070000007072696e746572040000000000"
            "000000e8a07e159d9717000079c792eb971700000000000000003a79603dfcc7"
            "ca077d8ec159c49342f8bd68a9a02704fabfe4b36c05c7f5b903c66189241dbd"
            "cdada07c95be19f17bbc58d33f26eb6bf9ef7e40b38e37473104");
}

TEST(NameRecord, IsReadAsItWasWritten) {
  crypto::SeededRandom random(5);
  for (size_t i = 0; i < 200; ++i) {
    const auto draw = random.Array<4>();
    NameFacts facts{.kind = static_cast<NameKind>(draw[0] % 2),
                    .created = kBegin + base::Duration(draw[1]),
                    .expires = kEnd + base::Duration(draw[2])};
    for (size_t k = 0; k < i % (kMaxNameAddresses + 1); ++k) {
      facts.addresses.push_back(base::Endpoint::V4(1, 2, 3, 4, static_cast<uint16_t>(k + 1)));
    }
    for (size_t k = 0; k < draw[3] % (kMaxCapabilities + 1); ++k) {
      facts.capabilities.push_back(std::string(k + 1, 'c'));
    }
    const std::string label(i % kMaxLabelBytes + 1, static_cast<char>(draw[0]));
    const NameRecord record = MakeRecord(Owner(), label, facts, i + 1).value();
    EXPECT_TRUE(VerifyRecord(record).ok());
    EXPECT_LE(EncodeRecord(record).size(), kMaxNameBytes);
    EXPECT_EQ(DecodeRecord(EncodeRecord(record)).value(), record);
  }
}

TEST(NameRecord, PutsCapabilitiesInOrderOnce) {
  NameFacts facts = ServiceFacts();
  facts.capabilities = {"b", "a", "b"};
  EXPECT_EQ(MakeRecord(Owner(), "x", facts)->facts.capabilities,
            (std::vector<std::string>{"a", "b"}));
}

TEST(NameRecord, OverALimitIsNotMade) {
  const std::vector<std::function<void(NameFacts&)>> spoil = {
      [](NameFacts& it) { it.addresses.assign(kMaxNameAddresses + 1, it.addresses[0]); },
      [](NameFacts& it) { it.addresses[0].port = 0; },
      [](NameFacts& it) { it.addresses[1].address = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 9}; },
      [](NameFacts& it) { it.capabilities = {""}; },
      [](NameFacts& it) { it.capabilities = {"a b"}; },
      [](NameFacts& it) { it.capabilities = {"\x7f"}; },
      [](NameFacts& it) { it.capabilities = {std::string(kMaxCapabilityBytes + 1, 'c')}; },
      [](NameFacts& it) { it.expires = it.created; },
      [](NameFacts& it) { it.created = base::FromUnixNanos(-1); },
      [](NameFacts& it) {
        for (char c = 'a'; c < 'a' + 17; ++c) it.capabilities.emplace_back(1, c);
      },
      [](NameFacts& it) {  // each within its limit, all together not
        it.addresses.assign(kMaxNameAddresses, it.addresses[1]);
        for (char c = 'a'; c < 'a' + 16; ++c) it.capabilities.emplace_back(32, c);
      }};
  for (size_t i = 0; i < spoil.size(); ++i) {
    NameFacts facts = ServiceFacts();
    spoil[i](facts);
    EXPECT_EQ(MakeRecord(Owner(), "x", facts).status().code(), kInvalidArgument) << i;
  }
  const auto code = [](std::string_view label, uint64_t seq) {
    return MakeRecord(Owner(), label, ServiceFacts(), seq).status().code();
  };
  EXPECT_EQ(code("", 1), kInvalidArgument);
  EXPECT_EQ(code(std::string(kMaxLabelBytes + 1, 'x'), 1), kInvalidArgument);
  EXPECT_EQ(code("x", 0), kInvalidArgument);
  EXPECT_EQ(code("x", kMaxNameSeq + 1), kInvalidArgument);
  EXPECT_EQ(code(std::string(kMaxLabelBytes, '\0'), kMaxNameSeq), kOk);
}

TEST(NameRecord, UpdateCountsUpAndRevokeEnds) {
  NameFacts moved = ServiceFacts();
  moved.addresses.pop_back();
  const NameRecord second = UpdateRecord(Owner(), Printer(1), moved).value();
  EXPECT_EQ(second, MakeRecord(Owner(), "printer", moved, 2).value());
  const NameRecord end = RevokeRecord(Owner(), second, kBegin).value();
  EXPECT_EQ(end.seq, 3);
  EXPECT_TRUE(end.revoked);
  EXPECT_EQ(end.facts.expires, kEnd);
  EXPECT_TRUE(VerifyRecord(end).ok());
  const base::Time later = kEnd + std::chrono::hours(1);
  EXPECT_EQ(RevokeRecord(Owner(), second, kBegin, later)->facts.expires, later);
}

TEST(NameRecord, UpdateAndRevokeRefuseByName) {
  const NameRecord end = RevokeRecord(Owner(), Printer(1), kBegin).value();
  const auto update = [](const crypto::Ed25519Signer& owner, const NameRecord& known) {
    return UpdateRecord(owner, known, ServiceFacts()).status().code();
  };
  EXPECT_EQ(update(Stranger(), Printer(1)), kPermissionDenied);
  EXPECT_EQ(update(Owner(), end), kFailedPrecondition);
  EXPECT_EQ(update(Owner(), Printer(kMaxNameSeq)), kResourceExhausted);
  EXPECT_EQ(RevokeRecord(Stranger(), Printer(1), kBegin).status().code(), kPermissionDenied);
  EXPECT_EQ(RevokeRecord(Owner(), end, kBegin).status().code(), kFailedPrecondition);
  EXPECT_EQ(RevokeRecord(Owner(), Printer(kMaxNameSeq), kBegin).status().code(),
            kResourceExhausted);
  EXPECT_EQ(RevokeRecord(Owner(), Printer(1), kEnd).status().code(), kInvalidArgument);
  NameFacts after = ServiceFacts();
  after.created = kEnd;
  after.expires = kEnd + std::chrono::hours(1);
  EXPECT_EQ(UpdateRecord(Owner(), end, after)->seq, 3);
}

TEST(NameRecord, IsNotReadWhereverItIsCutShortOrGoesOn) {
  base::Bytes bytes = EncodeRecord(Printer(3));
  for (size_t size = 0; size < bytes.size(); ++size) {
    const auto read = DecodeRecord(base::ByteSpan(bytes).first(size));
    ASSERT_FALSE(read.ok()) << size;
    EXPECT_EQ(read.status().code(), kDataLoss) << size;
  }
  bytes.push_back(0);
  EXPECT_EQ(DecodeRecord(bytes).status().code(), kDataLoss);
}

TEST(NameRecord, NoByteOfItCanBeChangedUnnoticed) {
  base::Bytes bytes = EncodeRecord(Printer(3));
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      bytes[at] ^= static_cast<uint8_t>(1 << bit);
      const auto read = DecodeRecord(bytes);
      if (read.ok()) {
        EXPECT_EQ(VerifyRecord(*read).code(), kPermissionDenied) << at;
        EXPECT_EQ(EncodeRecord(*read), bytes) << at;
      } else {
        EXPECT_EQ(read.status().code(), at == 12 ? kUnimplemented : kDataLoss) << at;
      }
      bytes[at] ^= static_cast<uint8_t>(1 << bit);
    }
  }
}

// As its owner could sign it, if he were hostile.
TEST(NameRecord, HasOneSpelling) {
  NameRecord record = Printer(3);
  std::swap(record.facts.capabilities[0], record.facts.capabilities[1]);
  EXPECT_EQ(DecodeRecord(EncodeRecord(record)).status().code(), kDataLoss);
  record.facts.capabilities[0] = record.facts.capabilities[1];
  EXPECT_EQ(DecodeRecord(EncodeRecord(record)).status().code(), kDataLoss);
  record = Printer(3);
  record.revoked = true;
  EXPECT_EQ(DecodeRecord(EncodeRecord(record)).status().code(), kDataLoss);
  EXPECT_EQ(VerifyRecord(record).code(), kInvalidArgument);
}

TEST(NameRecord, CountsThatPromiseTooMuchAreNotBelieved) {
  const base::Bytes bytes = EncodeRecord(Printer(3));
  constexpr size_t kLabelAt = 13 + 2 + 32, kAddressesAt = kLabelAt + 4 + 7 + 24;
  for (const size_t at : {kLabelAt, kAddressesAt, kAddressesAt + 4 + 7 + 19}) {
    for (const uint32_t count : {uint32_t{0}, uint32_t{1}, uint32_t{17}, uint32_t{0xffffffff}}) {
      base::Bytes forged = bytes;
      base::StoreLittleEndian(forged.data() + at, count);
      EXPECT_EQ(DecodeRecord(forged).status().code(), kDataLoss) << at << ' ' << count;
    }
  }
}

}  // namespace
}  // namespace shadw::dht::names
