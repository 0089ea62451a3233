// SPDX-License-Identifier: Apache-2.0
//
// Small matrices over GF(2^8): the Cauchy matrix that defines the code, and the rows
// that express lost shards by those at hand.
#ifndef LIBSHADW_ERASURE_MATRIX_H_
#define LIBSHADW_ERASURE_MATRIX_H_

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "libshadw/base/bytes.h"
#include "libshadw/erasure/code.h"

namespace shadw::erasure::internal {

// A set of shard indices.
using ShardSet = std::bitset<kMaxTotalShards>;

struct MatrixShape {
  size_t rows = 0;
  size_t columns = 0;
};

// Row-major, zero at first.
class Matrix {
 public:
  Matrix() = default;
  explicit Matrix(MatrixShape shape) : shape_(shape), cells_(shape.rows * shape.columns) {}

  size_t rows() const { return shape_.rows; }
  size_t columns() const { return shape_.columns; }
  base::MutableByteSpan row(size_t i) {
    return base::MutableByteSpan(cells_).subspan(i * shape_.columns, shape_.columns);
  }
  base::ByteSpan row(size_t i) const {
    return base::ByteSpan(cells_).subspan(i * shape_.columns, shape_.columns);
  }
  base::ByteSpan cells() const { return cells_; }

 private:
  MatrixShape shape_;
  base::Bytes cells_;
};

// The m × k rows below the identity: row i, column j holds 1 / ((k + i) XOR j). Every
// square submatrix of a Cauchy matrix is regular, which is what makes the code MDS.
Matrix CauchyParityRows(Code code);

// to += factor * from, element by element; both of one length.
void AddScaled(base::MutableByteSpan to, uint8_t factor, base::ByteSpan from);

// Gauss–Jordan elimination; nothing where the matrix is singular. Square matrices only.
std::optional<Matrix> Invert(Matrix matrix);

// a * b; a.columns() == b.rows().
Matrix Multiply(const Matrix& a, const Matrix& b);

// |wanted| × k coefficients that make the wanted shards, ascending, from the k shards
// in `used`, ascending. `parity_rows` is the code's m × k matrix.
//   Errors   nothing where `used` does not determine the data (never for Cauchy rows)
std::optional<Matrix> ReconstructionRows(const Matrix& parity_rows, const ShardSet& used,
                                         const ShardSet& wanted);

}  // namespace shadw::erasure::internal

#endif  // LIBSHADW_ERASURE_MATRIX_H_
