// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/sha256_pair.h"

#include <gtest/gtest.h>

#include "libshadw/crypto/hash.h"
#include "libshadw/crypto/random.h"

namespace shadw::crypto {
namespace {

class Sha256PairTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!HasSha256Pair()) GTEST_SKIP() << "this CPU has no SHA instructions";
  }

  void ExpectSameAsOneByOne(size_t length) {
    base::Bytes first(length);
    base::Bytes second(length);
    random_.Fill(first);
    random_.Fill(second);
    base::ByteArray<32> first_hash;
    base::ByteArray<32> second_hash;
    Sha256Pair(first, second, first_hash, second_hash);
    EXPECT_EQ(first_hash, Sha256(base::ByteSpan(first))) << length;
    EXPECT_EQ(second_hash, Sha256(base::ByteSpan(second))) << length;
  }

  SeededRandom random_{1};
};

TEST_F(Sha256PairTest, GivesTheHashOfFips180) {
  base::ByteArray<32> abc;
  base::ByteArray<32> xyz;
  Sha256Pair(base::AsBytes("abc"), base::AsBytes("xyz"), abc, xyz);
  EXPECT_EQ(base::ToHex(abc), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(base::ToHex(xyz), "3608bca1e44ea6c4d268eb6db02260269892c0b42b86bbf1e77a6fa16c3c9282");
}

TEST_F(Sha256PairTest, AgreesWithTheOtherImplementationForEveryLength) {
  for (size_t length = 0; length <= 600; ++length) ExpectSameAsOneByOne(length);
  for (const size_t length : {4096u, 4098u, 32784u, 65535u}) ExpectSameAsOneByOne(length);
}

}  // namespace
}  // namespace shadw::crypto
