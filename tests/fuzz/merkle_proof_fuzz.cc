// SPDX-License-Identifier: Apache-2.0
//
// Hostile Merkle proofs: index 8 · count 8 · root 32 · leaf 32 · hashes. A proof that is
// accepted must be the tree's own: the count's low byte gives a tree to compare with.
#include <algorithm>
#include <cstdlib>
#include <vector>

#include "libshadw/base/coding.h"
#include "libshadw/crypto/merkle.h"

namespace shadw::crypto {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

std::vector<Hash256> Leaves(size_t count) {
  std::vector<Hash256> leaves(count);
  for (size_t i = 0; i < count; ++i) leaves[i][0] = static_cast<uint8_t>(i + 1);
  return leaves;
}

void Fuzz(base::ByteSpan input) {
  base::ByteReader in(input);
  const uint64_t index = in.U64();
  const uint64_t count = in.U64();
  Hash256 root;
  Hash256 leaf;
  in.Raw(root);
  in.Raw(leaf);
  std::vector<Hash256> proof(in.remaining() / sizeof(Hash256));
  for (Hash256& hash : proof) in.Raw(hash);
  const absl::Status status = VerifyMerkleProof(root, leaf, index, count, proof);
  Require(!status.ok() || (count > 0 && index < count && proof.size() <= 32));

  const size_t small_count = count % 40 + 1;
  const uint64_t small_index = index % small_count;
  const MerkleTree tree(Leaves(small_count));
  const std::vector<Hash256> own = tree.Proof(small_index).value();
  const Hash256 own_leaf = Leaves(small_count)[small_index];
  Require(VerifyMerkleProof(tree.root(), own_leaf, small_index, small_count, own).ok());
  const bool held = VerifyMerkleProof(tree.root(), leaf, small_index, small_count, proof).ok();
  Require(held == (leaf == own_leaf && proof == own));
}

}  // namespace
}  // namespace shadw::crypto

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  shadw::crypto::Fuzz({data, size});
  return 0;
}
