// SPDX-License-Identifier: Apache-2.0
//
// Who announced himself under which target, until his announcement expires.
//
//   PeerStore peers({});
//   peers.Put(now, target, stored_peer, from);
//   peers.Sample(now, target, 50, &random, [&](const StoredPeer& peer) { … });
//
// Limits: `max_targets` targets, `max_peers_of_target` peers each; the peer that
// announced longest ago makes way, and a new target is refused when all are in use.
//   Source   BEP 5 (peers), BEP 51 (samples of targets)
#ifndef LIBSHADW_DHT_PEER_STORE_H_
#define LIBSHADW_DHT_PEER_STORE_H_

#include <algorithm>
#include <map>
#include <vector>

#include "libshadw/base/endpoint.h"
#include "libshadw/base/random.h"
#include "libshadw/base/time.h"
#include "libshadw/dht/node_id.h"
#include "libshadw/dht/protocol.h"

namespace shadw::dht {

struct PeerStoreOptions {
  size_t max_targets = 5000;
  size_t max_peers_of_target = 500;
  base::Duration lifetime{};  // zero: the protocol's
};

class PeerStore {
 public:
  struct Kept {
    StoredPeer peer;
    base::Endpoint from;  // where its announcement came from
    base::Time expires;
  };

  explicit PeerStore(const PeerStoreOptions& options);

  // False: there is no room for another target.
  bool Put(base::Time now, const NodeId& target, const StoredPeer& peer,
           const base::Endpoint& from);
  void Remove(const NodeId& target, base::ByteSpan key);

  // Calls `take` with at most `count` peers, beginning at a random one.
  template <typename Take>
  void Sample(base::Time now, const NodeId& target, size_t count, base::RandomSource* random,
              Take&& take) const {
    const auto found = targets_.find(target);
    if (found == targets_.end()) return;
    const std::vector<Kept>& peers = found->second;
    const size_t begin = Below(peers.size(), random);
    for (size_t i = 0; i < peers.size() && count > 0; ++i) {
      const Kept& kept = peers[(begin + i) % peers.size()];
      if (kept.expires <= now) continue;
      take(kept.peer);
      --count;
    }
  }
  // The first peer under the target for which `is_it`; null: none.
  template <typename IsIt>
  const Kept* Find(base::Time now, const NodeId& target, IsIt&& is_it) const {
    const auto found = targets_.find(target);
    if (found == targets_.end()) return nullptr;
    for (const Kept& kept : found->second) {
      if (kept.expires > now && is_it(kept)) return &kept;
    }
    return nullptr;
  }
  // At most `count` targets that somebody announced under, beginning at a random one.
  std::vector<NodeId> SampleTargets(size_t count, base::RandomSource* random) const;

  void ForgetExpired(base::Time now);
  size_t targets() const { return targets_.size(); }

 private:
  static size_t Below(size_t bound, base::RandomSource* random);

  PeerStoreOptions options_;
  std::map<NodeId, std::vector<Kept>> targets_;
};

}  // namespace shadw::dht

#endif  // LIBSHADW_DHT_PEER_STORE_H_
