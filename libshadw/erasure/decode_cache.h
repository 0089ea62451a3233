// SPDX-License-Identifier: Apache-2.0
//
// A bounded memory of patterns of loss. All stripes of a segment lose the same shards,
// so their matrix is inverted once.
#ifndef LIBSHADW_ERASURE_DECODE_CACHE_H_
#define LIBSHADW_ERASURE_DECODE_CACHE_H_

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "libshadw/erasure/kernel.h"
#include "libshadw/erasure/matrix.h"

namespace shadw::erasure::internal {

struct LossPattern {
  ShardSet used;
  ShardSet wanted;
  bool operator==(const LossPattern&) const = default;
};

// Least recently used goes first. Thread-safe; a hit allocates nothing.
class DecodeCache {
 public:
  struct Limits {
    size_t entries = 0;
    size_t bytes = 0;
  };
  explicit DecodeCache(Limits limits) : limits_(limits) {}

  // The kernel of `pattern`, or null.
  std::shared_ptr<const Kernel> Find(const LossPattern& pattern);
  // Remembers `kernel`, unless it alone exceeds the limits. Replaces nothing: of two
  // threads that computed the same kernel the first wins.
  void Insert(const LossPattern& pattern, std::shared_ptr<const Kernel> kernel);
  size_t size() const;
  size_t bytes() const;

 private:
  struct Hash {
    size_t operator()(const LossPattern& pattern) const;
  };
  struct Entry {
    LossPattern pattern;
    std::shared_ptr<const Kernel> kernel;
  };
  void EvictOldest();

  const Limits limits_;
  mutable std::mutex mutex_;
  std::list<Entry> entries_;  // the most recently used first
  std::unordered_map<LossPattern, std::list<Entry>::iterator, Hash> by_pattern_;
  size_t bytes_ = 0;
};

}  // namespace shadw::erasure::internal

#endif  // LIBSHADW_ERASURE_DECODE_CACHE_H_
