// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_PLACEMENT_ROSTERS_H_
#define TESTS_PLACEMENT_ROSTERS_H_

#include <string>
#include <vector>

#include "libshadw/base/coding.h"
#include "libshadw/crypto/random.h"
#include "libshadw/placement/placement.h"

namespace shadw::placement {

inline constexpr base::ByteArray<32> kSeed = {1, 2, 3};

// `count` nodes of weight 1 with random ids and unknown owners and subnets.
inline std::vector<Node> MakeRoster(size_t count, uint64_t seed = 1) {
  crypto::SeededRandom random(seed);
  std::vector<Node> nodes(count);
  for (Node& node : nodes) node.id = random.Array<32>();
  return nodes;
}

inline base::Bytes KeyOf(uint64_t number) {
  base::Bytes key(8);
  base::StoreLittleEndian(key.data(), number);
  return key;
}

// 0 to below - 1, evenly enough for tests.
inline uint32_t Below(crypto::SeededRandom& random, uint32_t below) {
  return static_cast<uint32_t>(base::LoadLittleEndian<uint64_t>(random.Array<8>().data()) % below);
}

}  // namespace shadw::placement

#endif  // TESTS_PLACEMENT_ROSTERS_H_
