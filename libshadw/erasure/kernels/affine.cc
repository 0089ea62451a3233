// SPDX-License-Identifier: Apache-2.0
#include "libshadw/erasure/kernels/affine.h"

#include <algorithm>

#include "libshadw/erasure/gf256.h"
#include "libshadw/erasure/kernels/row_groups.h"

namespace shadw::erasure::internal {
namespace {

// Byte 7 - i selects the bits of x whose sum is bit i of factor * x; so bit j of it is
// bit i of factor * 2^j.
constexpr AffineMatrix MakeAffine(unsigned factor) {
  AffineMatrix matrix{};
  unsigned power = factor;
  for (unsigned j = 0; j < 8; ++j) {
    for (unsigned i = 0; i < 8; ++i) {
      matrix[7 - i] = static_cast<uint8_t>(matrix[7 - i] | (power >> i & 1) << j);
    }
    power <<= 1;
    if (power & 0x100) power ^= kFieldPolynomial;
  }
  return matrix;
}

constexpr std::array<AffineMatrix, 256> MakeAllAffine() {
  std::array<AffineMatrix, 256> all{};
  for (unsigned factor = 0; factor < 256; ++factor) all[factor] = MakeAffine(factor);
  return all;
}

constexpr std::array<AffineMatrix, 256> kAffine = MakeAllAffine();

}  // namespace

const AffineMatrix& AffineMatrixOf(uint8_t factor) { return kAffine[factor]; }

base::Bytes MakeAffineTables(const Matrix& coefficients, AffineLayout layout) {
  base::Bytes tables(coefficients.cells().size() * kAffineBytes);
  auto out = tables.begin();
  const size_t columns = coefficients.columns();
  ForEachRowGroup(coefficients.rows(), layout.most_rows, [&](size_t first, size_t count) {
    size_t step = columns % layout.sources_a_step;
    if (step == 0) step = layout.sources_a_step;
    for (size_t c = 0; c < columns; c += step, step = layout.sources_a_step) {
      for (size_t r = first; r < first + count; ++r) {
        for (size_t i = c; i < c + step; ++i) {
          out = std::ranges::copy(kAffine[coefficients.row(r)[i]], out).out;
        }
      }
    }
  });
  return tables;
}

}  // namespace shadw::erasure::internal
