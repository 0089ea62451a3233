// SPDX-License-Identifier: Apache-2.0
//
// The loop of pairs.h: three products and, for two pairs of columns at once, three XORs
// of three operands where the plain loop needs four and four. The three sums of up to six
// pairs of rows stay in registers, beside two sources and their sum of each of the two
// pairs of columns.
#include "libshadw/erasure/kernels/gfni_avx512.h"

#if defined(__x86_64__)
#include <array>
#include <utility>

#include "libshadw/erasure/kernels/affine.h"
#include "libshadw/erasure/kernels/row_groups.h"

namespace shadw::erasure::internal {
namespace {

template <size_t kPairs>
class PairsTile {
 public:
  // Twice as wide where registers allow: fewer loads of matrices.
  static constexpr size_t kVectors = kPairs <= 2 ? 2 : 1;

  SHADW_AVX512_INLINE static void Whole(const Pass& pass, size_t at) {
    Do<kVectors, false>(pass, at, 0);
  }
  SHADW_AVX512_INLINE static void Masked(const Pass& pass, size_t at, __mmask64 mask) {
    Do<1, true>(pass, at, mask);
  }

 private:
  // A pair of columns.
  template <size_t kWidth>
  struct Block {
    __m512i x[kWidth];
    __m512i y[kWidth];
    __m512i s[kWidth];
  };
  template <size_t kWidth>
  struct Sums {
    __m512i as[kPairs][kWidth];
    __m512i cy[kPairs][kWidth];
    __m512i cx[kPairs][kWidth];
  };

  template <size_t kWidth, bool kMasked>
  SHADW_AVX512_INLINE static void LoadBlock(const Pass& pass, size_t column, size_t at,
                                            __mmask64 mask, Block<kWidth>& block) {
#pragma GCC unroll 2
    for (size_t v = 0; v < kWidth; ++v) {
      const uint8_t* x = pass.sources[column] + at + v * kVectorBytes;
      const uint8_t* y = pass.sources[column + 1] + at + v * kVectorBytes;
      block.x[v] = Load<kMasked>(x, mask);
      block.y[v] = Load<kMasked>(y, mask);
      block.s[v] = _mm512_xor_si512(block.x[v], block.y[v]);
      if (!kMasked) FetchAhead(x);
      if (!kMasked) FetchAhead(y);
    }
  }

  // Starts the sums: with the last column where it is single, with the first pair of
  // columns where their number is odd. Returns the column to go on with.
  template <size_t kWidth, bool kMasked>
  SHADW_AVX512_INLINE static size_t Begin(const Pass& pass, size_t at, __mmask64 mask,
                                          const uint8_t*& matrices, Sums<kWidth>& sums) {
    const bool single = pass.columns % 2 != 0;
    __m512i x[kWidth];
#pragma GCC unroll 2
    for (size_t v = 0; v < kWidth; ++v) {
      x[v] = _mm512_setzero_si512();
      if (single) {
        x[v] = Load<kMasked>(pass.sources[pass.columns - 1] + at + v * kVectorBytes, mask);
      }
    }
#pragma GCC unroll 8
    for (size_t p = 0; p < kPairs; ++p) {
#pragma GCC unroll 2
      for (size_t v = 0; v < kWidth; ++v) {
        sums.as[p][v] = sums.cx[p][v] = sums.cy[p][v] = _mm512_setzero_si512();
        if (!single) continue;
        sums.as[p][v] = Times(x[v], AffineAt(matrices + 2 * p * kAffineBytes));
        sums.cx[p][v] = Times(x[v], AffineAt(matrices + (2 * p + 1) * kAffineBytes));
      }
    }
    if (single) matrices += 2 * kPairs * kAffineBytes;
    if (pass.columns / 2 % 2 == 0) return 0;
    Block<kWidth> block;
    LoadBlock<kWidth, kMasked>(pass, 0, at, mask, block);
#pragma GCC unroll 8
    for (size_t p = 0; p < kPairs; ++p) {
      const __m512i a = AffineAt(matrices + 2 * p * kAffineBytes);
      const __m512i c = AffineAt(matrices + (2 * p + 1) * kAffineBytes);
#pragma GCC unroll 2
      for (size_t v = 0; v < kWidth; ++v) {
        sums.as[p][v] = _mm512_xor_si512(sums.as[p][v], Times(block.s[v], a));
        sums.cy[p][v] = Times(block.y[v], c);
        sums.cx[p][v] = _mm512_xor_si512(sums.cx[p][v], Times(block.x[v], c));
      }
    }
    matrices += 2 * kPairs * kAffineBytes;
    return 2;
  }

  template <size_t kWidth, bool kMasked>
  SHADW_AVX512_INLINE static void Do(const Pass& pass, size_t at, __mmask64 mask) {
    const uint8_t* matrices = pass.matrices;
    Sums<kWidth> sums;
    size_t column = Begin<kWidth, kMasked>(pass, at, mask, matrices, sums);
    for (; column + 4 <= pass.columns; column += 4) {
      Block<kWidth> first;
      Block<kWidth> second;
      LoadBlock<kWidth, kMasked>(pass, column, at, mask, first);
      LoadBlock<kWidth, kMasked>(pass, column + 2, at, mask, second);
#pragma GCC unroll 8
      for (size_t p = 0; p < kPairs; ++p) {
        const __m512i a1 = AffineAt(matrices + 4 * p * kAffineBytes);
        const __m512i a2 = AffineAt(matrices + (4 * p + 1) * kAffineBytes);
        const __m512i c1 = AffineAt(matrices + (4 * p + 2) * kAffineBytes);
        const __m512i c2 = AffineAt(matrices + (4 * p + 3) * kAffineBytes);
#pragma GCC unroll 2
        for (size_t v = 0; v < kWidth; ++v) {
          sums.as[p][v] = Sum(sums.as[p][v], Times(first.s[v], a1), Times(second.s[v], a2));
          sums.cy[p][v] = Sum(sums.cy[p][v], Times(first.y[v], c1), Times(second.y[v], c2));
          sums.cx[p][v] = Sum(sums.cx[p][v], Times(first.x[v], c1), Times(second.x[v], c2));
        }
      }
      matrices += 4 * kPairs * kAffineBytes;
    }
#pragma GCC unroll 8
    for (size_t p = 0; p < kPairs; ++p) {
#pragma GCC unroll 2
      for (size_t v = 0; v < kWidth; ++v) {
        const size_t to = at + v * kVectorBytes;
        if (!kMasked && pass.fetch_outputs) {
          FetchAhead(pass.outputs[2 * p] + to);
          FetchAhead(pass.outputs[2 * p + 1] + to);
        }
        // In this order: of a single row, both are one output and the second is right.
        Store<kMasked>(pass.outputs[2 * p] + to, mask,
                       _mm512_xor_si512(sums.as[p][v], sums.cy[p][v]));
        Store<kMasked>(pass.outputs[2 * p + 1] + to, mask,
                       _mm512_xor_si512(sums.as[p][v], sums.cx[p][v]));
      }
    }
  }
};

template <size_t... kPairsLessOne>
constexpr std::array<ColumnsOfTile, kMostPairs> MakeColumns(std::index_sequence<kPairsLessOne...>) {
  return {&Columns<PairsTile<kPairsLessOne + 1>>...};
}
constexpr auto kColumnsByPairsLessOne = MakeColumns(std::make_index_sequence<kMostPairs>());

}  // namespace

void MultiplyPairs(const Product& product, RowPairs pairs) {
  ForEachRowGroup(pairs.count(), kMostPairs, [&](size_t first, size_t count) {
    std::array<uint8_t*, 2 * kMostPairs> outputs;
    for (size_t p = 0; p < count; ++p) {
      outputs[2 * p] = product.outputs[pairs.first(first + p)];
      outputs[2 * p + 1] = product.outputs[pairs.second(first + p)];
    }
    const size_t columns = product.shape.columns;
    const Pass pass{.matrices = product.tables.data() + first * PairTableBytes(columns),
                    .columns = columns,
                    .sources = product.sources,
                    .outputs = outputs.data(),
                    .fetch_outputs = product.from_memory};
    kColumnsByPairsLessOne[count - 1](pass, product.at, product.at + product.length);
  });
}

}  // namespace shadw::erasure::internal
#endif
