// SPDX-License-Identifier: Apache-2.0
#include "libshadw/erasure/decode_cache.h"

#include <functional>
#include <utility>

namespace shadw::erasure::internal {
namespace {

// List and map nodes of one entry, roughly.
constexpr size_t kEntryOverheadBytes = 256;

size_t Weight(const Kernel& kernel) { return kernel.bytes() + kEntryOverheadBytes; }

}  // namespace

size_t DecodeCache::Hash::operator()(const LossPattern& pattern) const {
  const std::hash<ShardSet> hash;
  return hash(pattern.used) * 31 + hash(pattern.wanted);
}

std::shared_ptr<const Kernel> DecodeCache::Find(const LossPattern& pattern) {
  const std::lock_guard lock(mutex_);
  const auto found = by_pattern_.find(pattern);
  if (found == by_pattern_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->kernel;
}

void DecodeCache::Insert(const LossPattern& pattern, std::shared_ptr<const Kernel> kernel) {
  const size_t weight = Weight(*kernel);
  if (limits_.entries == 0 || weight > limits_.bytes) return;
  const std::lock_guard lock(mutex_);
  if (by_pattern_.contains(pattern)) return;
  while (entries_.size() >= limits_.entries || bytes_ + weight > limits_.bytes) EvictOldest();
  entries_.push_front({.pattern = pattern, .kernel = std::move(kernel)});
  by_pattern_.emplace(pattern, entries_.begin());
  bytes_ += weight;
}

size_t DecodeCache::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

size_t DecodeCache::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

void DecodeCache::EvictOldest() {
  const Entry& oldest = entries_.back();
  bytes_ -= Weight(*oldest.kernel);
  by_pattern_.erase(oldest.pattern);
  entries_.pop_back();
}

}  // namespace shadw::erasure::internal
