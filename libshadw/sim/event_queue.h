// SPDX-License-Identifier: Apache-2.0
//
// What is due, in the order of time; of one instant, in the order of insertion. A radix
// heap: an entry lies in the bucket named by the highest 6-bit digit in which its time
// differs from the time that was popped last. When the lowest bucket is reached, its
// entries are dealt to buckets below, which are empty then, so their order holds and an
// entry moves at most once a digit. No comparison of entries, no sequence number.
//
//   sim::EventQueue<uint64_t> queue;
//   queue.Push(time, payload);
//   while (auto due = queue.PopUntil(limit)) Handle(due->time, due->payload);
//
// Limits: time never runs back: what is pushed for the past is due at the time popped
// last. Times before 1970 count as 1970.
//   Source   Ahuja, Mehlhorn, Orlin, Tarjan 1990, one level of buckets per digit
#ifndef LIBSHADW_SIM_EVENT_QUEUE_H_
#define LIBSHADW_SIM_EVENT_QUEUE_H_

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "libshadw/base/time.h"

namespace shadw::sim {

template <typename Payload>
class EventQueue {
 public:
  struct Entry {
    base::Time time;
    Payload payload;
  };

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  void Push(base::Time time, Payload payload) {
    const uint64_t at = std::max(KeyOf(time), last_);
    Put({.key = at, .payload = std::move(payload)});
    ++size_;
  }

  // The earliest entry, where it is due at `limit` or before. `warm(payload, near)` is called
  // for entries that will be due soon, as a rule once far and once near, so that the caller
  // may prefetch.
  //   Cost     constant but for the dealing out: at most 10 moves an entry, 2 to 3 as a rule
  template <typename Warm>
  std::optional<Entry> PopUntil(base::Time limit, const Warm& warm) {
    const uint64_t until = KeyOf(limit);
    while (size_ != 0) {
      const int level = std::countr_zero(levels_);
      const int slot = std::countr_zero(occupied_[level]);
      Bucket& bucket = buckets_[level * kSlots + slot];
      if (bucket.earliest > until) return std::nullopt;
      last_ = bucket.earliest;
      if (level == 0 || bucket.entries.size() == 1) return Take(level, slot);
      if (bucket.entries.size() <= kMaxWarm) {
        const bool near = bucket.entries.size() <= kMaxNear;
        for (const Item& item : bucket.entries) warm(item.payload, near);
      }
      DealOut(level, slot);
    }
    return std::nullopt;
  }
  std::optional<Entry> PopUntil(base::Time limit) {
    return PopUntil(limit, [](const Payload&, bool) {});
  }

 private:
  static constexpr int kDigitBits = 6;
  static constexpr int kSlots = 1 << kDigitBits;
  static constexpr int kLevels = (64 + kDigitBits - 1) / kDigitBits;
  // So many prefetched entries stay in a cache until their turn; in the nearest one.
  static constexpr size_t kMaxWarm = 1024;
  static constexpr size_t kMaxNear = 16;
  // A bucket that held more gives its memory back.
  static constexpr size_t kMaxKeptEntries = 4096;

  struct Item {
    uint64_t key;
    Payload payload;
  };
  struct Bucket {
    std::vector<Item> entries;
    size_t taken = 0;  // of level 0: entries that were popped already
    uint64_t earliest = std::numeric_limits<uint64_t>::max();
  };

  static uint64_t KeyOf(base::Time time) {
    return static_cast<uint64_t>(std::max<int64_t>(base::ToUnixNanos(time), 0));
  }

  void Put(Item item) {
    const uint64_t difference = item.key ^ last_;
    const int level = difference == 0 ? 0 : (std::bit_width(difference) - 1) / kDigitBits;
    const int slot = static_cast<int>(item.key >> (level * kDigitBits)) & (kSlots - 1);
    Bucket& bucket = buckets_[level * kSlots + slot];
    bucket.earliest = std::min(bucket.earliest, item.key);
    bucket.entries.push_back(std::move(item));
    occupied_[level] |= uint64_t{1} << slot;
    levels_ |= uint64_t{1} << level;
  }

  void MarkEmpty(int level, int slot) {
    Bucket& bucket = buckets_[level * kSlots + slot];
    bucket.taken = 0;
    bucket.earliest = std::numeric_limits<uint64_t>::max();
    occupied_[level] &= ~(uint64_t{1} << slot);
    if (occupied_[level] == 0) levels_ &= ~(uint64_t{1} << level);
  }

  Entry Take(int level, int slot) {
    Bucket& bucket = buckets_[level * kSlots + slot];
    Item& item = bucket.entries[bucket.taken++];
    Entry entry{.time = base::FromUnixNanos(static_cast<int64_t>(item.key)),
                .payload = std::move(item.payload)};
    if (bucket.taken == bucket.entries.size()) {
      bucket.entries.clear();
      MarkEmpty(level, slot);
    }
    --size_;
    return entry;
  }

  void DealOut(int level, int slot) {
    Bucket& bucket = buckets_[level * kSlots + slot];
    MarkEmpty(level, slot);
    for (Item& item : bucket.entries) Put(std::move(item));  // into levels below
    bucket.entries.clear();
    if (bucket.entries.capacity() > kMaxKeptEntries) std::vector<Item>().swap(bucket.entries);
  }

  uint64_t last_ = 0;
  size_t size_ = 0;
  uint64_t levels_ = 0;  // one bit a level that holds something
  std::array<uint64_t, kLevels> occupied_{};
  std::vector<Bucket> buckets_ = std::vector<Bucket>(size_t{kLevels} * kSlots);
};

}  // namespace shadw::sim

#endif  // LIBSHADW_SIM_EVENT_QUEUE_H_
