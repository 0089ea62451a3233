// SPDX-License-Identifier: Apache-2.0
//
// Asks the processor to bring memory into its cache. Nothing else happens, whatever the
// address is.
//
//   base::PrefetchLines(node, sizeof(*node));
#ifndef LIBSHADW_BASE_PREFETCH_H_
#define LIBSHADW_BASE_PREFETCH_H_

#include <cstddef>

namespace shadw::base {

inline constexpr size_t kCacheLineBytes = 64;

// Inlined by force: GCC takes a function that only prefetches for one without effect.
[[gnu::always_inline]] inline void PrefetchLines(const void* first, size_t bytes) {
  const auto* at = static_cast<const char*>(first);
  for (size_t i = 0; i < bytes; i += kCacheLineBytes) __builtin_prefetch(at + i);
}

}  // namespace shadw::base

#endif  // LIBSHADW_BASE_PREFETCH_H_
