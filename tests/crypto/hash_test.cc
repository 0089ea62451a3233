// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/hash.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <string>
#include <vector>

#include "libshadw/crypto/random.h"
#include "libshadw/crypto/secret.h"
#include "tests/crypto/vectors.h"

namespace shadw::crypto {
namespace {

TEST(Sha256, GivesTheHashesOfFips180) {
  EXPECT_EQ(base::ToHex(Sha256(base::AsBytes("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(base::ToHex(Sha256(base::ByteSpan())),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(base::ToHex(
                Sha256(base::AsBytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(base::ToHex(Sha256(base::AsBytes(std::string(1000000, 'a')))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, PartsAndPiecesHashAsTheirConcatenation) {
  base::Bytes message(200);
  SeededRandom(1).Fill(message);
  const base::ByteSpan all = message;
  const auto whole = Sha256(all);
  Sha256Hasher hasher;
  for (size_t cut = 0; cut <= all.size(); ++cut) {
    EXPECT_EQ(Sha256({all.first(cut), all.subspan(cut)}), whole) << cut;
    hasher.Update(all.first(cut));
    hasher.Update(all.subspan(cut));
    EXPECT_EQ(hasher.Final(), whole) << cut;
  }
}

TEST(Sha256Hasher, StartsAfreshAfterFinalAndAfterAMove) {
  Sha256Hasher first;
  EXPECT_EQ(first.Final(), Sha256(base::ByteSpan()));
  first.Update(base::AsBytes("ab"));
  Sha256Hasher second = std::move(first);
  second.Update(base::AsBytes("c"));
  EXPECT_EQ(second.Final(), Sha256(base::AsBytes("abc")));
  first = Sha256Hasher();
  EXPECT_EQ(first.Final(), Sha256(base::ByteSpan()));
}

TEST(LeafHasher, HashesEveryLeafByItself) {
  LeafHasher hasher;
  for (const size_t leaf_bytes : {1u, 55u, 56u, 63u, 64u, 65u, 514u, 4098u}) {
    for (const size_t count : {0u, 1u, 2u, 7u, 33u}) {
      base::Bytes data(leaf_bytes * count);
      SeededRandom(leaf_bytes).Fill(data);
      std::vector<base::ByteArray<32>> hashes(count);
      hasher.Hash(data, leaf_bytes, hashes.data());
      for (size_t i = 0; i < count; ++i) {
        const base::ByteSpan leaf = base::ByteSpan(data).subspan(i * leaf_bytes, leaf_bytes);
        EXPECT_EQ(hashes[i], Sha256(leaf)) << leaf_bytes << " " << i;
      }
    }
  }
}

TEST(LeafHasher, HashesLeavesThatLieHereAndThere) {
  LeafHasher hasher;
  for (const size_t leaf_bytes : {1u, 65u, 1024u, 4098u, 32'768u, 70'000u}) {
    for (const size_t count : {0u, 1u, 2u, 11u, 13u, 16u, 29u}) {
      const size_t pitch = leaf_bytes + 37;
      base::Bytes data(pitch * count);
      SeededRandom(count).Fill(data);
      std::vector<base::ByteArray<32>> hashes(count);
      std::vector<LeafHasher::Leaf> leaves;
      for (size_t i = count; i-- > 0;) {
        leaves.push_back({base::ByteSpan(data).subspan(i * pitch, leaf_bytes), &hashes[i]});
      }
      hasher.Hash(leaves);
      for (const LeafHasher::Leaf& leaf : leaves) EXPECT_EQ(*leaf.hash, Sha256(leaf.bytes));
    }
  }
}

TEST(LeafHasherDeathTest, DiesOnLeavesOfDifferentLengths) {
  const base::Bytes data(10);
  std::vector<base::ByteArray<32>> hashes(2);
  const base::ByteSpan bytes = data;
  const std::vector<LeafHasher::Leaf> leaves = {{bytes.first(4), &hashes[0]},
                                                {bytes.first(5), &hashes[1]}};
  EXPECT_DEATH(LeafHasher().Hash(leaves), "");
}

TEST(LeafHasherDeathTest, DiesOnARaggedEnd) {
  const base::Bytes data(10);
  std::vector<base::ByteArray<32>> hashes(4);
  EXPECT_DEATH(LeafHasher().Hash(data, 3, hashes.data()), "");
  EXPECT_DEATH(LeafHasher().Hash(data, 0, hashes.data()), "");
}

TEST(HmacSha512, GivesTheCodesOfRfc4231) {
  EXPECT_EQ(base::ToHex(HmacSha512(base::Bytes(20, 0x0b), {base::AsBytes("Hi There")})),
            "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
            "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854");
  EXPECT_EQ(base::ToHex(HmacSha512(base::AsBytes("Jefe"), {base::AsBytes("what do ya want "),
                                                           base::AsBytes("for nothing?")})),
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
            "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
}

TEST(HmacSha512, AgreesWithWycheproof) {
  RunWycheproof("hmac_sha512_test.json", [](const auto& group, const auto& test) {
    const base::Bytes tag = HexField(test, "tag");
    EXPECT_EQ(tag.size() * 8, group.at("tagSize").template get<size_t>());
    // Half of the cases cut the code to 32 bytes.
    const auto ours = HmacSha512(HexField(test, "key"), {HexField(test, "msg")});
    return ConstantTimeEqual(base::ByteSpan(ours).first(tag.size()), tag);
  });
}

TEST(HmacSha512, AgreesWithASecondImplementation) {
  SeededRandom random(2);
  for (size_t size = 0; size <= 300; ++size) {
    base::Bytes key(size);
    base::Bytes message(300 - size);
    random.Fill(key);
    random.Fill(message);
    base::ByteArray<64> theirs;
    ASSERT_NE(HMAC(EVP_sha512(), key.data(), static_cast<int>(key.size()), message.data(),
                   message.size(), theirs.data(), nullptr),
              nullptr);
    EXPECT_EQ(HmacSha512(key, {message}), theirs) << size;
  }
}

std::string Hkdf(std::string_view ikm, std::string_view salt, std::string_view info, size_t size) {
  base::Bytes out(size);
  EXPECT_TRUE(HkdfSha256(Hex(ikm), Hex(salt), Hex(info), out).ok());
  return base::ToHex(out);
}

std::string Counting(int from, int to) {
  base::Bytes bytes;
  for (int i = from; i <= to; ++i) bytes.push_back(static_cast<uint8_t>(i));
  return base::ToHex(bytes);
}

TEST(HkdfSha256, GivesTheKeysOfRfc5869) {
  const std::string ikm = base::ToHex(base::Bytes(22, 0x0b));
  EXPECT_EQ(Hkdf(ikm, Counting(0x00, 0x0c), Counting(0xf0, 0xf9), 42),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
            "34007208d5b887185865");
  EXPECT_EQ(Hkdf(Counting(0x00, 0x4f), Counting(0x60, 0xaf), Counting(0xb0, 0xff), 82),
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
            "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
            "cc30c58179ec3e87c14c01d5c1f3434f1d87");
  EXPECT_EQ(Hkdf(ikm, "", "", 42),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
            "9d201395faa4b61a96c8");
}

TEST(HkdfSha256, GivesAtMostWhatItsCounterCanCount) {
  base::Bytes out(kMaxHkdfSha256Bytes);
  EXPECT_TRUE(HkdfSha256({}, {}, {}, out).ok());
  out.push_back(0);
  EXPECT_EQ(HkdfSha256({}, {}, {}, out).code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace shadw::crypto
