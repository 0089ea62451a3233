// SPDX-License-Identifier: Apache-2.0
//
// A Merkle tree that remembers one hash for each grain of 256 leaves, under a percent of
// what it stands over; the rest of a proof is made from the grain itself. Private to this
// module.
#ifndef LIBSHADW_CAPACITY_GRAIN_TREE_H_
#define LIBSHADW_CAPACITY_GRAIN_TREE_H_

#include <cstdint>
#include <span>
#include <vector>

#include "libshadw/capacity/rows.h"
#include "libshadw/crypto/merkle.h"

namespace shadw::capacity {

class GrainTree {
 public:
  //   Shapes   grains  2^i roots of grains, at least one
  explicit GrainTree(std::span<const Hash256> grains) : top_(grains) {}

  const Hash256& root() const { return top_.root(); }

  // The siblings of leaf `index`, whose grain has these leaves.
  //   Shapes   leaves  kGrainLabels; index  below all leaves
  std::vector<Hash256> Proof(uint64_t index, std::span<const Hash256> leaves) const {
    std::vector<Hash256> path = *crypto::MerkleTree(leaves).Proof(index % kGrainLabels);
    const std::vector<Hash256> rest = *top_.Proof(index / kGrainLabels);
    path.insert(path.end(), rest.begin(), rest.end());
    return path;
  }

 private:
  crypto::MerkleTree top_;
};

}  // namespace shadw::capacity

#endif  // LIBSHADW_CAPACITY_GRAIN_TREE_H_
