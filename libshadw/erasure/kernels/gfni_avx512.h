// SPDX-License-Identifier: Apache-2.0
//
// What the two loops of the AVX-512 path share: registers of 64 bytes, loads and stores
// that masks keep inside, and the way along the columns.
#ifndef LIBSHADW_ERASURE_KERNELS_GFNI_AVX512_H_
#define LIBSHADW_ERASURE_KERNELS_GFNI_AVX512_H_

#if defined(__x86_64__)
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "libshadw/erasure/kernels/pairs.h"
#include "libshadw/erasure/kernels/path.h"

#define SHADW_AVX512 __attribute__((target("gfni,avx512f,avx512bw")))
// By force where a call would cost more than the work.
#define SHADW_AVX512_INLINE SHADW_AVX512 __attribute__((always_inline)) inline

namespace shadw::erasure::internal {

inline constexpr size_t kVectorBytes = 64;
inline constexpr size_t kMostPairs = 6;

// The rows of one group.
struct Pass {
  const uint8_t* matrices;
  size_t columns;
  const uint8_t* const* sources;
  uint8_t* const* outputs;
  bool fetch_outputs;  // where they come from memory; from the cache it costs more
};

SHADW_AVX512_INLINE __m512i AffineAt(const uint8_t* matrix) {
  return _mm512_broadcastq_epi64(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(matrix)));
}

SHADW_AVX512_INLINE __m512i Times(__m512i bytes, __m512i matrix) {
  return _mm512_gf2p8affine_epi64_epi8(bytes, matrix, 0);
}

SHADW_AVX512_INLINE __m512i Sum(__m512i a, __m512i b, __m512i c) {
  return _mm512_ternarylogic_epi64(a, b, c, 0x96);
}

template <bool kMasked>
SHADW_AVX512_INLINE __m512i Load(const uint8_t* from, __mmask64 mask) {
  return kMasked ? _mm512_maskz_loadu_epi8(mask, from) : _mm512_loadu_si512(from);
}

template <bool kMasked>
SHADW_AVX512_INLINE void Store(uint8_t* to, __mmask64 mask, __m512i bytes) {
  kMasked ? _mm512_mask_storeu_epi8(to, mask, bytes) : _mm512_storeu_si512(to, bytes);
}

// Asks for what a tile soon loads or stores: so many streams at once are more than the hardware
// follows, most of all where they lie a power of two apart. The address may lie behind
// the shard, where no pointer may point and no fetch fails. (GCC takes a function that
// only fetches for one without effect, unless it is inline.)
SHADW_AVX512_INLINE void FetchAhead(const uint8_t* from) {
  const auto address = reinterpret_cast<uintptr_t>(from) + 2 * kVectorBytes;
  _mm_prefetch(reinterpret_cast<const char*>(address), _MM_HINT_T0);
}

// A tile is some registers wide: Tile::Whole(pass, at) does kVectors of them, and
// Tile::Masked(pass, at, mask) the bytes of one that are in `mask`.
template <typename Tile>
SHADW_AVX512 void Columns(const Pass& pass, size_t at, size_t end) {
  constexpr size_t kTileBytes = Tile::kVectors * kVectorBytes;
  for (; at + kTileBytes <= end; at += kTileBytes) Tile::Whole(pass, at);
  for (; at < end; at += kVectorBytes) {
    const size_t rest = end - at;
    const __mmask64 all = ~uint64_t{0};
    Tile::Masked(pass, at, rest < kVectorBytes ? ~(all << rest) : all);
  }
}
using ColumnsOfTile = void (*)(const Pass& pass, size_t at, size_t end);

// A product whose tables are those of MakePairTables(…, pairs, kMostPairs).
void MultiplyPairs(const Product& product, RowPairs pairs);

}  // namespace shadw::erasure::internal
#endif  // x86-64

#endif  // LIBSHADW_ERASURE_KERNELS_GFNI_AVX512_H_
