// SPDX-License-Identifier: Apache-2.0
//
// The one operation behind encode, reconstruct and verify: outputs = matrix × sources,
// byte column by byte column. A `Kernel` is a coefficient matrix made ready for one
// backend. A further backend is one more file with a function of MultiplyPlain's shape
// and one more case in kernel.cc.
#ifndef LIBSHADW_ERASURE_KERNEL_H_
#define LIBSHADW_ERASURE_KERNEL_H_

#include <cstddef>
#include <cstdint>

#include "libshadw/base/bytes.h"
#include "libshadw/erasure/matrix.h"
#include "libshadw/erasure/reed_solomon.h"

namespace shadw::erasure::internal {

// Bytes of sources and outputs that are worked on at once, so that they stay in the
// second-level cache of any current CPU. ISA-L rereads the sources for every six
// outputs: without blocks 29+51 and 64+32 run at half the speed from DRAM.
inline constexpr size_t kBlockBytes = 256 << 10;
inline constexpr size_t kBlockMultiple = 64;

class Kernel {
 public:
  Kernel(Matrix coefficients, Backend backend);

  size_t rows() const { return coefficients_.rows(); }
  size_t columns() const { return coefficients_.columns(); }
  // Memory held, for the cache's bound.
  size_t bytes() const { return coefficients_.cells().size() + tables_.size(); }

  // Writes rows() outputs of `length` bytes from columns() sources of as many. Allocates
  // nothing. rows() and columns() are at most kMaxTotalShards.
  void Apply(const uint8_t* const* sources, uint8_t* const* outputs, size_t length) const;

 private:
  void ApplyBlock(uint8_t** sources, uint8_t** outputs, size_t length) const;

  Matrix coefficients_;
  Backend backend_;
  base::Bytes tables_;  // what the backend derives from the coefficients; process-local
};

// The largest number of columns worked on at once for so many shards.
size_t BlockLength(size_t shards);

// ISA-L. Its tables differ between versions and CPUs and never leave the process.
base::Bytes MakeIsalTables(const Matrix& coefficients);
void MultiplyIsal(base::ByteSpan tables, MatrixShape shape, uint8_t** sources, uint8_t** outputs,
                  size_t length);

// Portable: one look-up a product.
void MultiplyPlain(const Matrix& coefficients, const uint8_t* const* sources,
                   uint8_t* const* outputs, size_t length);

}  // namespace shadw::erasure::internal

#endif  // LIBSHADW_ERASURE_KERNEL_H_
