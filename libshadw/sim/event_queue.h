// SPDX-License-Identifier: Apache-2.0
//
// What is due, in the order of time; of one instant, in the order of insertion. A radix
// heap: an entry lies in the bucket named by the highest 6-bit digit in which its time
// differs from the time that was taken out last. When the lowest bucket is reached, its
// entries are dealt to buckets below, which are empty then, so their order holds. Once
// they are few they are sorted instead and become the run: what is due next, in a row, so
// that the caller can be told ahead of time what it will need.
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
    Item item{.key = std::max(KeyOf(time), now_), .payload = std::move(payload)};
    ++size_;
    if (next_ == run_.size() || item.key > run_.back().key) return Put(std::move(item));
    const auto later = [](uint64_t key, const Item& other) { return key < other.key; };
    const auto unpopped = run_.begin() + static_cast<ptrdiff_t>(next_);
    run_.insert(std::upper_bound(unpopped, run_.end(), item.key, later), std::move(item));
  }

  // The earliest entry, where it is due at `limit` or before. `warm(payload, ahead)` is
  // called for entries that will be popped `ahead` calls later, for each step of kAhead at
  // which there is one, so that the caller may prefetch.
  //   Cost     constant but for the dealing out: 2 to 3 moves an entry as a rule
  template <typename Warm>
  std::optional<Entry> PopUntil(base::Time limit, const Warm& warm) {
    if (next_ == run_.size() && !StartRun(limit)) return std::nullopt;
    Item& item = run_[next_];
    if (item.key > KeyOf(limit)) return std::nullopt;
    for (const size_t ahead : kAhead) {
      if (next_ + ahead < run_.size()) warm(run_[next_ + ahead].payload, ahead);
    }
    ++next_;
    --size_;
    now_ = item.key;
    return Entry{.time = base::FromUnixNanos(static_cast<int64_t>(item.key)),
                 .payload = std::move(item.payload)};
  }
  std::optional<Entry> PopUntil(base::Time limit) {
    return PopUntil(limit, [](const Payload&, size_t) {});
  }

  // How many calls ahead an entry is shown: far enough for memory to arrive, near enough
  // for it to be there still.
  static constexpr size_t kAhead[] = {24, 16, 10, 5};

 private:
  static constexpr int kDigitBits = 6;
  static constexpr int kSlots = 1 << kDigitBits;
  static constexpr int kLevels = (64 + kDigitBits - 1) / kDigitBits;
  // A run spans 17 ms at most, so that little of what is sent meanwhile falls into it, and
  // is short enough for that little to be cheap.
  static constexpr int kMaxRunLevel = 4;
  static constexpr size_t kMaxRun = 2048;
  // A bucket that held more gives its memory back.
  static constexpr size_t kMaxKeptEntries = 4096;

  struct Item {
    uint64_t key;
    Payload payload;
  };
  struct Bucket {
    std::vector<Item> entries;
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
    bucket.earliest = std::numeric_limits<uint64_t>::max();
    occupied_[level] &= ~(uint64_t{1} << slot);
    if (occupied_[level] == 0) levels_ &= ~(uint64_t{1} << level);
  }

  // Sorts what is due next into run_, where some of it is due at `limit` or before.
  bool StartRun(base::Time limit) {
    const uint64_t until = KeyOf(limit);
    while (size_ != 0) {
      const int level = std::countr_zero(levels_);
      const int slot = std::countr_zero(occupied_[level]);
      Bucket& bucket = buckets_[level * kSlots + slot];
      if (bucket.earliest > until) return false;
      last_ = bucket.earliest;
      const bool few = level <= kMaxRunLevel && bucket.entries.size() <= kMaxRun;
      if (level != 0 && bucket.entries.size() > 1 && !few) {
        DealOut(level, slot);
        continue;
      }
      MarkEmpty(level, slot);
      run_.clear();
      next_ = 0;
      std::swap(run_, bucket.entries);
      // At level 0 all are of one instant.
      if (level != 0) std::ranges::stable_sort(run_, {}, &Item::key);
      return true;
    }
    return false;
  }

  void DealOut(int level, int slot) {
    Bucket& bucket = buckets_[level * kSlots + slot];
    MarkEmpty(level, slot);
    for (Item& item : bucket.entries) Put(std::move(item));  // into levels below
    bucket.entries.clear();
    if (bucket.entries.capacity() > kMaxKeptEntries) std::vector<Item>().swap(bucket.entries);
  }

  uint64_t now_ = 0;   // popped last
  uint64_t last_ = 0;  // the least of the run: what the buckets are named after
  size_t size_ = 0;
  std::vector<Item> run_;
  size_t next_ = 0;      // of run_
  uint64_t levels_ = 0;  // one bit a level that holds something
  std::array<uint64_t, kLevels> occupied_{};
  std::vector<Bucket> buckets_ = std::vector<Bucket>(size_t{kLevels} * kSlots);
};

}  // namespace shadw::sim

#endif  // LIBSHADW_SIM_EVENT_QUEUE_H_
