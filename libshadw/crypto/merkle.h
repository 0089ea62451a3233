// SPDX-License-Identifier: Apache-2.0
//
// Binary Merkle trees over SHA-256: one hash commits to a list, and log2(n) hashes
// prove that a leaf stands at its place in it. Leaves are given as hashes; an inner
// node is SHA-256(0x01 ‖ left ‖ right).
//
//   crypto::MerkleTree tree(leaves);
//   auto proof = tree.Proof(5);
//   absl::Status held = crypto::VerifyMerkleProof(tree.root(), leaves[5], 5, leaves.size(),
//   *proof);
//
// Limits: a list whose length is no power of two is padded with zero hashes, so a root
// does not tell L from L followed by zero hashes: commit to the count beside the root.
// Leaves carry no prefix of their own; whoever hashes them uses one fixed length other
// than 65 bytes, so that no leaf can pass for a node. The root of no leaf is 32 zeros.
//   Source   Merkle 1987; the 0x01 prefix as in RFC 9162, whose tree shape differs
#ifndef LIBSHADW_CRYPTO_MERKLE_H_
#define LIBSHADW_CRYPTO_MERKLE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"

namespace shadw::crypto {

using Hash256 = base::ByteArray<32>;

inline constexpr uint64_t kMaxMerkleLeaves = uint64_t{1} << 32;

// SHA-256(0x01 ‖ left ‖ right).
Hash256 MerkleNode(const Hash256& left, const Hash256& right);

// The root of the tree over the leaves.
//   Shapes   leaves  2^i of them or none; aborts otherwise
//   Cost     one hash of 65 bytes (about 0.2 us) a leaf, half the leaves as memory
Hash256 MerkleRoot(std::span<const Hash256> leaves);

// The same for any count, padded with zero hashes to a power of two.
Hash256 MerkleRootPadded(std::span<const Hash256> leaves);

// A padded tree that keeps its levels and gives proofs.
class MerkleTree {
 public:
  explicit MerkleTree(std::span<const Hash256> leaves);

  const Hash256& root() const { return levels_.back().front(); }
  uint64_t leaf_count() const { return leaf_count_; }

  // The siblings from the leaf upwards.
  //   Shapes   result  ceil(log2(leaf_count())) hashes
  //   Errors   kInvalidArgument  index is not below leaf_count()
  absl::StatusOr<std::vector<Hash256>> Proof(uint64_t index) const;

 private:
  uint64_t leaf_count_;
  std::vector<std::vector<Hash256>> levels_;
};

// Checks that `leaf` stands at `index` of the `leaf_count` leaves under `root`.
//   Errors   kInvalidArgument   leaf_count is 0 or over kMaxMerkleLeaves, or index is
//                               not below it
//            kPermissionDenied  the proof has the wrong length or leads elsewhere
//   Promise  safe on hostile input: at most 32 hashes of work
absl::Status VerifyMerkleProof(const Hash256& root, const Hash256& leaf, uint64_t index,
                               uint64_t leaf_count, std::span<const Hash256> proof);

}  // namespace shadw::crypto

#endif  // LIBSHADW_CRYPTO_MERKLE_H_
