// SPDX-License-Identifier: Apache-2.0
#include "tests/crypto/aead_laws.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "libshadw/crypto/random.h"
#include "tests/crypto/vectors.h"

namespace shadw::crypto {
namespace {

constexpr size_t kTagBytes = 16;
constexpr size_t kMaxLength = 300;

struct Message {
  base::Bytes key;
  base::Bytes nonce;
  base::Bytes associated_data;
  base::Bytes plaintext;
};

base::Bytes Draw(SeededRandom& random, size_t size) {
  base::Bytes bytes(size);
  random.Fill(bytes);
  return bytes;
}

Message DrawMessage(const Aead& aead, SeededRandom& random, size_t associated, size_t plain) {
  return {Draw(random, aead.key_bytes), Draw(random, aead.nonce_bytes), Draw(random, associated),
          Draw(random, plain)};
}

base::Bytes Seal(const Aead& aead, const Message& message) {
  base::Bytes sealed(message.plaintext.size() + kTagBytes, 0x55);
  aead.seal(message.key, message.nonce, message.associated_data, message.plaintext, sealed);
  return sealed;
}

bool RefusesAndWipes(const Aead& aead, const Message& message, base::ByteSpan sealed) {
  base::Bytes out(sealed.size() < kTagBytes ? 4 : sealed.size() - kTagBytes, 0xaa);
  return !aead.open(message.key, message.nonce, message.associated_data, sealed, out) &&
         std::ranges::count(out, 0) == static_cast<ptrdiff_t>(out.size());
}

// Calls `check` once for each bit of `bytes`, changed.
void WithEachBitChanged(base::Bytes& bytes, const std::function<void()>& check) {
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    const auto mask = static_cast<uint8_t>(1 << bit % 8);
    bytes[bit / 8] ^= mask;
    check();
    bytes[bit / 8] ^= mask;
  }
}

}  // namespace

bool RunAeadCase(const Aead& aead, const nlohmann::json& test) {
  const base::Bytes key = HexField(test, "key");
  const base::Bytes nonce = HexField(test, "iv");
  // Other lengths do not exist in the interface: the type refuses them.
  if (key.size() != aead.key_bytes || nonce.size() != aead.nonce_bytes) return false;
  const base::Bytes associated_data = HexField(test, "aad");
  const base::Bytes plaintext = HexField(test, "msg");
  base::Bytes sealed = HexField(test, "ct");
  const base::Bytes tag = HexField(test, "tag");
  sealed.insert(sealed.end(), tag.begin(), tag.end());

  base::Bytes ours(plaintext.size() + 16);
  aead.seal(key, nonce, associated_data, plaintext, ours);
  base::Bytes opened(plaintext.size(), 0xaa);
  const bool verified = aead.open(key, nonce, associated_data, sealed, opened);
  EXPECT_EQ(opened, verified ? plaintext : base::Bytes(plaintext.size())) << test;
  EXPECT_EQ(ours == sealed, verified) << test;
  return verified;
}

void ExpectOpensWhatItSealed(const Aead& aead) {
  SeededRandom random(1);
  for (size_t length = 0; length <= kMaxLength; ++length) {
    const Message message = DrawMessage(aead, random, kMaxLength - length, length);
    const base::Bytes sealed = Seal(aead, message);
    base::Bytes opened(length, 0xaa);
    EXPECT_TRUE(aead.open(message.key, message.nonce, message.associated_data, sealed, opened));
    EXPECT_EQ(opened, message.plaintext) << length;

    base::Bytes cell = message.plaintext;
    cell.resize(length + kTagBytes);
    const base::MutableByteSpan inner = base::MutableByteSpan(cell).first(length);
    aead.seal(message.key, message.nonce, message.associated_data, inner, cell);
    EXPECT_EQ(cell, sealed) << length;
    EXPECT_TRUE(aead.open(message.key, message.nonce, message.associated_data, cell, inner));
    EXPECT_TRUE(std::ranges::equal(inner, message.plaintext)) << length;
  }
}

void ExpectRefusesEveryChange(const Aead& aead) {
  SeededRandom random(2);
  for (const size_t length : {0u, 1u, 16u, 35u}) {
    Message message = DrawMessage(aead, random, 5, length);
    base::Bytes sealed = Seal(aead, message);
    const auto refused = [&] { EXPECT_TRUE(RefusesAndWipes(aead, message, sealed)) << length; };
    WithEachBitChanged(sealed, refused);
    WithEachBitChanged(message.key, refused);
    WithEachBitChanged(message.nonce, refused);
    WithEachBitChanged(message.associated_data, refused);
    for (size_t cut = 0; cut < sealed.size(); ++cut) {
      EXPECT_TRUE(RefusesAndWipes(aead, message, base::ByteSpan(sealed).first(cut))) << cut;
    }
    message.associated_data.pop_back();
    refused();
  }
}

void ExpectSameBytes(const Aead& a, const Aead& b) {
  SeededRandom random(3);
  for (size_t length = 0; length <= kMaxLength; ++length) {
    for (const size_t associated : {size_t{0}, size_t{13}, length}) {
      const Message message = DrawMessage(a, random, associated, length);
      const base::Bytes sealed = Seal(a, message);
      ASSERT_EQ(sealed, Seal(b, message)) << length << " " << associated;
      base::Bytes opened(length);
      EXPECT_TRUE(b.open(message.key, message.nonce, message.associated_data, sealed, opened));
      EXPECT_EQ(opened, message.plaintext);
    }
  }
  for (int i = 0; i < 50; ++i) {
    const auto draw = random.Array<2>();
    const size_t length = draw[0] * size_t{256} + draw[1];
    const Message message = DrawMessage(a, random, draw[1], length);
    ASSERT_EQ(Seal(a, message), Seal(b, message)) << length;
  }
}

}  // namespace shadw::crypto
