// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/slip10.h"

#include <gtest/gtest.h>

#include <vector>

#include "libshadw/crypto/ed25519.h"
#include "tests/crypto/vectors.h"

namespace shadw::crypto {
namespace {

constexpr std::string_view kFirstSeed = "000102030405060708090a0b0c0d0e0f";
constexpr std::string_view kSecondSeed =
    "fffcf9f6f3f0edeae7e4e1dedbd8d5d2cfccc9c6c3c0bdbab7b4b1aeaba8a5a2"
    "9f9c999693908d8a8784817e7b7875726f6c696663605d5a5754514e4b484542";

struct Case {
  std::string_view seed;
  std::string_view path;
  std::string_view private_key;
  std::string_view chain_code;
  std::string_view public_key;
};

// SLIP-0010, test vectors 1 and 2 for ed25519.
constexpr Case kCases[] = {
    {kFirstSeed, "m", "2b4be7f19ee27bbf30c667b642d5f4aa69fd169872f8fc3059c08ebae2eb19e7",
     "90046a93de5380a72b5e45010748567d5ea02bbf6522f979e05c0d8d8ca9fffb",
     "a4b2856bfec510abab89753fac1ac0e1112364e7d250545963f135f2a33188ed"},
    {kFirstSeed, "m/0'", "68e0fe46dfb67e368c75379acec591dad19df3cde26e63b93a8e704f1dade7a3",
     "8b59aa11380b624e81507a27fedda59fea6d0b779a778918a2fd3590e16e9c69",
     "8c8a13df77a28f3445213a0f432fde644acaa215fc72dcdf300d5efaa85d350c"},
    {kFirstSeed, "m/0'/1'/2'/2'/1000000000'",
     "8f94d394a8e8fd6b1bc2f3f49f5c47e385281d5c17e65324b0f62483e37e8793",
     "68789923a0cac2cd5a29172a475fe9e0fb14cd6adb5ad98a3fa70333e7afa230",
     "3c24da049451555d51a7014a37337aa4e12d41e485abccfa46b47dfb2af54b7a"},
    {kSecondSeed, "m", "171cb88b1b3c1db25add599712e36245d75bc65a1a5c9e18d76f9f2b1eab4012",
     "ef70a74db9c3a5af931b5fe73ed8e1a53464133654fd55e7a66f8570b8e33c3b",
     "8fe9693f8fa62a4305a140b9764c5ee01e455963744fe18204b4fb948249308a"},
    {kSecondSeed, "m/0'/2147483647'",
     "ea4f5bfe8694d8bb74b7b59404632fd5968b774ed545e810de9c32a4fb4192f4",
     "138f0b2551bcafeca6ff2aa88ba8ed0ed8de070841f0c4ef0165df8181eaad7f",
     "5ba3b9ac6e90e83effcd25ac4e58a1365a9e35a3d3ae5eb07b9e4d90bcf7506d"},
    {kSecondSeed, "m/0'/2147483647'/1'/2147483646'/2'",
     "551d333177df541ad876a60ea71f00447931c0a9da16f227c11ea080d7391b8d",
     "5d70af781f3a37b829f0d060924d5e960bdc02e85423494afc0b1a41bbe196d4",
     "47150c75db263559a70d5778bf36abbab30fb061ad69f69ece61a72b0cfa4fc0"},
};

TEST(Slip10, GivesTheKeysOfTheSlip) {
  for (const Case& test : kCases) {
    const auto root = Slip10PrivateKey::FromSeed(Hex(test.seed));
    ASSERT_TRUE(root.ok());
    const auto key = root->DerivePath(test.path);
    ASSERT_TRUE(key.ok()) << test.path;
    EXPECT_EQ(base::ToHex(key->private_key()), test.private_key) << test.path;
    EXPECT_EQ(base::ToHex(key->chain_code()), test.chain_code) << test.path;
    EXPECT_EQ(base::ToHex(Ed25519Signer(key->private_key()).public_key()), test.public_key);
  }
}

TEST(Slip10, RefusesStepsThatAreNotHardened) {
  const auto root = Slip10PrivateKey::FromSeed(Hex(kFirstSeed)).value();
  EXPECT_EQ(root.Derive(0).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(root.DerivePath("m/0'/1").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(root.DerivePath("0'").status().code(), absl::StatusCode::kInvalidArgument);
  const std::vector<uint32_t> deep(kMaxKeyPathSteps + 1, kHardened);
  EXPECT_EQ(root.DerivePath(deep).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(Slip10, TakesSeedsOfSixteenToSixtyFourBytes) {
  const base::Bytes seed(65, 1);
  for (const size_t size : {0u, 15u, 65u}) {
    EXPECT_FALSE(Slip10PrivateKey::FromSeed(base::ByteSpan(seed).first(size)).ok()) << size;
  }
  EXPECT_TRUE(Slip10PrivateKey::FromSeed(base::ByteSpan(seed).first(16)).ok());
  EXPECT_TRUE(Slip10PrivateKey::FromSeed(base::ByteSpan(seed).first(64)).ok());
}

}  // namespace
}  // namespace shadw::crypto
