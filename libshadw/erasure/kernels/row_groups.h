// SPDX-License-Identifier: Apache-2.0
//
// A register file holds the sums of so many outputs; a matrix of more rows is worked off
// in groups of rows, each of which reads the sources again.
#ifndef LIBSHADW_ERASURE_KERNELS_ROW_GROUPS_H_
#define LIBSHADW_ERASURE_KERNELS_ROW_GROUPS_H_

#include <cstddef>

namespace shadw::erasure::internal {

// Calls visit(first, count) for as few groups of at most `most` rows as there can be, all
// of one size or one less: fifty-one rows by twelve are one group of 11 and four of 10.
template <typename Visit>
void ForEachRowGroup(size_t rows, size_t most, Visit visit) {
  const size_t groups = (rows + most - 1) / most;
  for (size_t g = 0; g < groups; ++g) {
    const size_t first = rows * g / groups;
    visit(first, rows * (g + 1) / groups - first);
  }
}

}  // namespace shadw::erasure::internal

#endif  // LIBSHADW_ERASURE_KERNELS_ROW_GROUPS_H_
