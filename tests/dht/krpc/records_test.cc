// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "frames.h"

namespace shadw::dht::krpc {
namespace {

// BEP 44, "test vectors". Its private key is an expanded one, which no signer here takes.
constexpr std::string_view kValue = "12:Hello World!";
constexpr std::string_view kKey =
    "77ff84905a91936367c01360803104f92432fcd904a43511876df5cdf3e7e548";
constexpr std::string_view kSignature =
    "305ac8aeb6c9c151fa120f120ea2cfb923564e11552d06a5d856091e5e853cff"
    "1260d3f39e4999684aa92eb73ffd136e6f4f3ecbfda0ce53a1608ecd7ae21f01";
constexpr std::string_view kSaltedSignature =
    "6834284b6b24c3204eb2fea824d82f88883a3d95e8b4a21b8c0ded553d17d17d"
    "df9a8a7104b1258f30bed3787e6cb896fca78c58f8e03b5f18f14951a87d9a08";

template <size_t kSize>
base::ByteArray<kSize> Hex(std::string_view hex) {
  base::ByteArray<kSize> bytes;
  std::ranges::copy(base::FromHex(hex).value(), bytes.begin());
  return bytes;
}

Record Bep44Record(std::string_view salt) {
  return {.value = base::ToBytes(base::AsBytes(kValue)),
          .key = Hex<32>(kKey),
          .salt = base::ToBytes(base::AsBytes(salt)),
          .seq = 1,
          .signature = Hex<64>(salt.empty() ? kSignature : kSaltedSignature)};
}

NodeId TargetOf(const Record& record) { return Mainline().MutableTarget(*record.key, record.salt); }

TEST(Target, GivesTheTargetsOfBep44) {
  EXPECT_EQ(TargetOf(Bep44Record("")).ToHex(20), "4a533d47ec9c7d95b1ad75f576cffc641853b750");
  EXPECT_EQ(TargetOf(Bep44Record("foobar")).ToHex(20), "411eba73b6f087ca51a3795d9c8c938d365e32c1");
  EXPECT_EQ(Mainline().ImmutableTarget(base::AsBytes(kValue)).ToHex(20),
            "e5f96f6f38320f0f33959cb4d3d656452117aadb");
}

TEST(Signable, IsTheBufferOfBep44) {
  const auto signable = [](std::string_view salt, int64_t seq) {
    return std::string(
        base::AsText(Mainline().Signable(base::AsBytes(kValue), base::AsBytes(salt), seq)));
  };
  EXPECT_EQ(signable("", 1), "3:seqi1e1:v12:Hello World!");
  EXPECT_EQ(signable("foobar", 1), "4:salt6:foobar3:seqi1e1:v12:Hello World!");
  EXPECT_EQ(signable(std::string(64, 's'), std::numeric_limits<int64_t>::min()),
            "4:salt64:" + std::string(64, 's') + "3:seqi-9223372036854775808e1:v12:Hello World!");
}

TEST(VerifyRecord, AcceptsTheSignaturesOfBep44) {
  for (const char* salt : {"", "foobar"}) {
    const Record record = Bep44Record(salt);
    EXPECT_TRUE(VerifyRecord(Mainline(), TargetOf(record), record)) << salt;
  }
}

TEST(VerifyRecord, RefusesAnyOtherRecordAtThatTarget) {
  const Record good = Bep44Record("foobar");
  const NodeId target = TargetOf(good);
  Record bad = good;
  bad.seq = 2;
  EXPECT_FALSE(VerifyRecord(Mainline(), target, bad));
  bad = good;
  bad.value[3] ^= 1;
  EXPECT_FALSE(VerifyRecord(Mainline(), target, bad));
  bad = good;
  bad.salt.clear();
  EXPECT_FALSE(VerifyRecord(Mainline(), target, bad));
  EXPECT_FALSE(VerifyRecord(Mainline(), TargetOf(bad), bad));
  for (size_t bit = 0; bit < 512; ++bit) {
    bad = good;
    bad.signature[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    EXPECT_FALSE(VerifyRecord(Mainline(), target, bad)) << bit;
  }
}

TEST(SignRecord, SignsWhatVerifies) {
  const crypto::Ed25519Signer signer(base::ByteArray<32>{7});
  const base::Bytes value = Mainline().WrapBytes(base::AsBytes("text"));
  const auto record = SignRecord(Mainline(), signer, value, base::AsBytes("name"), 5);
  ASSERT_TRUE(record.ok());
  EXPECT_TRUE(VerifyRecord(Mainline(), TargetOf(*record), *record));
}

TEST(SignRecord, RefusesWhatNobodyWouldStore) {
  const crypto::Ed25519Signer signer(base::ByteArray<32>{7});
  const auto code = [&](std::string_view value, size_t salt_bytes, int64_t seq) {
    return SignRecord(Mainline(), signer, base::AsBytes(value), base::Bytes(salt_bytes), seq)
        .status()
        .code();
  };
  EXPECT_EQ(code("1:a", 64, 0), absl::StatusCode::kOk);
  EXPECT_EQ(code("1:a", 65, 0), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code("1:a", 0, -1), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code("1:", 0, 0), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(Text(std::string(997, 'v')), 0, 0), absl::StatusCode::kInvalidArgument);
}

TEST(CheckValue, TakesAnyCanonicalValueOfAThousandBytes) {
  EXPECT_EQ(Mainline().CheckValue(base::AsBytes("d1:ali1ei2eee")), Refusal::kNone);
  EXPECT_EQ(Mainline().CheckValue(base::AsBytes(Text(std::string(996, 'v')))), Refusal::kNone);
  EXPECT_EQ(Mainline().CheckValue(base::AsBytes(Text(std::string(997, 'v')))),
            Refusal::kValueTooBig);
  EXPECT_EQ(Mainline().CheckValue({}), Refusal::kMalformed);
  EXPECT_EQ(Mainline().CheckValue(base::AsBytes("d1:bi1e1:ai1ee")), Refusal::kMalformed);
}

TEST(WrapBytes, BytesComeBackAsTheyWere) {
  for (const size_t size : {0u, 1u, 9u, 10u, 99u, 100u, 996u, 5000u}) {
    const base::Bytes bytes(size, 0xfe);
    const base::Bytes wrapped = Mainline().WrapBytes(bytes);
    EXPECT_EQ(base::AsText(wrapped), Text(base::AsText(bytes)));
    EXPECT_EQ(Mainline().UnwrapBytes(wrapped), bytes);
  }
  for (const char* other : {"", "i1e", "le", "de", "1:ab", "2:a", "01:a"}) {
    EXPECT_EQ(Mainline().UnwrapBytes(base::AsBytes(other)), std::nullopt) << other;
  }
}

TEST(ReadAnnounce, StoresWhereThePeerCanBeReached) {
  Message query;
  query.port = 80;
  StoredPeer peer;
  EXPECT_EQ(Mainline().ReadAnnounce(query, kFrom, Id('o'), peer), Refusal::kNone);
  EXPECT_EQ(base::ToHex(peer.record), "586303560050");
  EXPECT_EQ(peer.key, peer.record);
  query.implied_port = true;
  EXPECT_EQ(Mainline().ReadAnnounce(query, kFrom, Id('o'), peer), Refusal::kNone);
  EXPECT_EQ(Mainline().ParsePeer(peer.record), (Peer{.key = std::nullopt, .endpoints = {kFrom}}));
  const base::Endpoint v6 = base::Endpoint::Parse("[2001:db8::5]:77").value();
  EXPECT_EQ(Mainline().ReadAnnounce(query, v6, Id('o'), peer), Refusal::kNone);
  EXPECT_EQ(base::ToHex(peer.record), "20010db8000000000000000000000005004d");
  EXPECT_EQ(Mainline().ParsePeer(peer.record)->endpoints[0], v6);
}

TEST(ReadAnnounce, RefusesPortZero) {
  Message query;
  StoredPeer peer;
  EXPECT_EQ(Mainline().ReadAnnounce(query, kFrom, Id('o'), peer), Refusal::kMalformed);
  query.implied_port = true;
  EXPECT_EQ(Mainline().ReadAnnounce(query, base::Endpoint::V4(1, 2, 3, 4, 0), Id('o'), peer),
            Refusal::kMalformed);
}

TEST(ParsePeer, ReadsOnlyAddressesThatOneCanSendTo) {
  for (const std::string& record :
       {std::string(), std::string(5, 'a'), std::string(7, 'a'), std::string(17, 'a'),
        Compact("1.2.3.4:0"), Compact("224.0.0.1:1")}) {
    EXPECT_EQ(Mainline().ParsePeer(base::AsBytes(record)), std::nullopt);
  }
}

TEST(Traits, AreThoseOfTheBeps) {
  const ProtocolTraits& traits = Mainline().traits();
  EXPECT_EQ(traits.id_bytes, 20u);
  EXPECT_EQ(traits.bucket_size, 8u);
  EXPECT_EQ(traits.max_value_bytes, 1000u);
  EXPECT_EQ(traits.max_salt_bytes, 64u);
  EXPECT_EQ(traits.record_lifetime, std::chrono::hours(2));
  EXPECT_FALSE(traits.id_from_address);
  EXPECT_TRUE(traits.v6);
}

}  // namespace
}  // namespace shadw::dht::krpc
