// SPDX-License-Identifier: Apache-2.0
//
// For kernels that can only read and write whole registers: a product shorter than one
// is computed in a room on the stack. (A longer one ends with a register that overlaps
// the one before.)
#ifndef LIBSHADW_ERASURE_KERNELS_SHORT_COLUMNS_H_
#define LIBSHADW_ERASURE_KERNELS_SHORT_COLUMNS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "libshadw/erasure/code.h"
#include "libshadw/erasure/kernels/path.h"

namespace shadw::erasure::internal {

// Calls `multiply` with the product, padded to kBytes; product.length < kBytes.
template <size_t kBytes, typename Multiply>
void MultiplyPadded(const Product& product, Multiply multiply) {
  alignas(64) uint8_t room[kMaxTotalShards * kBytes];
  std::array<const uint8_t*, kMaxTotalShards> sources;
  std::array<uint8_t*, kMaxTotalShards> outputs;
  uint8_t* place = room;
  for (size_t c = 0; c < product.shape.columns; ++c, place += kBytes) {
    std::memset(place, 0, kBytes);
    std::memcpy(place, product.sources[c] + product.at, product.length);
    sources[c] = place;
  }
  for (size_t r = 0; r < product.shape.rows; ++r, place += kBytes) outputs[r] = place;
  multiply(Product{.tables = product.tables,
                   .shape = product.shape,
                   .sources = sources.data(),
                   .outputs = outputs.data(),
                   .at = 0,
                   .length = kBytes});
  for (size_t r = 0; r < product.shape.rows; ++r) {
    std::memcpy(product.outputs[r] + product.at, outputs[r], product.length);
  }
}

}  // namespace shadw::erasure::internal

#endif  // LIBSHADW_ERASURE_KERNELS_SHORT_COLUMNS_H_
