// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/cost.h"

#include <malloc.h>

#include <atomic>
#include <cstddef>
#include <fstream>
#include <string>

namespace {

std::atomic<int64_t> allocations = 0;

}  // namespace

// glibc lets a program put its own functions before its allocator's.
extern "C" {

void* __libc_malloc(size_t bytes);
void* __libc_calloc(size_t count, size_t bytes);
void* __libc_realloc(void* old, size_t bytes);
void* __libc_memalign(size_t alignment, size_t bytes);

void* malloc(size_t bytes) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return __libc_malloc(bytes);
}
void* calloc(size_t count, size_t bytes) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return __libc_calloc(count, bytes);
}
void* realloc(void* old, size_t bytes) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return __libc_realloc(old, bytes);
}
void* aligned_alloc(size_t alignment, size_t bytes) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return __libc_memalign(alignment, bytes);
}
}

namespace shadw {
namespace {

// A line of /proc/self/status, in MiB.
double StatusMib(const std::string& key) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    double kib = 0;
    if (word == key && status >> kib) return kib / 1024;
  }
  return 0;
}

}  // namespace

CostMeter::CostMeter() {
  malloc_trim(0);  // what was freed before is not this work's
  // 5 lets the highest value start again from what is resident now.
  std::ofstream("/proc/self/clear_refs") << 5 << std::flush;
  resident_mib_ = StatusMib("VmRSS:");
  allocations_ = allocations.load(std::memory_order_relaxed);
}

Cost CostMeter::Read() const {
  const int64_t now = allocations.load(std::memory_order_relaxed);
  return {.allocations = now - allocations_, .peak_mib = StatusMib("VmHWM:") - resident_mib_};
}

}  // namespace shadw
