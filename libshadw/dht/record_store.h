// SPDX-License-Identifier: Apache-2.0
//
// The records a node keeps for others: immutable ones under the hash of their value,
// mutable ones under the hash of their owner's key and salt, each until it expires.
//
//   RecordStore records({.lifetime = protocol.traits().record_lifetime}, own_id);
//   Refusal refusal = records.Put(now, target, record, cas);    // signature checked before
//   if (const Record* record = records.Get(now, target)) …
//
// When it is full, the record farthest from our id goes, if the new one is closer:
// others find those closest to us here, and look for the rest elsewhere.
//
// Limits: `max_records` records and `max_bytes` bytes of values and salts. One address puts
// at most `max_records_of_address`; local ones are exempt.
//   Cost     Put: what expired is found by its time, never by looking at all
//   Source   BEP 44 (sequence numbers, cas, expiry)
#ifndef LIBSHADW_DHT_RECORD_STORE_H_
#define LIBSHADW_DHT_RECORD_STORE_H_

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "libshadw/base/time.h"
#include "libshadw/dht/message.h"
#include "libshadw/dht/node_id.h"
#include "libshadw/dht/shares.h"

namespace shadw::dht {

struct RecordStoreOptions {
  size_t max_records = 10'000;
  size_t max_bytes = 16 << 20;
  size_t max_records_of_address = 2500;
  base::Duration lifetime{};  // zero: the protocol's, where a node is given it

  absl::Status Validate() const;
};

class RecordStore {
 public:
  RecordStore(const RecordStoreOptions& options, const NodeId& own_id);

  // Keeps a record whose form, hash and signature have been checked.
  //   Errors   kCasMismatch  another sequence number than `cas` is stored
  //            kSeqTooLow    a higher sequence number is stored
  //            kSeqReused    the same number with another value is stored
  //            kServer       it is full of records that are closer to us, or `from` has put
  //                          its share; or it is immutable and a mutable one stands at its
  //                          target
  //   Promise  the same record again: its time begins anew. A refusal changes nothing
  Refusal Put(base::Time now, const NodeId& target, const Record& record,
              std::optional<int64_t> cas, const base::Endpoint& from);
  // Nothing where it has expired.
  const Record* Get(base::Time now, const NodeId& target) const;

  void SetOwnId(const NodeId& own_id) { own_id_ = own_id; }
  void ForgetExpired(base::Time now);
  size_t size() const { return kept_.size(); }
  size_t bytes() const { return bytes_; }

 private:
  struct Kept {
    Record record;
    base::Endpoint from;
    base::Time expires;
  };
  using Map = std::map<NodeId, Kept>;

  void TakeOut(Map::iterator at, std::vector<Map::node_type>& taken);
  void PutIn(Map::node_type node);
  bool IsFull(size_t bytes) const {
    return kept_.size() >= options_.max_records || bytes_ + bytes > options_.max_bytes;
  }
  bool MakeRoom(const NodeId& target, size_t bytes, std::vector<Map::node_type>& taken);

  RecordStoreOptions options_;
  NodeId own_id_;
  Map kept_;
  Shares shares_;
  std::set<std::pair<base::Time, NodeId>> by_expiry_;
  size_t bytes_ = 0;
};

}  // namespace shadw::dht

#endif  // LIBSHADW_DHT_RECORD_STORE_H_
