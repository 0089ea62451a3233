// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/merkle.h"

#include <gtest/gtest.h>

#include <bit>

#include "libshadw/crypto/hash.h"

namespace shadw::crypto {
namespace {

std::vector<Hash256> Leaves(size_t count) {
  std::vector<Hash256> leaves;
  for (size_t i = 0; i < count; ++i) {
    const auto byte = static_cast<uint8_t>(i);
    leaves.push_back(Sha256(base::ByteSpan(&byte, 1)));
  }
  return leaves;
}

// Straight from the definition.
Hash256 PlainRoot(std::vector<Hash256> level) {
  level.resize(std::bit_ceil(level.size()));
  while (level.size() > 1) {
    for (size_t i = 0; i < level.size() / 2; ++i) {
      const uint8_t prefix = 1;
      level[i] = Sha256({{&prefix, 1}, level[2 * i], level[2 * i + 1]});
    }
    level.resize(level.size() / 2);
  }
  return level[0];
}

TEST(MerkleRoot, GivesTheRootsOfAnotherImplementation) {
  EXPECT_EQ(base::ToHex(MerkleRoot(Leaves(8))),
            "f36bcde6dad5de59abe552a27830872409aada55ff786972f67b0cacb653353d");
  EXPECT_EQ(base::ToHex(MerkleRootPadded(Leaves(5))),
            "7661a1d3f4fcb94f3cd827dfdb88d4f0bd97a4ba32211f0198dc4120cfa5c07f");
}

TEST(MerkleRoot, FollowsItsDefinitionForEveryCount) {
  for (size_t count = 1; count <= 130; ++count) {
    const std::vector<Hash256> leaves = Leaves(count);
    const Hash256 expected = PlainRoot(leaves);
    EXPECT_EQ(MerkleRootPadded(leaves), expected) << count;
    EXPECT_EQ(MerkleTree(leaves).root(), expected) << count;
    if (std::has_single_bit(count)) {
      EXPECT_EQ(MerkleRoot(leaves), expected) << count;
    }
  }
}

TEST(MerkleRoot, IsTheLeafForOneAndZerosForNone) {
  EXPECT_EQ(MerkleRoot(Leaves(1)), Leaves(1)[0]);
  EXPECT_EQ(MerkleRoot({}), Hash256{});
  EXPECT_EQ(MerkleTree({}).root(), Hash256{});
  EXPECT_FALSE(MerkleTree({}).Proof(0).ok());
}

TEST(MerkleRoot, OfTwoLeavesIsTheirNode) {
  const std::vector<Hash256> leaves = Leaves(2);
  EXPECT_EQ(MerkleRoot(leaves), MerkleNode(leaves[0], leaves[1]));
  EXPECT_NE(MerkleNode(leaves[0], leaves[1]), MerkleNode(leaves[1], leaves[0]));
}

TEST(MerkleRootDeathTest, DiesOnACountThatIsNoPowerOfTwo) {
  EXPECT_DEATH(MerkleRoot(Leaves(3)), "");
}

TEST(MerkleProof, HoldsForEveryLeafOfEveryCount) {
  for (size_t count = 1; count <= 40; ++count) {
    const std::vector<Hash256> leaves = Leaves(count);
    const MerkleTree tree(leaves);
    for (size_t i = 0; i < count; ++i) {
      const auto proof = tree.Proof(i);
      ASSERT_TRUE(proof.ok());
      EXPECT_TRUE(VerifyMerkleProof(tree.root(), leaves[i], i, count, *proof).ok())
          << i << " of " << count;
    }
    EXPECT_EQ(tree.Proof(count).status().code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST(MerkleProof, HoldsForNoOtherLeafPlaceCountOrRoot) {
  const std::vector<Hash256> leaves = Leaves(11);
  const MerkleTree tree(leaves);
  for (size_t i = 0; i < leaves.size(); ++i) {
    const std::vector<Hash256> proof = tree.Proof(i).value();
    for (size_t j = 0; j < leaves.size(); ++j) {
      if (i == j) continue;
      EXPECT_FALSE(VerifyMerkleProof(tree.root(), leaves[j], i, 11, proof).ok());
      EXPECT_FALSE(VerifyMerkleProof(tree.root(), leaves[i], j, 11, proof).ok());
    }
    EXPECT_FALSE(VerifyMerkleProof(tree.root(), leaves[i], i, 17, proof).ok());
    EXPECT_FALSE(VerifyMerkleProof(leaves[0], leaves[i], i, 11, proof).ok());
  }
}

TEST(MerkleProof, HoldsWithNoBitChangedAndNoHashMissing) {
  const std::vector<Hash256> leaves = Leaves(8);
  const MerkleTree tree(leaves);
  std::vector<Hash256> proof = tree.Proof(5).value();
  for (size_t bit = 0; bit < proof.size() * 256; ++bit) {
    uint8_t& byte = proof[bit / 256][bit % 256 / 8];
    byte ^= static_cast<uint8_t>(1 << bit % 8);
    EXPECT_EQ(VerifyMerkleProof(tree.root(), leaves[5], 5, 8, proof).code(),
              absl::StatusCode::kPermissionDenied);
    byte ^= static_cast<uint8_t>(1 << bit % 8);
  }
  proof.emplace_back();
  EXPECT_FALSE(VerifyMerkleProof(tree.root(), leaves[5], 5, 8, proof).ok());
  proof.resize(2);
  EXPECT_FALSE(VerifyMerkleProof(tree.root(), leaves[5], 5, 8, proof).ok());
}

TEST(MerkleProof, DoesNotTakeANodeForALeaf) {
  const std::vector<Hash256> leaves = Leaves(4);
  const Hash256 root = MerkleRoot(leaves);
  const Hash256 left = MerkleNode(leaves[0], leaves[1]);
  const std::vector<Hash256> proof = {MerkleNode(leaves[2], leaves[3])};
  // The same hashes do lead to the root: the count is what tells a node from a leaf.
  EXPECT_TRUE(VerifyMerkleProof(root, left, 0, 2, proof).ok());
  EXPECT_FALSE(VerifyMerkleProof(root, left, 0, 4, proof).ok());
}

TEST(MerkleProof, RefusesPlacesAndCountsOutsideATree) {
  const Hash256 leaf{};
  const absl::StatusCode refused = absl::StatusCode::kInvalidArgument;
  EXPECT_EQ(VerifyMerkleProof(leaf, leaf, 0, 0, {}).code(), refused);
  EXPECT_EQ(VerifyMerkleProof(leaf, leaf, 1, 1, {}).code(), refused);
  EXPECT_EQ(VerifyMerkleProof(leaf, leaf, 0, kMaxMerkleLeaves + 1, {}).code(), refused);
  EXPECT_EQ(VerifyMerkleProof(leaf, leaf, 0, ~uint64_t{0}, {}).code(), refused);
  EXPECT_TRUE(VerifyMerkleProof(leaf, leaf, 0, 1, {}).ok());
  const std::vector<Hash256> proof(32);
  EXPECT_EQ(VerifyMerkleProof(leaf, leaf, kMaxMerkleLeaves - 1, kMaxMerkleLeaves, proof).code(),
            absl::StatusCode::kPermissionDenied);
}

}  // namespace
}  // namespace shadw::crypto
