// SPDX-License-Identifier: Apache-2.0
//
// The records a node keeps for others: immutable ones under the hash of their value,
// mutable ones under the hash of their owner's key and salt, each until it expires.
//
//   RecordStore records({.max_records = 10'000}, own_id);
//   Refusal refusal = records.Put(now, target, record, cas);    // signature checked before
//   if (const Record* record = records.Get(now, target)) …
//
// When it is full, the record farthest from our id goes, if the new one is closer:
// others find those closest to us here, and look for the rest elsewhere.
//
// Limits: `max_records` records and `max_bytes` bytes of values and salts.
//   Source   BEP 44 (sequence numbers, cas, expiry)
#ifndef LIBSHADW_DHT_RECORD_STORE_H_
#define LIBSHADW_DHT_RECORD_STORE_H_

#include <map>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "libshadw/base/time.h"
#include "libshadw/dht/message.h"
#include "libshadw/dht/node_id.h"

namespace shadw::dht {

struct RecordStoreOptions {
  size_t max_records = 10'000;
  size_t max_bytes = 16 << 20;
  base::Duration lifetime{};  // zero: the protocol's

  absl::Status Validate() const;
};

class RecordStore {
 public:
  RecordStore(const RecordStoreOptions& options, const NodeId& own_id);

  // Keeps a record whose form, hash and signature have been checked.
  //   Errors   kCasMismatch  another sequence number than `cas` is stored
  //            kSeqTooLow    a higher sequence number is stored
  //            kSeqReused    the same number with another value is stored
  //            kServer       it is full of records that are closer to us; or it is
  //                          immutable and a mutable one stands at its target
  //   Promise  the same record again: its time begins anew. A refusal changes nothing
  Refusal Put(base::Time now, const NodeId& target, const Record& record,
              std::optional<int64_t> cas);
  // Nothing where it has expired.
  const Record* Get(base::Time now, const NodeId& target) const;

  void SetOwnId(const NodeId& own_id) { own_id_ = own_id; }
  void ForgetExpired(base::Time now);
  size_t size() const { return kept_.size(); }
  size_t bytes() const { return bytes_; }

 private:
  struct Kept {
    Record record;
    base::Time expires;
  };
  using Map = std::map<NodeId, Kept>;

  void TakeOut(Map::iterator at, std::vector<Map::node_type>& taken);
  bool MakeRoom(const NodeId& target, size_t bytes, std::vector<Map::node_type>& taken);

  RecordStoreOptions options_;
  NodeId own_id_;
  Map kept_;
  size_t bytes_ = 0;
};

}  // namespace shadw::dht

#endif  // LIBSHADW_DHT_RECORD_STORE_H_
