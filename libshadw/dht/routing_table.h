// SPDX-License-Identifier: Apache-2.0
//
// The contacts a node knows, in k-buckets: bucket i holds contacts whose ids share
// exactly i leading bits with ours, the last one whatever shares more. So a node knows
// its surroundings well and far regions by a few contacts each.
//
// Only contacts that have answered are given out. A full bucket keeps its old contacts
// while they answer; newcomers wait in its replacement cache, and the one with the
// lowest round trip takes the place of a contact that stopped answering. At most a few
// contacts of one subnet may stand in a bucket, wait for it, or stand in the table, so that
// one rented network cannot fill them; local addresses are exempt.
//
//   RoutingTable table(now, own_id, {.bucket_size = 8});
//   table.Answered(now, contact, rtt);
//   table.Closest(target, 8, [&](const auto& entry) { reply.contacts.Add(entry.contact); });
//   table.Suspects(now, bucket, [&](const Contact& contact) { Ping(contact); });
//   table.Silent(contact);                          // it did not answer
//
// Limits: kMaxIdBits buckets of bucket_size contacts and as many replacements.
//   Source   Maymounkov & Mazieres 2002, 2.2, 2.4, 4.1; BEP 5
#ifndef LIBSHADW_DHT_ROUTING_TABLE_H_
#define LIBSHADW_DHT_ROUTING_TABLE_H_

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "libshadw/base/prefetch.h"
#include "libshadw/base/time.h"
#include "libshadw/dht/contact.h"
#include "libshadw/dht/table_entries.h"

namespace shadw::dht {

struct TableOptions {
  size_t bucket_size = 8;               // k
  size_t max_per_subnet_in_bucket = 2;  // of one /24 or /48
  size_t max_per_subnet = 8;            // in the whole table
  // A contact not heard of for this long is asked again.
  base::Duration suspect_after = std::chrono::minutes(15);
  // So many requests in a row without an answer, and it is gone.
  uint8_t max_failures = 2;

  absl::Status Validate() const;
};

class RoutingTable {
 public:
  using Entry = TableEntry;
  struct Bucket {
    TableEntries contacts;
    TableEntries replacements;
    uint32_t touched_s = 0;         // when a lookup last passed through it
    uint32_t next_replacement = 0;  // which of them makes way for the next
  };
  enum class Verdict : uint8_t { kKept, kWaits, kRefused };

  //   Shapes   options  valid
  RoutingTable(base::Time now, const NodeId& own_id, const TableOptions& options);

  const NodeId& own_id() const { return own_id_; }
  size_t size() const { return size_; }
  const std::vector<Bucket>& buckets() const { return buckets_; }

  // A contact answered us.
  //   Promise  kKept: it stands in its bucket. kWaits: it is in the replacement cache.
  //            kRefused: its subnet has its share already, its id is known
  //            elsewhere, or it is ourselves
  Verdict Answered(base::Time now, const Contact& contact, std::optional<base::Duration> rtt);
  // A contact asked us something. True: it is unknown, there is room for it, and a ping
  // would tell whether it can be reached.
  bool Asked(base::Time now, const Contact& contact);
  // A request to it was not answered. After max_failures it makes way for a replacement.
  //   Promise  where the id is known at another address nothing changes, here and in
  //            Remove: a liar may name any id together with an address of his choice
  void Silent(const Contact& contact);
  // It left, or its id turned out to be a lie.
  void Remove(const Contact& contact);

  // Calls `take` with the contacts closest to `target`, at most `count`, the ones that
  // failed to answer last time left out.
  //   Promise  the closest `count` it knows; in no particular order
  template <typename Take>
  void Closest(const NodeId& target, size_t count, Take&& take) const {
    const Entry* found[kMaxBucketSize];
    const size_t size = Collect(target, count < kMaxBucketSize ? count : kMaxBucketSize, found);
    for (size_t i = 0; i < size; ++i) take(*found[i]);
  }
  const Entry* Find(const NodeId& id) const;
  // Fetches ahead what looking for a contact will need, as a rule: half of all contacts
  // stand in the first bucket, a quarter in the second.
  [[gnu::always_inline]] void Prefetch() const {
    base::PrefetchLines(buckets_.data(), std::min<size_t>(buckets_.size(), 3) * sizeof(Bucket));
    base::PrefetchLines(&buckets_.back(), sizeof(Bucket));
  }

  // Calls `take` with the contacts of a bucket that were not heard of for suspect_after.
  template <typename Take>
  void Suspects(base::Time now, size_t bucket, Take&& take) const {
    const uint32_t now_s = Seconds(now);
    for (const Entry& entry : buckets_[bucket].contacts) {
      if (entry.failures > 0 || now_s - entry.heard_s >= suspect_after_s_) take(entry.contact);
    }
  }

  // A lookup for `target` passes.
  void Touch(base::Time now, const NodeId& target);
  // Whether no lookup passed through the bucket for `age`.
  bool IsStale(base::Time now, size_t bucket, base::Duration age) const;
  // An id that belongs into the bucket; the bits below come from `random_bits`.
  NodeId IdInBucket(size_t bucket, const NodeId& random_bits) const;

  // Our id changed: every contact finds its bucket anew.
  void SetOwnId(base::Time now, const NodeId& own_id);

 private:
  size_t BucketOf(const NodeId& id) const;
  size_t Collect(const NodeId& target, size_t count, const Entry** found) const;
  bool BucketHasRoomFor(const Bucket& bucket, const base::Endpoint& endpoint) const;
  bool TableHasRoomFor(const base::Endpoint& endpoint) const;
  void SplitLast();
  void Wait(Bucket& bucket, const Entry& entry);
  void Promote(Bucket& bucket);
  Entry* FindMutable(const NodeId& id);
  uint32_t Seconds(base::Time now) const;

  NodeId own_id_;
  TableOptions options_;
  uint32_t suspect_after_s_;
  base::Time first_moment_;
  size_t size_ = 0;
  std::vector<Bucket> buckets_;
};

}  // namespace shadw::dht

#endif  // LIBSHADW_DHT_ROUTING_TABLE_H_
