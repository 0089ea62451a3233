// SPDX-License-Identifier: Apache-2.0
#include "libshadw/erasure/kernel.h"

#include <algorithm>

namespace shadw::erasure::internal {

size_t BlockLength(size_t shards) {
  const size_t length = kBlockBytes / std::max<size_t>(shards, 1);
  return std::max(kBlockMultiple, length / kBlockMultiple * kBlockMultiple);
}

Kernel::Kernel(const Matrix& coefficients, const Path& path)
    : path_(&path),
      shape_({.rows = coefficients.rows(), .columns = coefficients.columns()}),
      tables_(path.make_tables(coefficients)) {}

void Kernel::Apply(const uint8_t* const* sources, uint8_t* const* outputs, size_t length) const {
  static_assert(kBlockBytes + kBlockMultiple <= kMaxProductBytes);
  if (rows() == 0) return;
  const size_t block = BlockLength(rows() + columns());
  size_t step = 0;
  for (size_t at = 0; at < length; at += step) {
    // A short rest joins the last block: it would cost as much as a whole tile.
    const size_t rest = length - at;
    step = rest < block + kBlockMultiple ? rest : block;
    path_->multiply({.tables = tables_,
                     .shape = shape_,
                     .sources = sources,
                     .outputs = outputs,
                     .at = at,
                     .length = step,
                     .from_memory = length >= kLongBytes});
  }
}

}  // namespace shadw::erasure::internal
