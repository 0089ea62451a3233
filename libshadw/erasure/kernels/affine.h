// SPDX-License-Identifier: Apache-2.0
//
// Multiplication by a constant of the field is linear over GF(2), hence an 8 × 8 matrix
// of bits, and GF2P8AFFINEQB applies one to every byte of a register. (GF2P8MULB knows
// only the polynomial 0x11b.)
#ifndef LIBSHADW_ERASURE_KERNELS_AFFINE_H_
#define LIBSHADW_ERASURE_KERNELS_AFFINE_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "libshadw/base/bytes.h"
#include "libshadw/erasure/matrix.h"

namespace shadw::erasure::internal {

inline constexpr size_t kAffineBytes = 8;
using AffineMatrix = std::array<uint8_t, kAffineBytes>;

// The matrix of x -> factor * x.
const AffineMatrix& AffineMatrixOf(uint8_t factor);

struct AffineLayout {
  size_t most_rows = 0;       // of a group, see row_groups.h
  size_t sources_a_step = 0;  // 1 or 2
};

// The bit matrices of all coefficients in the order a kernel reads them: group by group,
// in a group step by step, in a step row by row, in a row source by source. Where two
// sources make a step and their number is odd, the first one is a step of its own.
base::Bytes MakeAffineTables(const Matrix& coefficients, AffineLayout layout);

}  // namespace shadw::erasure::internal

#endif  // LIBSHADW_ERASURE_KERNELS_AFFINE_H_
