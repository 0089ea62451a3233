// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/merkle.h"

#include <algorithm>
#include <bit>

#include "absl/strings/str_cat.h"
#include "libshadw/crypto/hash.h"
#include "libshadw/crypto/invariant.h"

namespace shadw::crypto {
namespace {

constexpr uint8_t kNodePrefix = 0x01;
constexpr size_t kNodeBytes = 1 + 2 * sizeof(Hash256);
// Nodes of one length are leaves to LeafHasher, which hashes several at once.
constexpr size_t kNodesAtOnce = 64;

void WriteNode(const Hash256& left, const Hash256& right, uint8_t* out) {
  out[0] = kNodePrefix;
  std::ranges::copy(left, out + 1);
  std::ranges::copy(right, out + 1 + sizeof(Hash256));
}

Hash256 Node(LeafHasher& hasher, const Hash256& left, const Hash256& right) {
  base::ByteArray<kNodeBytes> message;
  WriteNode(left, right, message.data());
  Hash256 node;
  hasher.Hash(message, kNodeBytes, &node);
  return node;
}

// The level above; a missing last sibling is `padding`, the root of an empty subtree.
std::vector<Hash256> Parents(LeafHasher& hasher, std::span<const Hash256> level,
                             const Hash256& padding) {
  std::vector<Hash256> parents((level.size() + 1) / 2);
  base::ByteArray<kNodesAtOnce * kNodeBytes> messages;
  for (size_t at = 0; at < parents.size(); at += kNodesAtOnce) {
    const size_t count = std::min(kNodesAtOnce, parents.size() - at);
    for (size_t i = 0; i < count; ++i) {
      const size_t left = 2 * (at + i);
      const Hash256& right = left + 1 < level.size() ? level[left + 1] : padding;
      WriteNode(level[left], right, messages.data() + i * kNodeBytes);
    }
    hasher.Hash(base::ByteSpan(messages).first(count * kNodeBytes), kNodeBytes, &parents[at]);
  }
  return parents;
}

}  // namespace

Hash256 MerkleNode(const Hash256& left, const Hash256& right) {
  LeafHasher hasher;
  return Node(hasher, left, right);
}

Hash256 MerkleRoot(std::span<const Hash256> leaves) {
  Require(leaves.empty() || std::has_single_bit(leaves.size()));
  return MerkleRootPadded(leaves);
}

Hash256 MerkleRootPadded(std::span<const Hash256> leaves) {
  if (leaves.empty()) return {};
  if (leaves.size() == 1) return leaves.front();
  LeafHasher hasher;
  Hash256 padding{};
  std::vector<Hash256> level = Parents(hasher, leaves, padding);
  while (level.size() > 1) {
    padding = Node(hasher, padding, padding);
    level = Parents(hasher, level, padding);
  }
  return level.front();
}

MerkleTree::MerkleTree(std::span<const Hash256> leaves) : leaf_count_(leaves.size()) {
  levels_.emplace_back(leaves.begin(), leaves.end());
  if (leaves.empty()) levels_.back().resize(1);
  LeafHasher hasher;
  Hash256 padding{};
  while (levels_.back().size() > 1) {
    // Every level keeps whole pairs, so that each sibling of a proof is there.
    if (levels_.back().size() % 2 == 1) levels_.back().push_back(padding);
    std::vector<Hash256> parents = Parents(hasher, levels_.back(), padding);
    levels_.push_back(std::move(parents));
    padding = Node(hasher, padding, padding);
  }
}

absl::StatusOr<std::vector<Hash256>> MerkleTree::Proof(uint64_t index) const {
  if (index >= leaf_count_) {
    return absl::InvalidArgumentError(
        absl::StrCat("crypto: got leaf ", index, ", need one below ", leaf_count_));
  }
  std::vector<Hash256> proof;
  proof.reserve(levels_.size() - 1);
  for (size_t height = 0; height + 1 < levels_.size(); ++height, index /= 2) {
    proof.push_back(levels_[height][index ^ 1]);
  }
  return proof;
}

absl::Status VerifyMerkleProof(const Hash256& root, const Hash256& leaf, uint64_t index,
                               uint64_t leaf_count, std::span<const Hash256> proof) {
  if (leaf_count == 0 || leaf_count > kMaxMerkleLeaves) {
    return absl::InvalidArgumentError(absl::StrCat("crypto: got a Merkle tree of ", leaf_count,
                                                   " leaves, need 1 to ", kMaxMerkleLeaves));
  }
  if (index >= leaf_count) {
    return absl::InvalidArgumentError(
        absl::StrCat("crypto: got leaf ", index, ", need one below ", leaf_count));
  }
  const auto height = static_cast<size_t>(std::bit_width(leaf_count - 1));
  if (proof.size() != height) {
    return absl::PermissionDeniedError(
        absl::StrCat("crypto: got a Merkle proof of ", proof.size(), " hashes, need ", height));
  }
  LeafHasher hasher;
  Hash256 node = leaf;
  for (const Hash256& sibling : proof) {
    node = index % 2 == 0 ? Node(hasher, node, sibling) : Node(hasher, sibling, node);
    index /= 2;
  }
  if (node != root) {
    return absl::PermissionDeniedError(
        "crypto: got a Merkle proof that leads to another root, need the given one");
  }
  return absl::OkStatus();
}

}  // namespace shadw::crypto
