// SPDX-License-Identifier: Apache-2.0
//
// Portable: one look-up a product. Its tables are the coefficients themselves.
#include <algorithm>

#include "libshadw/erasure/kernels/path.h"

namespace shadw::erasure::internal {
namespace {

const char* Missing() { return nullptr; }

base::Bytes MakeTables(const Matrix& coefficients) {
  return {coefficients.cells().begin(), coefficients.cells().end()};
}

void MultiplyProduct(const Product& product) {
  const auto [rows, columns] = product.shape;
  for (size_t r = 0; r < rows; ++r) {
    const base::MutableByteSpan out(product.outputs[r] + product.at, product.length);
    std::ranges::fill(out, 0);
    for (size_t c = 0; c < columns; ++c) {
      AddScaled(out, product.tables[r * columns + c],
                base::ByteSpan(product.sources[c] + product.at, product.length));
    }
  }
}

}  // namespace

constinit const Path kPlainPath = {.backend = Backend::kPlainTables,
                                   .name = "plain",
                                   .missing = Missing,
                                   .make_tables = MakeTables,
                                   .multiply = MultiplyProduct};

}  // namespace shadw::erasure::internal
