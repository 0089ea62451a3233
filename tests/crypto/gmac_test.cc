// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <numeric>

#include "libshadw/crypto/aes_gcm.h"
#include "libshadw/crypto/random.h"

namespace shadw::crypto {
namespace {

base::ByteArray<16> TagOfGcm(const base::ByteArray<32>& key, const base::ByteArray<12>& nonce,
                             base::ByteSpan message) {
  base::ByteArray<16> tag;
  AesGcm(key).Seal(nonce, message, {}, tag);
  return tag;
}

TEST(Gmac, GivesTheTagOfAnotherImplementation) {
  base::ByteArray<32> key;
  std::iota(key.begin(), key.end(), uint8_t{0});
  Gmac mac(key, base::ByteArray<12>{});
  mac.Update(base::AsBytes("abc"));
  EXPECT_EQ(base::ToHex(mac.Final()), "f6e9addf71d44fda7b56e10407827468");
}

TEST(Gmac, IsGcmWithoutPlaintextForEveryLength) {
  SeededRandom random(1);
  Gmac mac(base::ByteArray<32>{}, base::ByteArray<12>{});
  for (size_t length = 0; length <= 300; ++length) {
    const auto key = random.Array<32>();
    const auto nonce = random.Array<12>();
    base::Bytes message(length);
    random.Fill(message);
    mac.Reset(key, nonce);
    mac.Update(message);
    EXPECT_EQ(mac.Final(), TagOfGcm(key, nonce, message)) << length;
  }
}

TEST(Gmac, GivesOneTagHoweverTheMessageIsCutUp) {
  const auto key = SeededRandom(1).Array<32>();
  const auto nonce = SeededRandom(2).Array<12>();
  const auto message = SeededRandom(3).Array<200>();
  const auto expected = TagOfGcm(key, nonce, message);
  for (size_t piece = 1; piece <= message.size(); ++piece) {
    Gmac mac(key, nonce);
    for (size_t at = 0; at < message.size(); at += piece) {
      mac.Update(base::ByteSpan(message).subspan(at, std::min(piece, message.size() - at)));
      mac.Update({});
    }
    EXPECT_EQ(mac.Final(), expected) << piece;
  }
}

TEST(Gmac, ChangesWithEveryBitOfItsMessage) {
  const auto key = SeededRandom(1).Array<32>();
  const base::ByteArray<12> nonce{};
  auto message = SeededRandom(3).Array<40>();
  const auto expected = TagOfGcm(key, nonce, message);
  for (size_t bit = 0; bit < 8 * message.size(); ++bit) {
    message[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    Gmac mac(key, nonce);
    mac.Update(message);
    EXPECT_NE(mac.Final(), expected) << bit;
    message[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
  }
}

TEST(Gmac, TakesItsStateAlongWhenMoved) {
  Gmac first(base::ByteArray<32>{}, base::ByteArray<12>{});
  first.Update(base::AsBytes("ab"));
  Gmac second = std::move(first);
  second.Update(base::AsBytes("c"));
  EXPECT_EQ(second.Final(), TagOfGcm({}, {}, base::AsBytes("abc")));
}

}  // namespace
}  // namespace shadw::crypto
