// SPDX-License-Identifier: Apache-2.0
#include "libshadw/shard/capability.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "libshadw/crypto/kdf.h"
#include "tests/shard/test_segment.h"

namespace shadw::shard {
namespace {

constexpr Right kShared[] = {Right::kRead, Right::kVerify, Right::kAudit};

std::string Encoded(Right right) { return EncodeCapability(TestKeys(), right).value(); }

int ValueOf(char c) {
  static constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return static_cast<int>(kAlphabet.find(c));
}

// The bytes behind the prefix, by a decoder of our own.
base::Bytes Payload(std::string_view text) {
  const std::string_view encoded = text.substr(text.find("-1-") + 3);
  base::Bytes bytes;
  uint32_t bits = 0;
  int count = 0;
  for (char c : encoded) {
    bits = bits << 6 | static_cast<uint32_t>(ValueOf(c));
    count += 6;
    if (count >= 8) bytes.push_back(static_cast<uint8_t>(bits >> (count -= 8)));
  }
  return bytes;
}

TEST(Capability, CarriesTheRightAndNothingAboveIt) {
  const ObjectKeys writer = TestKeys();
  const ObjectKeys reader = DecodeCapability(Encoded(Right::kRead)).value();
  EXPECT_EQ(reader.right(), Right::kRead);
  EXPECT_EQ(reader.id(), writer.id());
  EXPECT_TRUE(std::ranges::equal(reader.read_key()->bytes(), writer.read_key()->bytes()));
  EXPECT_EQ(reader.write_key(), nullptr);
  EXPECT_EQ(reader.delete_key(), nullptr);

  const ObjectKeys repairer = DecodeCapability(Encoded(Right::kVerify)).value();
  EXPECT_EQ(repairer.right(), Right::kVerify);
  EXPECT_TRUE(repairer.may_repair());
  EXPECT_EQ(repairer.read_key(), nullptr);
  EXPECT_TRUE(std::ranges::equal(repairer.delete_key()->bytes(), writer.delete_key()->bytes()));

  const ObjectKeys auditor = DecodeCapability(Encoded(Right::kAudit)).value();
  EXPECT_EQ(auditor.right(), Right::kAudit);
  EXPECT_EQ(auditor.verify_key(), nullptr);
  EXPECT_TRUE(std::ranges::equal(auditor.audit_key().bytes(), writer.audit_key().bytes()));
}

// Whether `key` stands in the capability's bytes or is derived from 32 of them by a
// label of the format.
bool Reveals(std::string_view text, const crypto::SecretKey& key) {
  const base::Bytes payload = Payload(text);
  const base::ByteSpan wanted = key.bytes();
  const base::ByteArray<4> generation{};
  for (size_t at = 0; at + 32 <= payload.size(); ++at) {
    const auto window = base::ByteSpan(payload).subspan(at).first<32>();
    if (std::ranges::equal(window, wanted)) return true;
    for (const char* label : {"read", "verify", "audit", "delete", "sign", "match", "catalogue",
                              "write", "locate", "head"}) {
      if (std::ranges::equal(crypto::Kdf(window, label).bytes(), wanted)) return true;
      if (std::ranges::equal(crypto::Kdf(window, label, {generation}).bytes(), wanted)) return true;
    }
  }
  return false;
}

TEST(Capability, ALowerOneRevealsNoHigherKey) {
  const ObjectKeys writer = TestKeys();
  const std::string read = Encoded(Right::kRead);
  EXPECT_TRUE(Reveals(read, *writer.read_key()));
  EXPECT_TRUE(Reveals(read, *writer.verify_key()));
  EXPECT_FALSE(Reveals(read, *writer.write_key()));
  EXPECT_FALSE(Reveals(read, *writer.delete_key()));
  EXPECT_FALSE(Reveals(read, *writer.match_key()));
  const std::string verify = Encoded(Right::kVerify);
  EXPECT_TRUE(Reveals(verify, *writer.verify_key()));
  EXPECT_TRUE(Reveals(verify, writer.audit_key()));
  EXPECT_FALSE(Reveals(verify, *writer.write_key()));
  EXPECT_FALSE(Reveals(verify, *writer.read_key()));
  const std::string audit = Encoded(Right::kAudit);
  EXPECT_TRUE(Reveals(audit, writer.audit_key()));
  for (const crypto::SecretKey* higher :
       {writer.write_key(), writer.read_key(), writer.verify_key(), writer.delete_key(),
        writer.match_key()}) {
    EXPECT_FALSE(Reveals(audit, *higher));
  }
}

TEST(Capability, ARightIsSharedOnlyDownwards) {
  const ObjectKeys reader = DecodeCapability(Encoded(Right::kRead)).value();
  const ObjectKeys repairer = DecodeCapability(Encoded(Right::kVerify)).value();
  const ObjectKeys auditor = DecodeCapability(Encoded(Right::kAudit)).value();
  EXPECT_EQ(EncodeCapability(reader, Right::kRead).value(), Encoded(Right::kRead));
  EXPECT_EQ(EncodeCapability(repairer, Right::kVerify).value(), Encoded(Right::kVerify));
  for (const ObjectKeys& keys : {reader, repairer, auditor}) {
    EXPECT_EQ(EncodeCapability(keys, Right::kAudit).value(), Encoded(Right::kAudit));
    EXPECT_EQ(EncodeCapability(keys, Right::kWrite).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
  // The right to repair deletes, and a reader does not.
  EXPECT_EQ(EncodeCapability(reader, Right::kVerify).status().code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(EncodeCapability(repairer, Right::kRead).status().code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(EncodeCapability(auditor, Right::kVerify).status().code(),
            absl::StatusCode::kPermissionDenied);
}

TEST(Capability, EveryTypoOfOneCharacterIsRefused) {
  for (Right right : kShared) {
    const std::string text = Encoded(right);
    for (size_t i = 0; i < text.size(); ++i) {
      std::string typo = text;
      for (int c = 0; c < 256; ++c) {
        typo[i] = static_cast<char>(c);
        if (typo == text) continue;
        EXPECT_FALSE(DecodeCapability(typo).ok()) << typo;
      }
      std::string missing = text;
      missing.erase(i, 1);
      EXPECT_FALSE(DecodeCapability(missing).ok()) << missing;
      for (const char* inserted : {"A", "-", " ", "\n", "=", "."}) {
        std::string longer = text;
        longer.insert(i, inserted);
        EXPECT_FALSE(DecodeCapability(longer).ok()) << longer;
      }
      if (i + 1 == text.size() || text[i] == text[i + 1]) continue;
      std::string swapped = text;
      std::swap(swapped[i], swapped[i + 1]);
      EXPECT_FALSE(DecodeCapability(swapped).ok()) << swapped;
    }
    for (const char* tail : {"=", "==", " ", "\n", "A"}) {
      EXPECT_FALSE(DecodeCapability(text + tail).ok());
    }
  }
}

TEST(Capability, AnotherRightInThePrefixIsRefused) {
  std::string text = Encoded(Right::kAudit);
  text.replace(0, 12, "shadw-read-1");
  EXPECT_FALSE(DecodeCapability(text).ok());
}

TEST(Capability, AnotherVersionIsRefusedByName) {
  EXPECT_EQ(DecodeCapability("shadw-read-2-AAAA").status().code(),
            absl::StatusCode::kUnimplemented);
  EXPECT_EQ(DecodeCapability("shadw-write-1-AAAA").status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(DecodeCapability("").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(DecodeCapability(std::string(100'000, 'A')).status().code(),
            absl::StatusCode::kInvalidArgument);
}

MemberKeys TestMember() {
  const RecordId record{7, 8};
  return {TestKeys(), record, TestVault().MemberKey(record)};
}

TEST(MemberCapability, CarriesTheRightToReadThePackAndTheMembersKey) {
  const std::string text = EncodeMemberCapability(TestMember()).value();
  EXPECT_TRUE(IsMemberCapability(text));
  EXPECT_LE(text.size(), kMaxCapabilityCharacters);
  const MemberKeys member = DecodeMemberCapability(text).value();
  EXPECT_EQ(member.pack.right(), Right::kRead);
  EXPECT_EQ(member.pack.id(), TestKeys().id());
  EXPECT_EQ(member.record, TestMember().record);
  EXPECT_TRUE(std::ranges::equal(member.key.bytes(), TestMember().key.bytes()));
  EXPECT_EQ(EncodeMemberCapability(member).value(), text);
  EXPECT_FALSE(Reveals(text, *TestKeys().write_key()));
  EXPECT_FALSE(Reveals(text, *TestKeys().delete_key()));
  EXPECT_FALSE(Reveals(text, *TestKeys().match_key()));
  EXPECT_FALSE(Reveals(text, TestVault().MemberKey({9})));
}

TEST(MemberCapability, TyposAndOtherKindsAreRefused) {
  const std::string text = EncodeMemberCapability(TestMember()).value();
  for (size_t i = 0; i < text.size(); ++i) {
    std::string typo = text;
    typo[i] = typo[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(DecodeMemberCapability(typo).ok()) << typo;
    EXPECT_FALSE(DecodeMemberCapability(std::string(text).erase(i, 1)).ok());
  }
  EXPECT_EQ(DecodeCapability(text).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(DecodeMemberCapability(Encoded(Right::kRead)).ok());
  EXPECT_EQ(DecodeMemberCapability("shadw-member-2-AAAA").status().code(),
            absl::StatusCode::kUnimplemented);
  const ObjectKeys auditor = DecodeCapability(Encoded(Right::kAudit)).value();
  EXPECT_EQ(EncodeMemberCapability({auditor, {}, TestMember().key.Clone()}).status().code(),
            absl::StatusCode::kPermissionDenied);
}

TEST(Capability, OpensWhatTheWriterSealed) {
  const base::Bytes plain = RandomBytes(9'000, 1);
  const Shards shards = SealSegment(TestKeys(), plain, {.code = {2, 1}});
  const ObjectKeys reader = DecodeCapability(Encoded(Right::kRead)).value();
  EXPECT_EQ(ReadSegment(reader, shards).bytes, plain);
  const ObjectKeys auditor = DecodeCapability(Encoded(Right::kAudit)).value();
  const Header header = OpenHeader(shards[0], auditor, OpenTo::kRead).value();
  EXPECT_FALSE(header.verify.has_value());
}

}  // namespace
}  // namespace shadw::shard
