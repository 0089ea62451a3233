// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/bip32.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <concepts>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "libshadw/crypto/base58.h"
#include "libshadw/crypto/random.h"
#include "tests/crypto/vectors.h"

namespace shadw::crypto {
namespace {

static_assert(!std::copy_constructible<ExtendedPrivateKey>);

ExtendedPrivateKey RootOf(uint64_t seed) {
  return ExtendedPrivateKey::FromSeed(SeededRandom(seed).Array<32>()).value();
}

std::string Text(const ExtendedPrivateKey& key) {
  return std::string(base::AsText(key.Serialize().bytes()));
}

TEST(Bip32, GivesTheKeysOfTheBip) {
  size_t keys = 0;
  const nlohmann::json vectors = ReadVectors("bip32.json");
  for (const nlohmann::json& vector : vectors.at("vectors")) {
    for (const nlohmann::json& chain : vector.at("chains")) {
      const auto root = ExtendedPrivateKey::FromSeed(HexField(vector, "seed"));
      ASSERT_TRUE(root.ok());
      const auto xprv = chain.at("xprv").get<std::string>();
      const auto xpub = chain.at("xpub").get<std::string>();
      const auto key = root->DerivePath(chain.at("path").get<std::string>());
      ASSERT_TRUE(key.ok()) << key.status();
      EXPECT_EQ(Text(*key), xprv);
      EXPECT_EQ(key->ToPublic().Serialize(), xpub);
      EXPECT_EQ(Text(ExtendedPrivateKey::Parse(xprv).value()), xprv);
      EXPECT_EQ(ExtendedPublicKey::Parse(xpub).value(), key->ToPublic());
      ++keys;
    }
  }
  EXPECT_EQ(keys, 17u);
}

// Catalogue S70.
TEST(Bip32, GivesTheRawKeysOfTheFirstVector) {
  const auto root = ExtendedPrivateKey::FromSeed(Hex("000102030405060708090a0b0c0d0e0f")).value();
  EXPECT_EQ(base::ToHex(root.private_key()),
            "e8f32e723decf4051aefac8e2c93c9c5b214313817cdb01a1494b917c8436b35");
  EXPECT_EQ(base::ToHex(root.chain_code()),
            "873dff81c02f525623fd1fe5167eac3a55a049de3d314bb42ee227ffed37d508");
  EXPECT_EQ(base::ToHex(root.DerivePath("m/0'")->private_key()),
            "edb2e14f9ee77d26dd93b4ecede8d16ed408ce149b6cd80b0715a2d911a0afea");
  EXPECT_EQ(base::ToHex(root.DerivePath("m/0'/1")->private_key()),
            "3c6cb8d0f6a264c91ea8b5030fadaa8e538b020f0a387421a12de9319dc93368");
}

TEST(Bip32, RefusesEveryInvalidKeyOfTheBip) {
  const std::map<std::string, absl::StatusCode> codes = {
      {"unknown extended key version", absl::StatusCode::kUnimplemented},
      {"invalid checksum", absl::StatusCode::kDataLoss}};
  size_t keys = 0;
  const nlohmann::json vectors = ReadVectors("bip32.json");
  for (const nlohmann::json& vector : vectors.at("vectors")) {
    if (!vector.contains("invalid")) continue;
    for (const nlohmann::json& invalid : vector.at("invalid")) {
      const auto key = invalid.at("key").get<std::string>();
      const auto why = invalid.at("why").get<std::string>();
      const auto code = codes.contains(why) ? codes.at(why) : absl::StatusCode::kInvalidArgument;
      const absl::Status as_private = ExtendedPrivateKey::Parse(key).status();
      const absl::Status as_public = ExtendedPublicKey::Parse(key).status();
      EXPECT_EQ((key.starts_with("xpub") ? as_public : as_private).code(), code) << why;
      EXPECT_FALSE(as_private.ok()) << why;
      EXPECT_FALSE(as_public.ok()) << why;
      ++keys;
    }
  }
  EXPECT_EQ(keys, 16u);
}

TEST(Bip32, PublicAndPrivateDerivationMeet) {
  const ExtendedPrivateKey root = RootOf(1);
  const ExtendedPublicKey owner = root.ToPublic();
  for (uint32_t index = 0; index < 20; ++index) {
    EXPECT_EQ(owner.Derive(index).value(), root.Derive(index)->ToPublic()) << index;
  }
  EXPECT_EQ(owner.DerivePath("m/1/2/3").value(), root.DerivePath("m/1/2/3")->ToPublic());
}

TEST(Bip32, APathIsItsStepsOneAfterAnother) {
  const ExtendedPrivateKey root = RootOf(2);
  const auto by_steps = root.Derive(1 + kHardened)->Derive(2).value();
  const std::vector<uint32_t> path = {1 + kHardened, 2};
  EXPECT_EQ(Text(root.DerivePath(path).value()), Text(by_steps));
  EXPECT_EQ(Text(root.DerivePath("m/1'/2").value()), Text(by_steps));
  EXPECT_EQ(Text(root.DerivePath("m").value()), Text(root));
  EXPECT_EQ(by_steps.position().depth, 2);
  EXPECT_EQ(by_steps.position().child_number, 2u);
  EXPECT_EQ(by_steps.position().parent_fingerprint,
            root.Derive(1 + kHardened)->ToPublic().fingerprint());
}

TEST(Bip32, SiblingsAndSeedsShareNothing) {
  EXPECT_NE(Text(RootOf(1)), Text(RootOf(2)));
  EXPECT_NE(base::ToHex(RootOf(1).Derive(0)->private_key()),
            base::ToHex(RootOf(1).Derive(kHardened)->private_key()));
}

TEST(Bip32, ACloneOutlivesItsOriginal) {
  auto root = std::make_unique<ExtendedPrivateKey>(RootOf(1));
  const ExtendedPrivateKey clone = root->Clone();
  root.reset();
  EXPECT_EQ(Text(clone), Text(RootOf(1)));
}

TEST(Bip32, TakesSeedsOfSixteenToSixtyFourBytes) {
  const base::Bytes seed(65, 1);
  for (size_t size = 0; size <= seed.size(); ++size) {
    EXPECT_EQ(ExtendedPrivateKey::FromSeed(base::ByteSpan(seed).first(size)).ok(),
              size >= kMinSeedBytes && size <= kMaxSeedBytes)
        << size;
  }
}

TEST(Bip32, APublicKeyRefusesHardenedSteps) {
  const ExtendedPublicKey owner = RootOf(1).ToPublic();
  EXPECT_EQ(owner.Derive(kHardened).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(owner.DerivePath("m/0/1'").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(Bip32, RefusesChildrenBelowTheDeepestKey) {
  // Depth 255 by hand: deriving it takes 255 steps.
  base::Bytes bytes = Base58CheckDecode(Text(RootOf(1).Derive(0).value())).value();
  bytes[4] = 255;
  const auto deepest = ExtendedPrivateKey::Parse(Base58CheckEncode(bytes).value()).value();
  EXPECT_EQ(deepest.Derive(0).status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(deepest.ToPublic().Derive(0).status().code(), absl::StatusCode::kResourceExhausted);
}

TEST(Bip32, TellsItsOwnKeysFromOthers) {
  const ExtendedPrivateKey root = RootOf(1);
  const ExtendedPublicKey owner = root.ToPublic();
  const base::ByteArray<33> key = root.DerivePath("m/3/4")->ToPublic().public_key();
  EXPECT_TRUE(owner.KeyMatches("m/3/4", key).value());
  EXPECT_FALSE(owner.KeyMatches("m/3/5", key).value());
  EXPECT_FALSE(RootOf(2).ToPublic().KeyMatches("m/3/4", key).value());
  for (size_t length = 0; length < key.size(); ++length) {
    EXPECT_FALSE(owner.KeyMatches("m/3/4", base::ByteSpan(key).first(length)).value());
  }
  base::ByteArray<33> mirrored = key;
  mirrored[0] ^= 1;
  EXPECT_FALSE(owner.KeyMatches("m/3/4", mirrored).value());
  EXPECT_FALSE(owner.KeyMatches("m/3'/4", key).ok());
  EXPECT_FALSE(owner.KeyMatches("3/4", key).ok());
}

TEST(Bip32, MatchesAnUncompressedKeyToo) {
  // The generator of secp256k1, whose y is even: the same point in both forms.
  const auto generator_x = Hex("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
  base::Bytes bytes = Base58CheckDecode(RootOf(1).ToPublic().Serialize()).value();
  bytes[45] = 2;
  std::ranges::copy(generator_x, bytes.begin() + 46);
  const auto owner = ExtendedPublicKey::Parse(Base58CheckEncode(bytes).value()).value();
  const base::Bytes uncompressed =
      Hex("0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
          "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8");
  EXPECT_TRUE(owner.KeyMatches("m", uncompressed).value());
}

TEST(Bip32, RefusesEveryTruncationAndChangedCharacterOfAKey) {
  std::string text = Text(RootOf(1));
  for (size_t length = 0; length < text.size(); ++length) {
    EXPECT_FALSE(ExtendedPrivateKey::Parse(std::string_view(text).substr(0, length)).ok());
  }
  for (char& character : text) {
    const char kept = character;
    character = kept == 'A' ? 'B' : 'A';
    EXPECT_FALSE(ExtendedPrivateKey::Parse(text).ok());
    character = kept;
  }
  EXPECT_FALSE(ExtendedPublicKey::Parse(text).ok());
}

TEST(Bip32, NoErrorTellsTheKey) {
  const std::string text = Text(RootOf(1));
  const absl::Status status = ExtendedPublicKey::Parse(text).status();
  EXPECT_EQ(status.message().find(text.substr(20, 8)), std::string::npos);
}

}  // namespace
}  // namespace shadw::crypto
