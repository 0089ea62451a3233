// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/record_store.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace shadw::dht {
namespace {

size_t BytesOf(const Record& record) { return record.value.size() + record.salt.size(); }

}  // namespace

absl::Status RecordStoreOptions::Validate() const {
  if (lifetime < base::Duration{}) {
    return absl::InvalidArgumentError("dht: got a negative record lifetime, need 0 or more");
  }
  return absl::OkStatus();
}

RecordStore::RecordStore(const RecordStoreOptions& options, const NodeId& own_id)
    : options_(options), own_id_(own_id), shares_(options.max_records_of_address) {}

const Record* RecordStore::Get(base::Time now, const NodeId& target) const {
  const auto found = kept_.find(target);
  return found == kept_.end() || found->second.expires <= now ? nullptr : &found->second.record;
}

void RecordStore::TakeOut(Map::iterator at, std::vector<Map::node_type>& taken) {
  bytes_ -= BytesOf(at->second.record);
  shares_.Remove(at->second.from);
  by_expiry_.erase({at->second.expires, at->first});
  taken.push_back(kept_.extract(at));
}

void RecordStore::PutIn(Map::node_type node) {
  bytes_ += BytesOf(node.mapped().record);
  shares_.Add(node.mapped().from);
  by_expiry_.insert({node.mapped().expires, node.key()});
  kept_.insert(std::move(node));
}

bool RecordStore::MakeRoom(const NodeId& target, size_t bytes, std::vector<Map::node_type>& taken) {
  if (options_.max_records == 0 || bytes > options_.max_bytes) return false;
  while (IsFull(bytes)) {
    const auto farthest = Farthest(kept_, own_id_);
    if (!Closer(own_id_, target, farthest->first)) return false;
    TakeOut(farthest, taken);
  }
  return true;
}

Refusal RecordStore::Put(base::Time now, const NodeId& target, const Record& record,
                         std::optional<int64_t> cas, const base::Endpoint& from) {
  const auto found = kept_.find(target);
  if (found != kept_.end() && found->second.expires > now) {
    Kept& kept = found->second;
    // Ids of hyperdht hash a value and a key alike, so anybody could put a key's owner out.
    if (kept.record.is_mutable() && !record.is_mutable()) return Refusal::kServer;
    if (kept.record.is_mutable()) {
      if (cas && *cas != kept.record.seq) return Refusal::kCasMismatch;
      if (record.seq < kept.record.seq) return Refusal::kSeqTooLow;
      if (record.seq == kept.record.seq && record.value != kept.record.value) {
        return Refusal::kSeqReused;
      }
    }
    if (record == kept.record) {
      by_expiry_.erase({kept.expires, target});
      kept.expires = now + options_.lifetime;
      by_expiry_.insert({kept.expires, target});
      return Refusal::kNone;
    }
  }
  std::vector<Map::node_type> taken;
  if (found != kept_.end()) TakeOut(found, taken);
  if (IsFull(BytesOf(record)) || !shares_.HasRoom(from)) ForgetExpired(now);
  if (!shares_.HasRoom(from) || !MakeRoom(target, BytesOf(record), taken)) {
    for (Map::node_type& node : taken) PutIn(std::move(node));
    return Refusal::kServer;
  }
  Map fresh;
  fresh.emplace(target, Kept{record, from, now + options_.lifetime});
  PutIn(fresh.extract(fresh.begin()));
  return Refusal::kNone;
}

void RecordStore::ForgetExpired(base::Time now) {
  std::vector<Map::node_type> expired;
  while (!by_expiry_.empty() && by_expiry_.begin()->first <= now) {
    TakeOut(kept_.find(by_expiry_.begin()->second), expired);
    expired.clear();
  }
}

}  // namespace shadw::dht
