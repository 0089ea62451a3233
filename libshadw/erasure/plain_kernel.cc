// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "libshadw/erasure/kernel.h"

namespace shadw::erasure::internal {

void MultiplyPlain(const Matrix& coefficients, const uint8_t* const* sources,
                   uint8_t* const* outputs, size_t length) {
  for (size_t r = 0; r < coefficients.rows(); ++r) {
    const base::MutableByteSpan out(outputs[r], length);
    std::ranges::fill(out, 0);
    for (size_t c = 0; c < coefficients.columns(); ++c) {
      AddScaled(out, coefficients.row(r)[c], base::ByteSpan(sources[c], length));
    }
  }
}

}  // namespace shadw::erasure::internal
