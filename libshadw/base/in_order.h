// SPDX-License-Identifier: Apache-2.0
//
// Work that may be done in any order, whose results are taken in order by the caller.
//
//   base::RunInOrder(pool, {.items = 100, .slots = 4},
//       [&](size_t lane, size_t item, size_t slot) { results[slot] = Make(item); },
//       [&](size_t item, size_t slot) { return Take(results[slot]); });
//
// A slot holds one result until it was taken: so many results wait at most, and so much
// memory they need. The caller takes results as they come, and works while none is ready.
#ifndef LIBSHADW_BASE_IN_ORDER_H_
#define LIBSHADW_BASE_IN_ORDER_H_

#include <cstddef>
#include <functional>

#include "absl/status/status.h"
#include "libshadw/base/work_pool.h"

namespace shadw::base {

struct InOrder {
  size_t items = 0;
  size_t slots = 1;
};

// `work` runs on the lanes of `pool`, on the caller's alone where that is null. `take` runs
// on the calling thread, item 0 first.
//   Errors   that of `take`, which ends everything; no further item is begun
absl::Status RunInOrder(WorkPool* pool, InOrder size,
                        const std::function<void(size_t lane, size_t item, size_t slot)>& work,
                        const std::function<absl::Status(size_t item, size_t slot)>& take);

}  // namespace shadw::base

#endif  // LIBSHADW_BASE_IN_ORDER_H_
