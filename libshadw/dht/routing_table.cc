// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/routing_table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace shadw::dht {
namespace {

constexpr uint16_t kMaxRttMs = kUnknownRttMs - 1;

uint16_t ToRttMs(base::Duration rtt) {
  const int64_t ms = std::chrono::duration_cast<std::chrono::milliseconds>(rtt).count();
  return static_cast<uint16_t>(std::clamp<int64_t>(ms, 0, kMaxRttMs));
}

uint16_t Smoothed(uint16_t old_ms, uint16_t new_ms) {
  if (old_ms == kUnknownRttMs) return new_ms;
  return static_cast<uint16_t>((7u * old_ms + new_ms) / 8);
}

// NodeId with bit `bit`, counted from the highest, inverted.
void FlipBit(NodeId& id, size_t bit) { id.words[bit / 64] ^= uint64_t{1} << (63 - bit % 64); }

}  // namespace

absl::Status TableOptions::Validate() const {
  if (bucket_size == 0 || bucket_size > kMaxBucketSize) {
    return absl::InvalidArgumentError(
        absl::StrCat("dht: got bucket_size ", bucket_size, ", need 1 to ", kMaxBucketSize));
  }
  if (max_per_subnet_in_bucket == 0 || max_per_subnet == 0 || max_failures == 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "dht: got max_per_subnet_in_bucket ", max_per_subnet_in_bucket, ", max_per_subnet ",
        max_per_subnet, ", max_failures ", static_cast<int>(max_failures), ", need 1 or more"));
  }
  if (suspect_after < std::chrono::seconds(1)) {
    return absl::InvalidArgumentError("dht: got suspect_after below 1 s, need 1 s or more");
  }
  return absl::OkStatus();
}

RoutingTable::RoutingTable(base::Time now, const NodeId& own_id, const TableOptions& options)
    : own_id_(own_id),
      options_(options),
      suspect_after_s_(static_cast<uint32_t>(
          std::chrono::duration_cast<std::chrono::seconds>(options.suspect_after).count())),
      first_moment_(now),
      buckets_(1) {}

uint32_t RoutingTable::Seconds(base::Time now) const {
  const auto since = std::chrono::duration_cast<std::chrono::seconds>(now - first_moment_);
  return static_cast<uint32_t>(std::max<int64_t>(since.count(), 0));
}

size_t RoutingTable::BucketOf(const NodeId& id) const {
  return std::min(static_cast<size_t>(SharedPrefixBits(own_id_, id)), buckets_.size() - 1);
}

const RoutingTable::Entry* RoutingTable::Find(const NodeId& id) const {
  return buckets_[BucketOf(id)].contacts.Find(id);
}

RoutingTable::Entry* RoutingTable::FindMutable(const NodeId& id) {
  return const_cast<Entry*>(Find(id));
}

bool RoutingTable::BucketHasRoomFor(const Bucket& bucket, const base::Endpoint& endpoint) const {
  if (endpoint.IsLocal()) return true;
  const uint64_t subnet = endpoint.Subnet();
  size_t same = 0;
  for (const Entry& entry : bucket.contacts) same += entry.contact.endpoint.Subnet() == subnet;
  return same < options_.max_per_subnet_in_bucket;
}

// A place for one more that waits: a free one, or that of whom it replaces. The subnets keep
// to their share here as well, so that one of them cannot flush out all who wait.
void RoutingTable::Wait(Bucket& bucket, const Entry& entry) {
  TableEntries& waiting = bucket.replacements;
  const base::Endpoint& endpoint = entry.contact.endpoint;
  const Entry* oldest = nullptr;
  size_t same = 0;
  for (const Entry& other : waiting) {
    if (other.contact.endpoint.Subnet() != endpoint.Subnet()) continue;
    ++same;
    if (oldest == nullptr || other.heard_s < oldest->heard_s) oldest = &other;
  }
  if (!endpoint.IsLocal() && same >= options_.max_per_subnet_in_bucket) {
    waiting.Replace(static_cast<size_t>(oldest - waiting.begin()), entry);
  } else if (waiting.size() < options_.bucket_size) {
    waiting.Add(entry);
  } else {
    waiting.Replace(bucket.next_replacement++ % options_.bucket_size, entry);
  }
}

bool RoutingTable::TableHasRoomFor(const base::Endpoint& endpoint) const {
  if (endpoint.IsLocal()) return true;
  const uint64_t subnet = endpoint.Subnet();
  size_t same = 0;
  for (const Bucket& bucket : buckets_) {
    for (const Entry& entry : bucket.contacts) same += entry.contact.endpoint.Subnet() == subnet;
  }
  return same < options_.max_per_subnet;
}

RoutingTable::Verdict RoutingTable::Answered(base::Time now, const Contact& contact,
                                             std::optional<base::Duration> rtt) {
  if (contact.id == own_id_) return Verdict::kRefused;
  Entry entry{.contact = contact, .heard_s = Seconds(now)};
  if (rtt) entry.rtt_ms = ToRttMs(*rtt);
  if (Entry* known = FindMutable(contact.id)) {
    // Somebody else who claims the id of a contact that still answers is not believed.
    if (known->contact.endpoint != contact.endpoint && known->failures == 0) {
      return Verdict::kRefused;
    }
    if (known->contact.endpoint.Subnet() != contact.endpoint.Subnet() &&
        (!BucketHasRoomFor(buckets_[BucketOf(contact.id)], contact.endpoint) ||
         !TableHasRoomFor(contact.endpoint))) {
      return Verdict::kRefused;
    }
    entry.rtt_ms = rtt ? Smoothed(known->rtt_ms, entry.rtt_ms) : known->rtt_ms;
    *known = entry;
    return Verdict::kKept;
  }
  for (;;) {
    const size_t index = BucketOf(contact.id);
    Bucket& bucket = buckets_[index];
    if (bucket.contacts.size() < options_.bucket_size) {
      if (!BucketHasRoomFor(bucket, contact.endpoint) || !TableHasRoomFor(contact.endpoint)) {
        return Verdict::kRefused;
      }
      bucket.contacts.Add(entry);
      ++size_;
      return Verdict::kKept;
    }
    if (index + 1 == buckets_.size() && buckets_.size() < kMaxIdBits) {
      SplitLast();
      continue;
    }
    if (Entry* waiting = bucket.replacements.Find(contact.id)) {
      if (waiting->contact.endpoint.Subnet() != contact.endpoint.Subnet()) return Verdict::kRefused;
      *waiting = entry;
    } else {
      Wait(bucket, entry);
    }
    return Verdict::kWaits;
  }
}

bool RoutingTable::Asked(base::Time now, const Contact& contact) {
  if (contact.id == own_id_) return false;
  const size_t index = BucketOf(contact.id);
  Bucket& bucket = buckets_[index];
  for (auto* entries : {&bucket.contacts, &bucket.replacements}) {
    Entry* known = entries->Find(contact.id);
    if (known == nullptr) continue;
    if (known->contact.endpoint == contact.endpoint) known->heard_s = Seconds(now);
    return false;
  }
  const bool room = bucket.contacts.size() < options_.bucket_size ||
                    bucket.replacements.size() < options_.bucket_size / 2 ||
                    index + 1 == buckets_.size();
  return room && BucketHasRoomFor(bucket, contact.endpoint);
}

void RoutingTable::Promote(Bucket& bucket) {
  while (bucket.contacts.size() < options_.bucket_size && !bucket.replacements.empty()) {
    const auto best = std::ranges::min_element(bucket.replacements, {}, &Entry::rtt_ms);
    const Entry entry = *best;
    bucket.replacements.Remove(best);
    const base::Endpoint& endpoint = entry.contact.endpoint;
    if (!BucketHasRoomFor(bucket, endpoint) || !TableHasRoomFor(endpoint)) continue;
    bucket.contacts.Add(entry);
    ++size_;
  }
}

void RoutingTable::Silent(const Contact& contact) {
  Entry* entry = FindMutable(contact.id);
  if (entry == nullptr) {
    TableEntries& replacements = buckets_[BucketOf(contact.id)].replacements;
    const Entry* waiting = replacements.Find(contact.id);
    if (waiting != nullptr && waiting->contact == contact) replacements.Remove(waiting);
    return;
  }
  if (entry->contact != contact) return;
  if (entry->failures < UINT8_MAX) ++entry->failures;
  if (entry->failures >= options_.max_failures) Remove(contact);
}

void RoutingTable::Remove(const Contact& contact) {
  Bucket& bucket = buckets_[BucketOf(contact.id)];
  const Entry* found = bucket.contacts.Find(contact.id);
  if (found == nullptr || found->contact != contact) return;
  bucket.contacts.Remove(found);
  --size_;
  Promote(bucket);
}

void RoutingTable::SplitLast() {
  const size_t last = buckets_.size() - 1;
  buckets_.emplace_back();
  Bucket& upper = buckets_[last];
  Bucket& lower = buckets_[last + 1];
  lower.touched_s = upper.touched_s;
  for (auto entries : {&Bucket::contacts, &Bucket::replacements}) {
    const TableEntries all = std::exchange(upper.*entries, {});
    for (const Entry& entry : all) {
      Bucket& bucket = BucketOf(entry.contact.id) == last ? upper : lower;
      (bucket.*entries).Add(entry);
    }
  }
  Promote(upper);
  Promote(lower);
}

size_t RoutingTable::Collect(const NodeId& target, size_t count, const Entry** found) const {
  // Contacts of the target's bucket are closer than all of the deeper buckets, those
  // closer than the next higher bucket, and so on up.
  size_t size = 0;
  std::vector<const Entry*> overflow;
  const auto take_all = [&](size_t from, size_t to) {
    const size_t begin = size;
    for (size_t i = from; i < to; ++i) {
      for (const Entry& entry : buckets_[i].contacts) {
        if (entry.failures > 0) continue;
        if (size < count && overflow.empty()) {
          found[size++] = &entry;
        } else {
          overflow.push_back(&entry);
        }
      }
    }
    if (overflow.empty()) return;
    overflow.insert(overflow.end(), found + begin, found + size);
    const auto closer = [&](const Entry* a, const Entry* b) {
      return Closer(target, a->contact.id, b->contact.id);
    };
    std::ranges::nth_element(overflow, overflow.begin() + (count - begin), closer);
    std::copy_n(overflow.begin(), count - begin, found + begin);
  };
  const size_t home = BucketOf(target);
  take_all(home, home + 1);
  if (size < count) take_all(home + 1, buckets_.size());
  for (size_t i = home; i-- > 0 && size < count;) take_all(i, i + 1);
  return size;
}

void RoutingTable::Touch(base::Time now, const NodeId& target) {
  buckets_[BucketOf(target)].touched_s = Seconds(now);
}

bool RoutingTable::IsStale(base::Time now, size_t bucket, base::Duration age) const {
  const auto age_s = std::chrono::duration_cast<std::chrono::seconds>(age).count();
  return int64_t{Seconds(now)} - buckets_[bucket].touched_s >= age_s;
}

NodeId RoutingTable::IdInBucket(size_t bucket, const NodeId& random_bits) const {
  NodeId id = random_bits;
  for (size_t word = 0; word < id.words.size(); ++word) {
    const size_t first_bit = 64 * word;
    if (bucket < first_bit) break;
    const size_t kept = std::min<size_t>(bucket - first_bit, 64);
    const uint64_t mask = kept == 64 ? ~uint64_t{0} : ~(~uint64_t{0} >> kept);
    id.words[word] = (own_id_.words[word] & mask) | (id.words[word] & ~mask);
  }
  // The last bucket reaches down to ourselves; every other differs from us in its bit.
  if (bucket + 1 < buckets_.size() &&
      static_cast<size_t>(SharedPrefixBits(own_id_, id)) != bucket) {
    FlipBit(id, bucket);
  }
  return id;
}

void RoutingTable::SetOwnId(base::Time now, const NodeId& own_id) {
  std::vector<Bucket> old = std::exchange(buckets_, std::vector<Bucket>(1));
  own_id_ = own_id;
  size_ = 0;
  for (const Bucket& bucket : old) {
    for (const Entry& entry : bucket.contacts) {
      if (Answered(now, entry.contact, std::nullopt) != Verdict::kKept) continue;
      *FindMutable(entry.contact.id) = entry;
    }
  }
}

}  // namespace shadw::dht
