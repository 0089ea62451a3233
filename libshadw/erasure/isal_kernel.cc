// SPDX-License-Identifier: Apache-2.0
//
// The one file that knows ISA-L. Its `k` is the number of sources and its `rows` that of
// outputs; its tables take 32 bytes a coefficient.
#include <isa-l/erasure_code.h>

#include "libshadw/erasure/kernel.h"

namespace shadw::erasure::internal {
namespace {

constexpr size_t kTableBytesPerCoefficient = 32;

}  // namespace

base::Bytes MakeIsalTables(const Matrix& coefficients) {
  base::Bytes tables(coefficients.cells().size() * kTableBytesPerCoefficient);
  if (tables.empty()) return tables;
  ec_init_tables(static_cast<int>(coefficients.columns()), static_cast<int>(coefficients.rows()),
                 const_cast<uint8_t*>(coefficients.cells().data()), tables.data());
  return tables;
}

void MultiplyIsal(base::ByteSpan tables, MatrixShape shape, uint8_t** sources, uint8_t** outputs,
                  size_t length) {
  // Kernel::Apply works in blocks, so the length fits an int.
  static_assert(kBlockBytes + kBlockMultiple < size_t{1} << 31);
  ec_encode_data(static_cast<int>(length), static_cast<int>(shape.columns),
                 static_cast<int>(shape.rows), const_cast<uint8_t*>(tables.data()), sources,
                 outputs);
}

}  // namespace shadw::erasure::internal
