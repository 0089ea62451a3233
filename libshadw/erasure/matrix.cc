// SPDX-License-Identifier: Apache-2.0
#include "libshadw/erasure/matrix.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "libshadw/erasure/gf256.h"

namespace shadw::erasure::internal {
namespace {

// Which shards stand for which: the k shards in use are the data shards that are there
// and as many parity shards as data shards are lost.
struct Roles {
  std::vector<size_t> lost_data;     // e of them
  std::vector<size_t> used_parity;   // e of them, numbered from 0
  std::vector<size_t> source_place;  // by shard index: its place among the sources
};

Roles AssignRoles(Code code, const ShardSet& used) {
  Roles roles;
  roles.source_place.resize(code.total_shards());
  size_t place = 0;
  for (size_t i = 0; i < code.total_shards(); ++i) {
    roles.source_place[i] = place;
    if (used[i]) {
      ++place;
      if (i >= code.data_shards) roles.used_parity.push_back(i - code.data_shards);
    } else if (i < code.data_shards) {
      roles.lost_data.push_back(i);
    }
  }
  return roles;
}

// A used parity shard p says: sum over lost x of P[p][x] * x = p + sum over present j of
// P[p][j] * j. This is the right-hand side of those e equations, in the sources.
Matrix RightHandSides(const Matrix& parity_rows, const Roles& roles, const ShardSet& used) {
  const size_t data_shards = parity_rows.columns();
  Matrix sides({.rows = roles.used_parity.size(), .columns = data_shards});
  for (size_t r = 0; r < sides.rows(); ++r) {
    const size_t parity = roles.used_parity[r];
    for (size_t j = 0; j < data_shards; ++j) {
      if (used[j]) sides.row(r)[roles.source_place[j]] = parity_rows.row(parity)[j];
    }
    sides.row(r)[roles.source_place[data_shards + parity]] = 1;
  }
  return sides;
}

// Every lost data shard in terms of the sources: the small e × e system solved.
std::optional<Matrix> LostDataRows(const Matrix& parity_rows, const Roles& roles,
                                   const ShardSet& used) {
  const size_t lost = roles.lost_data.size();
  Matrix system({.rows = lost, .columns = lost});
  for (size_t r = 0; r < lost; ++r) {
    for (size_t c = 0; c < lost; ++c) {
      system.row(r)[c] = parity_rows.row(roles.used_parity[r])[roles.lost_data[c]];
    }
  }
  const std::optional<Matrix> inverse = Invert(std::move(system));
  if (!inverse) return std::nullopt;
  return Multiply(*inverse, RightHandSides(parity_rows, roles, used));
}

void Swap(base::MutableByteSpan a, base::MutableByteSpan b) {
  std::swap_ranges(a.begin(), a.end(), b.begin());
}

void Scale(base::MutableByteSpan row, uint8_t factor) {
  const ProductRow& products = kProducts[factor];
  for (uint8_t& cell : row) cell = products[cell];
}

}  // namespace

Matrix CauchyParityRows(Code code) {
  Matrix rows({.rows = code.parity_shards, .columns = code.data_shards});
  for (size_t i = 0; i < rows.rows(); ++i) {
    for (size_t j = 0; j < rows.columns(); ++j) {
      rows.row(i)[j] = Inverse(static_cast<uint8_t>((code.data_shards + i) ^ j));
    }
  }
  return rows;
}

void AddScaled(base::MutableByteSpan to, uint8_t factor, base::ByteSpan from) {
  if (factor == 0) return;
  const ProductRow& products = kProducts[factor];
  for (size_t i = 0; i < to.size(); ++i) to[i] ^= products[from[i]];
}

std::optional<Matrix> Invert(Matrix matrix) {
  const size_t size = matrix.rows();
  Matrix inverse({.rows = size, .columns = size});
  for (size_t i = 0; i < size; ++i) inverse.row(i)[i] = 1;
  for (size_t c = 0; c < size; ++c) {
    size_t pivot = c;
    while (pivot < size && matrix.row(pivot)[c] == 0) ++pivot;
    if (pivot == size) return std::nullopt;
    if (pivot != c) {
      Swap(matrix.row(pivot), matrix.row(c));
      Swap(inverse.row(pivot), inverse.row(c));
    }
    const uint8_t scale = Inverse(matrix.row(c)[c]);
    Scale(matrix.row(c), scale);
    Scale(inverse.row(c), scale);
    for (size_t r = 0; r < size; ++r) {
      if (r == c) continue;
      const uint8_t factor = matrix.row(r)[c];
      AddScaled(matrix.row(r), factor, matrix.row(c));
      AddScaled(inverse.row(r), factor, inverse.row(c));
    }
  }
  return inverse;
}

Matrix Multiply(const Matrix& a, const Matrix& b) {
  Matrix product({.rows = a.rows(), .columns = b.columns()});
  for (size_t r = 0; r < a.rows(); ++r) {
    for (size_t c = 0; c < a.columns(); ++c) AddScaled(product.row(r), a.row(r)[c], b.row(c));
  }
  return product;
}

std::optional<Matrix> ReconstructionRows(const Matrix& parity_rows, const ShardSet& used,
                                         const ShardSet& wanted) {
  const Code code{.data_shards = static_cast<uint16_t>(parity_rows.columns()),
                  .parity_shards = static_cast<uint16_t>(parity_rows.rows())};
  const Roles roles = AssignRoles(code, used);
  const std::optional<Matrix> lost = LostDataRows(parity_rows, roles, used);
  if (!lost) return std::nullopt;

  Matrix rows({.rows = wanted.count(), .columns = code.data_shards});
  size_t row = 0;
  for (size_t i = 0; i < code.total_shards(); ++i) {
    if (!wanted[i]) continue;
    const base::MutableByteSpan out = rows.row(row++);
    if (used[i]) {
      out[roles.source_place[i]] = 1;
    } else if (i < code.data_shards) {
      const auto at = std::ranges::lower_bound(roles.lost_data, i) - roles.lost_data.begin();
      std::ranges::copy(lost->row(static_cast<size_t>(at)), out.begin());
    } else {
      // A parity shard is a sum of data shards, present ones and lost ones.
      const base::ByteSpan parity = parity_rows.row(i - code.data_shards);
      for (size_t j = 0; j < code.data_shards; ++j) {
        if (used[j]) out[roles.source_place[j]] ^= parity[j];
      }
      for (size_t e = 0; e < roles.lost_data.size(); ++e) {
        AddScaled(out, parity[roles.lost_data[e]], lost->row(e));
      }
    }
  }
  return rows;
}

}  // namespace shadw::erasure::internal
