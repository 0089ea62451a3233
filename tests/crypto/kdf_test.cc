// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/kdf.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <string>

#include "libshadw/crypto/blake2b.h"
#include "tests/crypto/vectors.h"

namespace shadw::crypto {
namespace {

base::ByteArray<32> CountingKey() {
  base::ByteArray<32> key;
  std::iota(key.begin(), key.end(), uint8_t{0});
  return key;
}

TEST(Kdf, IsKeyedBlake2bOverLengthLabelAndContext) {
  const base::ByteArray<32> key = CountingKey();
  const base::ByteArray<4> generation = {1, 0, 0, 0};
  // Computed with another implementation.
  const std::string expected = "a2d6454e06fc83bbbf8e33e7989ae873851ca2ead26ae2a289025bb3c307a2f0";
  EXPECT_EQ(base::ToHex(KdfPublic(key, "read", {generation})), expected);
  const uint8_t length = 4;
  EXPECT_EQ(base::ToHex(Blake2b256(key, {{&length, 1}, base::AsBytes("read"), generation})),
            expected);
}

TEST(Kdf, SecretAndPublicFormsAreOneComputation) {
  const SecretKey key = SecretKey::CopyOf(CountingKey());
  const base::ByteArray<3> context = {7, 8, 9};
  const auto expected = KdfPublic(CountingKey(), "label", {context});
  EXPECT_EQ(KdfPublic(key, "label", {context}), expected);
  EXPECT_TRUE(std::ranges::equal(Kdf(key, "label", {context}).bytes(), expected));
  EXPECT_TRUE(std::ranges::equal(Kdf(key.bytes(), "label", {context}).bytes(), expected));
  EXPECT_EQ(
      KdfPublic(key, "label", {base::ByteSpan(context).first(1), base::ByteSpan(context).last(2)}),
      expected);
}

TEST(Kdf, MayOverwriteItsOwnKey) {
  SecretKey key = SecretKey::CopyOf(CountingKey());
  const auto expected = KdfPublic(key, "next");
  KdfInto(key.bytes(), "next", {}, key.mutable_bytes());
  EXPECT_TRUE(std::ranges::equal(key.bytes(), expected));
}

TEST(Kdf, NoTwoPurposesShareAKey) {
  const base::ByteArray<32> key = CountingKey();
  const base::ByteSpan d = base::AsBytes("d");
  const std::set<base::ByteArray<32>> keys = {
      KdfPublic(key, "rea", {d}), KdfPublic(key, "read"), KdfPublic(key, "read", {d}),
      KdfPublic(key, "write"),    KdfPublic(key, "Read"), KdfPublic(KdfPublic(key, "read"), "read"),
  };
  EXPECT_EQ(keys.size(), 6u);
}

TEST(Kdf, TakesLabelsUpToTheLengthByte) {
  EXPECT_NE(KdfPublic(CountingKey(), std::string(255, 'x')),
            KdfPublic(CountingKey(), std::string(254, 'x')));
}

TEST(KdfDeathTest, DiesOnALabelThatItsLengthByteCannotCount) {
  EXPECT_DEATH(Kdf(CountingKey(), ""), "");
  EXPECT_DEATH(Kdf(CountingKey(), std::string(256, 'x')), "");
}

}  // namespace
}  // namespace shadw::crypto
