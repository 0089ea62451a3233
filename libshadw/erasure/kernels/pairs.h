// SPDX-License-Identifier: Apache-2.0
//
// Three products for four. 1 / (i XOR j) stays as it is where i and j both change their
// last bit, so the parity matrix consists of blocks
//   | a b |  of rows i, i ^ 1
//   | b a |  and columns j, j ^ 1.
// With s = x + y and c = a + b, what such a block makes of the sources x and y is
//   a x + b y = a s + c y
//   b x + a y = a s + c x
// so a kernel sums a s, c y and c x over all pairs of columns, each in a register of its
// own, and adds the first to the other two at the end. (Karatsuba's idea, in
// characteristic 2.)
//
// A row without a neighbour counts as the second of a pair whose first nobody wants; a
// last column without one as the x of a pair with y = 0.
#ifndef LIBSHADW_ERASURE_KERNELS_PAIRS_H_
#define LIBSHADW_ERASURE_KERNELS_PAIRS_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "libshadw/base/bytes.h"
#include "libshadw/erasure/matrix.h"

namespace shadw::erasure::internal {

// How the rows of a matrix pair up: (0, 1), (2, 3), …, or after a single one (1, 2), ….
struct RowPairs {
  size_t rows = 0;
  bool single_first = false;

  size_t count() const { return (rows + (single_first ? 1 : 0) + 1) / 2; }
  // The rows of a pair; a single row is both.
  size_t first(size_t pair) const;
  size_t second(size_t pair) const;
};

// The pairs of `coefficients`, where all its blocks have the shape above and pairs save
// products; its columns pair up as (0, 1), (2, 3), ….
std::optional<RowPairs> FindRowPairs(const Matrix& coefficients);

// Bytes of tables for one pair of rows.
size_t PairTableBytes(size_t columns);

// The bit matrices (affine.h) in the order a kernel reads them: groups of pairs of at
// most `most_pairs`, in a group step by step, in a step pair by pair. A last single
// column is the first step: a, c. If the number of pairs of columns is odd, the first of
// them is the next: a, c. Every further step takes two: a, a', c, c'.
base::Bytes MakePairTables(const Matrix& coefficients, RowPairs pairs, size_t most_pairs);

}  // namespace shadw::erasure::internal

#endif  // LIBSHADW_ERASURE_KERNELS_PAIRS_H_
