// SPDX-License-Identifier: Apache-2.0
//
// BLAKE2b-256 of eight messages of one length side by side, for work in which many
// hashes wait on nothing but each other's neighbours: one vector register holds the same
// word of all eight. A lane's hash is that of `blake2b.h`.
//
//   std::vector<crypto::Blake2bLaneBlock> blocks(4);            // 512 bytes a lane
//   crypto::SetLaneWord(blocks, 3, lane, word);                 // bytes 24 … 31 of the lane
//   crypto::Blake2bLaneHash hashes;
//   crypto::Blake2b256Lanes(blocks, hashes);                    // word w of lane l: [w * 8 + l]
//
// Limits: whole blocks of 128 bytes, no key. Not for secrets: nothing is wiped.
//   Source   RFC 7693
#ifndef LIBSHADW_CRYPTO_BLAKE2B_LANES_H_
#define LIBSHADW_CRYPTO_BLAKE2B_LANES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace shadw::crypto {

inline constexpr size_t kBlake2bLanes = 8;
inline constexpr size_t kBlake2bBlockWords = 16;

// Sixteen little-endian words of each lane: word w of lane l stands at [w * 8 + l].
struct alignas(64) Blake2bLaneBlock {
  std::array<uint64_t, kBlake2bBlockWords * kBlake2bLanes> words;
};
// Four words of each lane, in the same order.
using Blake2bLaneHash = std::array<uint64_t, 4 * kBlake2bLanes>;

enum class LaneKernel : uint8_t { kFastest, kAvx512, kAvx2, kPortable };

// The hash of each lane's blocks, one after the other.
//   Shapes   blocks  at least one; aborts otherwise, and on a kernel that this processor
//                    cannot run (ask LaneKernelRuns)
//   Promise  same hashes on every CPU and kernel
//   Cost     with AVX-512 about a third of eight hashes one by one; no allocation
void Blake2b256Lanes(std::span<const Blake2bLaneBlock> blocks, Blake2bLaneHash& out,
                     LaneKernel kernel = LaneKernel::kFastest);

bool LaneKernelRuns(LaneKernel kernel);

// Sets word `word` of the message of `lane`, counted from the first block on.
inline void SetLaneWord(std::span<Blake2bLaneBlock> blocks, size_t word, size_t lane,
                        uint64_t value) {
  blocks[word / kBlake2bBlockWords].words[word % kBlake2bBlockWords * kBlake2bLanes + lane] = value;
}

}  // namespace shadw::crypto

#endif  // LIBSHADW_CRYPTO_BLAKE2B_LANES_H_
