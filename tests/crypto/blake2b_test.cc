// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/blake2b.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "tests/crypto/vectors.h"

namespace shadw::crypto {
namespace {

base::Bytes Blake2bOf(base::ByteSpan key, base::ByteSpan message, size_t out_bytes) {
  base::Bytes out(out_bytes);
  Blake2b hash = Blake2b::Create(key, out_bytes).value();
  hash.Update(message);
  hash.Final(out);
  return out;
}

TEST(Blake2b, GivesTheHashOfRfc7693AppendixA) {
  EXPECT_EQ(base::ToHex(Blake2bOf({}, base::AsBytes("abc"), 64)),
            "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
            "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
}

TEST(Blake2b, GivesTheFirstKeyedHashOfTheAuthorsVectors) {
  base::ByteArray<64> key;
  std::iota(key.begin(), key.end(), uint8_t{0});
  EXPECT_EQ(base::ToHex(Blake2bOf(key, {}, 64)),
            "10ebb67700b1868efb4417987acf4690ae9d972fb7a590c2f02871799aaa4786"
            "b5e996e8f0f4eb981fc214b005f42d2ff4233499391653df7aefcbc13fc51568");
}

// RFC 7693, appendix E: bytes from a Fibonacci generator.
base::Bytes SelfTestBytes(size_t size) {
  base::Bytes bytes(size);
  uint32_t a = 0xdead4bad * static_cast<uint32_t>(size);
  uint32_t b = 1;
  for (uint8_t& byte : bytes) {
    const uint32_t sum = a + b;
    a = b;
    b = sum;
    byte = static_cast<uint8_t>(sum >> 24);
  }
  return bytes;
}

TEST(Blake2b, PassesTheSelfTestOfRfc7693AppendixE) {
  Blake2b hash_of_hashes = Blake2b::Create({}, 32).value();
  for (const size_t out_bytes : {20u, 32u, 48u, 64u}) {
    for (const size_t message_bytes : {0u, 3u, 128u, 129u, 255u, 1024u}) {
      const base::Bytes message = SelfTestBytes(message_bytes);
      hash_of_hashes.Update(Blake2bOf({}, message, out_bytes));
      hash_of_hashes.Update(Blake2bOf(SelfTestBytes(out_bytes), message, out_bytes));
    }
  }
  base::ByteArray<32> result;
  hash_of_hashes.Final(result);
  EXPECT_EQ(base::ToHex(result),
            "c23a7800d98123bd10f506c61e29da5603d763b8bbad2e737f5e765a7bccd475");
}

// The next values were computed with another implementation.
TEST(Blake2b, ShortOutputsAreHashesOfTheirOwn) {
  base::ByteArray<32> key;
  std::iota(key.begin(), key.end(), uint8_t{0});
  const base::ByteSpan abc = base::AsBytes("abc");
  EXPECT_EQ(base::ToHex(Blake2b256({}, {abc})),
            "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
  EXPECT_EQ(base::ToHex(Blake2b128({}, {abc})), "cf4ab791c62b8d2b2109c90275287816");
  EXPECT_EQ(base::ToHex(Blake2b256(key, {abc})),
            "d63a32d3e44738d7907f964316c241adaba0abfeabc32349677578a15a203f7f");
  EXPECT_EQ(base::ToHex(Blake2b128(key, {abc})), "1a64be47e4729d951c302ee543f97cf3");
}

TEST(Blake2b, PartsHashAsTheirConcatenation) {
  const base::Bytes message = SelfTestBytes(300);
  const base::ByteSpan all = message;
  const auto whole = Blake2b256(all.first(64), {all});
  for (size_t cut = 0; cut <= message.size(); ++cut) {
    EXPECT_EQ(Blake2b256(all.first(64), {all.first(cut), all.subspan(cut)}), whole) << cut;
  }
  EXPECT_EQ(Blake2b256({}, {}), Blake2b256({}, {base::ByteSpan(), base::ByteSpan()}));
}

TEST(Blake2b, ACopyGoesOnFromTheSamePrefix) {
  Blake2b first = Blake2b::Create({}, 32).value();
  first.Update(base::AsBytes("ab"));
  Blake2b second = first;
  first.Update(base::AsBytes("c"));
  second.Update(base::AsBytes("x"));
  base::ByteArray<32> out;
  first.Final(out);
  EXPECT_EQ(out, Blake2b256({}, {base::AsBytes("abc")}));
  second.Final(out);
  EXPECT_EQ(out, Blake2b256({}, {base::AsBytes("abx")}));
}

TEST(Blake2b, RefusesLengthsOutsideItsRange) {
  const base::Bytes bytes(65);
  EXPECT_TRUE(Blake2b::Create(base::ByteSpan(bytes).first(64), 64).ok());
  EXPECT_TRUE(Blake2b::Create({}, 16).ok());
  const absl::StatusCode refused = absl::StatusCode::kInvalidArgument;
  EXPECT_EQ(Blake2b::Create(bytes, 32).status().code(), refused);
  EXPECT_EQ(Blake2b::Create({}, 15).status().code(), refused);
  EXPECT_EQ(Blake2b::Create({}, 65).status().code(), refused);
}

}  // namespace
}  // namespace shadw::crypto
