// SPDX-License-Identifier: Apache-2.0
#include "libshadw/erasure/kernels/pairs.h"

#include <algorithm>

#include "libshadw/erasure/kernels/affine.h"
#include "libshadw/erasure/kernels/row_groups.h"

namespace shadw::erasure::internal {
namespace {

bool HasPairs(const Matrix& m, RowPairs pairs) {
  for (size_t p = 0; p < pairs.count(); ++p) {
    const base::ByteSpan first = m.row(pairs.first(p));
    const base::ByteSpan second = m.row(pairs.second(p));
    if (first.data() == second.data()) continue;
    for (size_t c = 0; c + 1 < m.columns(); c += 2) {
      if (first[c] != second[c + 1] || first[c + 1] != second[c]) return false;
    }
  }
  return true;
}

bool SavesProducts(RowPairs pairs) { return 3 * pairs.count() < 2 * pairs.rows; }

// Appends the tables of one group of pairs of rows.
class Writer {
 public:
  Writer(const Matrix& coefficients, RowPairs pairs, base::Bytes& tables)
      : coefficients_(coefficients), pairs_(pairs), out_(tables.begin()) {}

  void Group(size_t first, size_t count) {
    const size_t columns = coefficients_.columns();
    const size_t paired = columns / 2 * 2;
    for (size_t p = first; p < first + count && paired < columns; ++p) SingleColumn(p);
    const size_t alone = paired / 2 % 2 * 2;
    for (size_t p = first; p < first + count && alone > 0; ++p) Step(p, 0, 1);
    for (size_t c = alone; c < paired; c += 4) {
      for (size_t p = first; p < first + count; ++p) Step(p, c, 2);
    }
  }

 private:
  void SingleColumn(size_t pair) {
    const uint8_t a = coefficients_.row(pairs_.first(pair)).back();
    Put(a);
    Put(a ^ coefficients_.row(pairs_.second(pair)).back());
  }
  // `blocks` pairs of columns from `column` on.
  void Step(size_t pair, size_t column, size_t blocks) {
    // The second row, b a, says all: of a single one, too.
    const base::ByteSpan row = coefficients_.row(pairs_.second(pair));
    for (size_t i = 0; i < blocks; ++i) Put(row[column + 2 * i + 1]);
    for (size_t i = 0; i < blocks; ++i) Put(row[column + 2 * i] ^ row[column + 2 * i + 1]);
  }
  void Put(int factor) {
    out_ = std::ranges::copy(AffineMatrixOf(static_cast<uint8_t>(factor)), out_).out;
  }

  const Matrix& coefficients_;
  RowPairs pairs_;
  base::Bytes::iterator out_;
};

}  // namespace

size_t RowPairs::first(size_t pair) const {
  if (!single_first) return 2 * pair;
  return pair == 0 ? 0 : 2 * pair - 1;
}

size_t RowPairs::second(size_t pair) const {
  return single_first && pair == 0 ? 0 : std::min(first(pair) + 1, rows - 1);
}

std::optional<RowPairs> FindRowPairs(const Matrix& coefficients) {
  for (const bool single_first : {false, true}) {
    const RowPairs pairs{.rows = coefficients.rows(), .single_first = single_first};
    if (SavesProducts(pairs) && HasPairs(coefficients, pairs)) return pairs;
  }
  return std::nullopt;
}

size_t PairTableBytes(size_t columns) { return (columns + columns % 2) * kAffineBytes; }

base::Bytes MakePairTables(const Matrix& coefficients, RowPairs pairs, size_t most_pairs) {
  base::Bytes tables(pairs.count() * PairTableBytes(coefficients.columns()));
  Writer writer(coefficients, pairs, tables);
  ForEachRowGroup(pairs.count(), most_pairs,
                  [&](size_t first, size_t count) { writer.Group(first, count); });
  return tables;
}

}  // namespace shadw::erasure::internal
