// SPDX-License-Identifier: Apache-2.0
//
// The one file that knows ISA-L. Its `k` is the number of sources and its `rows` that of
// outputs; its tables take 32 bytes a coefficient, differ between versions and CPUs and
// never leave the process.
#include <isa-l/erasure_code.h>

#include <array>
#include <limits>

#include "libshadw/erasure/code.h"
#include "libshadw/erasure/kernels/path.h"

namespace shadw::erasure::internal {
namespace {

constexpr size_t kTableBytesPerCoefficient = 32;

const char* Missing() { return nullptr; }

base::Bytes MakeTables(const Matrix& coefficients) {
  base::Bytes tables(coefficients.cells().size() * kTableBytesPerCoefficient);
  if (tables.empty()) return tables;
  ec_init_tables(static_cast<int>(coefficients.columns()), static_cast<int>(coefficients.rows()),
                 const_cast<uint8_t*>(coefficients.cells().data()), tables.data());
  return tables;
}

void MultiplyProduct(const Product& product) {
  static_assert(kMaxProductBytes <= std::numeric_limits<int>::max());
  std::array<uint8_t*, kMaxTotalShards> sources;
  std::array<uint8_t*, kMaxTotalShards> outputs;
  const auto [rows, columns] = product.shape;
  // ISA-L writes to no source; its prototypes merely lack the `const`.
  for (size_t c = 0; c < columns; ++c) {
    sources[c] = const_cast<uint8_t*>(product.sources[c]) + product.at;
  }
  for (size_t r = 0; r < rows; ++r) outputs[r] = product.outputs[r] + product.at;
  ec_encode_data(static_cast<int>(product.length), static_cast<int>(columns),
                 static_cast<int>(rows), const_cast<uint8_t*>(product.tables.data()),
                 sources.data(), outputs.data());
}

}  // namespace

constinit const Path kIsalPath = {.backend = Backend::kIsal,
                                  .name = "isal",
                                  .missing = Missing,
                                  .make_tables = MakeTables,
                                  .multiply = MultiplyProduct};

}  // namespace shadw::erasure::internal
