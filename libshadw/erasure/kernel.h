// SPDX-License-Identifier: Apache-2.0
//
// The one operation behind encode, reconstruct and verify: outputs = matrix × sources,
// byte column by byte column. A `Kernel` is a coefficient matrix made ready for one of
// the paths in kernels/.
#ifndef LIBSHADW_ERASURE_KERNEL_H_
#define LIBSHADW_ERASURE_KERNEL_H_

#include <cstddef>
#include <cstdint>

#include "libshadw/base/bytes.h"
#include "libshadw/erasure/kernels/path.h"
#include "libshadw/erasure/matrix.h"

namespace shadw::erasure::internal {

// Bytes of sources and outputs that are worked on at once. No path does more than a dozen
// outputs at a time, and each group of outputs reads the sources again: from the first-
// or second-level cache of any current CPU, if the block is no larger than this.
inline constexpr size_t kBlockBytes = 64 << 10;
inline constexpr size_t kBlockMultiple = 128;
// Shards of so many bytes come from memory and go there; cells are shorter.
inline constexpr size_t kLongBytes = 256 << 10;

class Kernel {
 public:
  // `path` is one that this processor can run, and outlives the kernel.
  Kernel(const Matrix& coefficients, const Path& path);

  size_t rows() const { return shape_.rows; }
  size_t columns() const { return shape_.columns; }
  // Memory held, for the cache's bound.
  size_t bytes() const { return tables_.size(); }

  // Writes rows() outputs of `length` bytes from columns() sources of as many. Allocates
  // nothing. rows() + columns() are at most kMaxTotalShards.
  void Apply(const uint8_t* const* sources, uint8_t* const* outputs, size_t length) const;

 private:
  const Path* path_;
  MatrixShape shape_;
  base::Bytes tables_;  // what the path derives from the coefficients; process-local
};

// The largest number of columns worked on at once for so many shards.
size_t BlockLength(size_t shards);

}  // namespace shadw::erasure::internal

#endif  // LIBSHADW_ERASURE_KERNEL_H_
