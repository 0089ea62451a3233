// SPDX-License-Identifier: Apache-2.0
#include "libshadw/erasure/kernel.h"

#include <algorithm>
#include <array>
#include <utility>

namespace shadw::erasure::internal {
namespace {

Backend Resolve(Backend backend) { return backend == Backend::kFastest ? Backend::kIsal : backend; }

}  // namespace

size_t BlockLength(size_t shards) {
  const size_t length = kBlockBytes / std::max<size_t>(shards, 1);
  return std::max(kBlockMultiple, length / kBlockMultiple * kBlockMultiple);
}

Kernel::Kernel(Matrix coefficients, Backend backend)
    : coefficients_(std::move(coefficients)), backend_(Resolve(backend)) {
  if (backend_ == Backend::kIsal) tables_ = MakeIsalTables(coefficients_);
}

void Kernel::Apply(const uint8_t* const* sources, uint8_t* const* outputs, size_t length) const {
  if (rows() == 0 || length == 0) return;
  std::array<uint8_t*, kMaxTotalShards> from;
  std::array<uint8_t*, kMaxTotalShards> to;
  const size_t block = BlockLength(rows() + columns());
  size_t step = 0;
  for (size_t at = 0; at < length; at += step) {
    // A short rest joins the last block: ISA-L is slow under 64 bytes.
    const size_t rest = length - at;
    step = rest < block + kBlockMultiple ? rest : block;
    // No backend writes to a source; ISA-L's prototypes merely lack the `const`.
    for (size_t i = 0; i < columns(); ++i) from[i] = const_cast<uint8_t*>(sources[i]) + at;
    for (size_t i = 0; i < rows(); ++i) to[i] = outputs[i] + at;
    ApplyBlock(from.data(), to.data(), step);
  }
}

void Kernel::ApplyBlock(uint8_t** sources, uint8_t** outputs, size_t length) const {
  switch (backend_) {
    case Backend::kFastest:  // resolved by the constructor
    case Backend::kIsal:
      MultiplyIsal(tables_, {.rows = rows(), .columns = columns()}, sources, outputs, length);
      return;
    case Backend::kPlainTables:
      MultiplyPlain(coefficients_, sources, outputs, length);
      return;
  }
}

}  // namespace shadw::erasure::internal
