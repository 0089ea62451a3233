// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/blake2b_lanes.h"

#include <cstring>

#include "libshadw/crypto/invariant.h"

// Vectors never cross a call that is not inlined, so how they would be passed is no matter.
#pragma GCC diagnostic ignored "-Wpsabi"
#define SHADW_INLINE inline __attribute__((always_inline))

namespace shadw::crypto {
namespace {

using Wide = uint64_t __attribute__((vector_size(64)));
using Half = uint64_t __attribute__((vector_size(32)));

constexpr uint64_t kIv[8] = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b,
                             0xa54ff53a5f1d36f1, 0x510e527fade682d1, 0x9b05688c2b3e6c1f,
                             0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};
// Digest of 32 bytes, no key, fan-out and depth 1.
constexpr uint64_t kParameters = 0x01010020;
constexpr uint64_t kBlockBytes = 128;

constexpr uint8_t kSigma[12][16] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
                                    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
                                    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
                                    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
                                    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
                                    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
                                    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
                                    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
                                    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
                                    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
                                    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
                                    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3}};

template <int kBits, typename Vector>
SHADW_INLINE Vector RotateRight(const Vector& x) {
  return (x >> kBits) | (x << (64 - kBits));
}

template <typename Vector>
SHADW_INLINE Vector Load(const uint64_t* from) {
  Vector vector;
  std::memcpy(&vector, from, sizeof vector);
  return vector;
}

template <typename Vector>
SHADW_INLINE void Mix(Vector& a, Vector& b, Vector& c, Vector& d, const Vector& x,
                      const Vector& y) {
  a = a + b + x;
  d = RotateRight<32, Vector>(d ^ a);
  c = c + d;
  b = RotateRight<24, Vector>(b ^ c);
  a = a + b + y;
  d = RotateRight<16, Vector>(d ^ a);
  c = c + d;
  b = RotateRight<63, Vector>(b ^ c);
}

template <typename Vector>
SHADW_INLINE void Compress(Vector (&h)[8], const uint64_t* block, uint64_t counter, bool last) {
  Vector v[16];
  for (int i = 0; i < 8; ++i) v[i] = h[i];
  for (int i = 0; i < 8; ++i) v[8 + i] = Vector{} + kIv[i];
  v[12] ^= Vector{} + counter;
  if (last) v[14] = ~v[14];
#pragma GCC unroll 12
  for (int round = 0; round < 12; ++round) {
    const auto message = [&](int at) __attribute__((always_inline)) {
      return Load<Vector>(block + kSigma[round][at] * kBlake2bLanes);
    };
    Mix<Vector>(v[0], v[4], v[8], v[12], message(0), message(1));
    Mix<Vector>(v[1], v[5], v[9], v[13], message(2), message(3));
    Mix<Vector>(v[2], v[6], v[10], v[14], message(4), message(5));
    Mix<Vector>(v[3], v[7], v[11], v[15], message(6), message(7));
    Mix<Vector>(v[0], v[5], v[10], v[15], message(8), message(9));
    Mix<Vector>(v[1], v[6], v[11], v[12], message(10), message(11));
    Mix<Vector>(v[2], v[7], v[8], v[13], message(12), message(13));
    Mix<Vector>(v[3], v[4], v[9], v[14], message(14), message(15));
  }
  for (int i = 0; i < 8; ++i) h[i] ^= v[i] ^ v[8 + i];
}

// Lanes first … first + width of the vector.
template <typename Vector>
SHADW_INLINE void Hash(std::span<const Blake2bLaneBlock> blocks, size_t first,
                       Blake2bLaneHash& out) {
  Vector h[8];
  for (int i = 0; i < 8; ++i) h[i] = Vector{} + kIv[i];
  h[0] ^= Vector{} + kParameters;
  for (size_t i = 0; i < blocks.size(); ++i) {
    Compress<Vector>(h, blocks[i].words.data() + first, (i + 1) * kBlockBytes,
                     i + 1 == blocks.size());
  }
  for (size_t i = 0; i < 4; ++i) {
    std::memcpy(out.data() + i * kBlake2bLanes + first, &h[i], sizeof(Vector));
  }
}

void HashPortable(std::span<const Blake2bLaneBlock> blocks, Blake2bLaneHash& out) {
  for (size_t lane = 0; lane < kBlake2bLanes; ++lane) Hash<uint64_t>(blocks, lane, out);
}

#if defined(__x86_64__)
__attribute__((target("avx512f"))) void HashAvx512(std::span<const Blake2bLaneBlock> blocks,
                                                   Blake2bLaneHash& out) {
  Hash<Wide>(blocks, 0, out);
}

__attribute__((target("avx2"))) void HashAvx2(std::span<const Blake2bLaneBlock> blocks,
                                              Blake2bLaneHash& out) {
  Hash<Half>(blocks, 0, out);
  Hash<Half>(blocks, 4, out);
}
#endif

LaneKernel Fastest() {
  for (const LaneKernel kernel : {LaneKernel::kAvx512, LaneKernel::kAvx2}) {
    if (LaneKernelRuns(kernel)) return kernel;
  }
  return LaneKernel::kPortable;
}

}  // namespace

bool LaneKernelRuns(LaneKernel kernel) {
#if defined(__x86_64__)
  if (kernel == LaneKernel::kAvx512) return __builtin_cpu_supports("avx512f") != 0;
  if (kernel == LaneKernel::kAvx2) return __builtin_cpu_supports("avx2") != 0;
#endif
  return kernel == LaneKernel::kPortable || kernel == LaneKernel::kFastest;
}

void Blake2b256Lanes(std::span<const Blake2bLaneBlock> blocks, Blake2bLaneHash& out,
                     LaneKernel kernel) {
  Require(!blocks.empty());
  static const LaneKernel fastest = Fastest();
  if (kernel == LaneKernel::kFastest) kernel = fastest;
  Require(LaneKernelRuns(kernel));
#if defined(__x86_64__)
  if (kernel == LaneKernel::kAvx512) return HashAvx512(blocks, out);
  if (kernel == LaneKernel::kAvx2) return HashAvx2(blocks, out);
#endif
  HashPortable(blocks, out);
}

}  // namespace shadw::crypto
