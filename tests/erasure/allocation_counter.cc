// SPDX-License-Identifier: Apache-2.0
//
// A file of its own: a compiler that sees both sides warns about new meeting free.
#include "allocation_counter.h"

#include <cstdlib>
#include <new>

namespace {
thread_local size_t allocations = 0;
}  // namespace

void* operator new(size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size > 0 ? size : 1)) return memory;
  std::abort();
}
void* operator new(size_t size, const std::nothrow_t&) noexcept { return operator new(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace shadw::erasure {

size_t AllocationsOfThisThread() { return allocations; }

}  // namespace shadw::erasure
