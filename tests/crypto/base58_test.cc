// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/base58.h"

#include <gtest/gtest.h>

#include <string>

#include "libshadw/crypto/random.h"
#include "tests/crypto/vectors.h"

namespace shadw::crypto {
namespace {

// Payload: version 0 and the RIPEMD-160 of SHA-256 of a public key; from the Bitcoin wiki,
// "Technical background of version 1 Bitcoin addresses".
constexpr std::string_view kPayload = "00010966776006953d5567439e5e39f86a0d273bee";
constexpr std::string_view kAddress = "16UwLL9Risc3QfPqBUvKofHmBQ7wMtjvM";

TEST(Base58Check, GivesAWellKnownAddress) {
  EXPECT_EQ(Base58CheckEncode(Hex(kPayload)).value(), kAddress);
  EXPECT_EQ(base::ToHex(Base58CheckDecode(kAddress).value()), kPayload);
}

TEST(Base58Check, GivesBackEveryLengthAndEveryCountOfLeadingZeros) {
  SeededRandom random(1);
  for (size_t length = 0; length <= kMaxBase58PayloadBytes; length += 1 + length / 16) {
    for (size_t zeros = 0; zeros <= length; zeros += 1 + zeros) {
      base::Bytes payload(length);
      random.Fill(base::MutableByteSpan(payload).subspan(zeros));
      const auto text = Base58CheckEncode(payload);
      ASSERT_TRUE(text.ok()) << length;
      EXPECT_LE(text->size(), kMaxBase58Chars);
      EXPECT_EQ(Base58CheckDecode(*text).value(), payload) << length << " " << zeros;
    }
  }
  base::Bytes longest(kMaxBase58PayloadBytes, 0xff);
  EXPECT_EQ(Base58CheckDecode(Base58CheckEncode(longest).value()).value(), longest);
}

TEST(Base58Check, RefusesEveryChangedCharacter) {
  std::string text(kAddress);
  for (char& character : text) {
    const char kept = character;
    for (int other = 0; other < 256; ++other) {
      character = static_cast<char>(other);
      EXPECT_EQ(Base58CheckDecode(text).ok(), character == kept);
    }
    character = kept;
  }
}

TEST(Base58Check, RefusesWhatIsTooLongTooShortOrOutsideItsAlphabet) {
  const absl::StatusCode refused = absl::StatusCode::kInvalidArgument;
  EXPECT_EQ(Base58CheckDecode(std::string(kMaxBase58Chars + 1, '1')).status().code(), refused);
  for (const char* text : {"", "1", "111", "z", "zzzz", "0OIl", "16Uw LL", "16Uw\n"}) {
    EXPECT_EQ(Base58CheckDecode(text).status().code(), refused) << text;
  }
  EXPECT_EQ(Base58CheckDecode("1111").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(Base58CheckEncode(base::Bytes(kMaxBase58PayloadBytes + 1)).status().code(), refused);
}

TEST(Base58Check, SecretFormsGiveTheSame) {
  const auto text = Base58CheckEncodeSecret(Hex(kPayload));
  EXPECT_EQ(base::AsText(text->bytes()), kAddress);
  EXPECT_EQ(base::ToHex(Base58CheckDecodeSecret(kAddress)->bytes()), kPayload);
}

}  // namespace
}  // namespace shadw::crypto
