// SPDX-License-Identifier: Apache-2.0
//
// The contacts of a bucket, or those that wait for it. A byte of each id stands apart from
// the entries, so that looking for an id that is not here, as most are, touches one line of
// memory and not one for each contact: tables are many and asked all the time.
#ifndef LIBSHADW_DHT_TABLE_ENTRIES_H_
#define LIBSHADW_DHT_TABLE_ENTRIES_H_

#include <array>
#include <cstdint>
#include <vector>

#include "libshadw/dht/contact.h"

namespace shadw::dht {

inline constexpr size_t kMaxBucketSize = 64;
inline constexpr uint16_t kUnknownRttMs = 0xffff;

struct TableEntry {
  Contact contact;
  uint32_t heard_s = 0;  // since the table's first moment; when it last spoke to us
  uint16_t rtt_ms = kUnknownRttMs;
  uint8_t failures = 0;  // since it last answered
};

class TableEntries {
 public:
  size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  const TableEntry* begin() const { return entries_.data(); }
  const TableEntry* end() const { return entries_.data() + entries_.size(); }
  TableEntry* begin() { return entries_.data(); }
  TableEntry* end() { return entries_.data() + entries_.size(); }
  const TableEntry& operator[](size_t i) const { return entries_[i]; }

  // Null where it is not here.
  const TableEntry* Find(const NodeId& id) const {
    const uint8_t tag = TagOf(id);
    for (size_t i = 0; i < entries_.size(); ++i) {
      if (tags_[i] == tag && entries_[i].contact.id == id) return &entries_[i];
    }
    return nullptr;
  }
  TableEntry* Find(const NodeId& id) {
    return const_cast<TableEntry*>(static_cast<const TableEntries*>(this)->Find(id));
  }

  // There must be room: at most kMaxBucketSize.
  void Add(const TableEntry& entry) {
    tags_[entries_.size()] = TagOf(entry.contact.id);
    entries_.push_back(entry);
  }
  // In the place of another.
  void Replace(size_t i, const TableEntry& entry) {
    tags_[i] = TagOf(entry.contact.id);
    entries_[i] = entry;
  }
  // The others keep their order.
  void Remove(const TableEntry* entry) {
    const auto at = entry - entries_.data();
    entries_.erase(entries_.begin() + at);
    for (auto i = static_cast<size_t>(at); i < entries_.size(); ++i) tags_[i] = tags_[i + 1];
  }

 private:
  // Ids of one bucket have their first bits in common, and the last ones may be zero.
  static uint8_t TagOf(const NodeId& id) { return static_cast<uint8_t>(id.words[1]); }

  std::array<uint8_t, kMaxBucketSize> tags_{};
  std::vector<TableEntry> entries_;
};

}  // namespace shadw::dht

#endif  // LIBSHADW_DHT_TABLE_ENTRIES_H_
