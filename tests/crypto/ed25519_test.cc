// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/ed25519.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <memory>

#include "libshadw/crypto/random.h"
#include "tests/crypto/vectors.h"

namespace shadw::crypto {
namespace {

struct Rfc8032Case {
  const char* seed;
  const char* public_key;
  const char* message;
  const char* signature;
};

// RFC 8032, 7.1, tests 1 to 3.
constexpr Rfc8032Case kRfc8032Cases[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555"
     "fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da0"
     "85ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac1"
     "8ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
};

TEST(Ed25519, GivesTheSignaturesOfRfc8032) {
  for (const Rfc8032Case& test : kRfc8032Cases) {
    const Ed25519Signer signer(HexArray<32>(test.seed));
    EXPECT_EQ(base::ToHex(signer.public_key()), test.public_key);
    const auto signature = signer.Sign(Hex(test.message));
    EXPECT_EQ(base::ToHex(signature), test.signature);
    EXPECT_TRUE(Ed25519Verify(signer.public_key(), Hex(test.message), signature));
  }
}

TEST(Ed25519, AgreesWithWycheproof) {
  const size_t cases = RunWycheproof("ed25519_test.json", [](const auto& group, const auto& test) {
    const base::Bytes public_key = HexField(group.at("publicKey"), "pk");
    EXPECT_EQ(public_key.size(), kEd25519PublicKeyBytes);
    return Ed25519Verify(Fixed<32>(public_key), HexField(test, "msg"), HexField(test, "sig"));
  });
  EXPECT_EQ(cases, 151u);
}

TEST(Ed25519, RefusesEveryChangedBitAndLength) {
  const Ed25519Signer signer(SeededRandom(1).Array<32>());
  auto public_key = signer.public_key();
  base::Bytes message = Hex("000102");
  base::Bytes signature = base::ToBytes(signer.Sign(message));
  const auto refused_with_each_bit_changed = [&](std::span<uint8_t> bytes) {
    for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
      bytes[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
      EXPECT_FALSE(Ed25519Verify(public_key, message, signature)) << bit;
      bytes[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    }
  };
  refused_with_each_bit_changed(public_key);
  refused_with_each_bit_changed(message);
  refused_with_each_bit_changed(signature);
  EXPECT_TRUE(Ed25519Verify(public_key, message, signature));
  for (size_t length = 0; length < signature.size(); ++length) {
    EXPECT_FALSE(Ed25519Verify(public_key, message, base::ByteSpan(signature).first(length)));
  }
  signature.push_back(0);
  EXPECT_FALSE(Ed25519Verify(public_key, message, signature));
}

TEST(Ed25519, RefusesPublicKeysOfSmallOrder) {
  // The neutral point verifies R = neutral, S = 0 over every message where it is let in.
  base::ByteArray<32> neutral{};
  neutral[0] = 1;
  base::ByteArray<64> signature{};
  signature[0] = 1;
  EXPECT_FALSE(Ed25519Verify(neutral, base::AsBytes("anything"), signature));
}

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

TEST(Ed25519, AgreesWithASecondImplementation) {
  SeededRandom random(1);
  for (size_t length = 0; length < 200; ++length) {
    const auto seed = random.Array<32>();
    base::Bytes message(length);
    random.Fill(message);
    const std::unique_ptr<EVP_PKEY, FreeKey> key(
        EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()));
    const std::unique_ptr<EVP_MD_CTX, FreeKey> context(EVP_MD_CTX_new());
    base::ByteArray<64> theirs;
    size_t size = theirs.size();
    ASSERT_EQ(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()), 1);
    ASSERT_EQ(EVP_DigestSign(context.get(), theirs.data(), &size, message.data(), length), 1);
    const Ed25519Signer signer(seed);
    EXPECT_EQ(signer.Sign(message), theirs);
    EXPECT_TRUE(Ed25519Verify(signer.public_key(), message, theirs));
  }
}

}  // namespace
}  // namespace shadw::crypto
