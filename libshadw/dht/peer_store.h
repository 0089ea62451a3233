// SPDX-License-Identifier: Apache-2.0
//
// Who announced himself under which target, until his announcement expires.
//
//   PeerStore peers({.lifetime = protocol.traits().peer_lifetime}, own_id);
//   peers.Put(now, target, stored_peer, from);
//   peers.Sample(now, target, 50, &random, [&](const StoredPeer& peer) { … });
//
// A peer whose key hashes to the target is its owner: the one that is found by its name,
// and that no other puts out.
//
// Limits: `max_targets` targets, `max_peers_of_target` peers each; the peer that
// announced longest ago makes way. When all targets are in use, the one farthest from our
// id goes, if the new one is closer: others look for those closest to us here. One address
// has at most `max_announcements_of_address`; local ones are exempt.
//   Cost     Put: the peers of the target once, and kMaxForgottenAtOnce that expired.
//            SampleTargets: the same however many there are
//   Source   BEP 5 (peers), BEP 51 (samples of targets)
#ifndef LIBSHADW_DHT_PEER_STORE_H_
#define LIBSHADW_DHT_PEER_STORE_H_

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "libshadw/base/endpoint.h"
#include "libshadw/base/random.h"
#include "libshadw/base/time.h"
#include "libshadw/dht/node_id.h"
#include "libshadw/dht/protocol.h"
#include "libshadw/dht/shares.h"

namespace shadw::dht {

struct PeerStoreOptions {
  size_t max_targets = 5000;
  size_t max_peers_of_target = 500;
  size_t max_announcements_of_address = 500;
  base::Duration lifetime{};  // zero: the protocol's, where a node is given it
};

class PeerStore {
 public:
  struct Kept {
    StoredPeer peer;
    base::Endpoint from;  // where its announcement came from
    base::Time expires;
    bool owns_target = false;
  };
  static constexpr size_t kMaxForgottenAtOnce = 64;

  PeerStore(const PeerStoreOptions& options, const NodeId& own_id);

  // False: all targets are in use and closer to us, or this address has its share.
  bool Put(base::Time now, const NodeId& target, const StoredPeer& peer, const base::Endpoint& from,
           bool owns_target = false);
  void Remove(const NodeId& target, base::ByteSpan key);

  // Calls `take` with at most `count` peers, beginning at a random one.
  template <typename Take>
  void Sample(base::Time now, const NodeId& target, size_t count, base::RandomSource* random,
              Take&& take) const {
    const auto found = targets_.find(target);
    if (found == targets_.end()) return;
    const std::vector<Kept>& peers = found->second.peers;
    const size_t begin = Below(peers.size(), random);
    for (size_t i = 0; i < peers.size() && count > 0; ++i) {
      const Kept& kept = peers[(begin + i) % peers.size()];
      if (kept.expires <= now) continue;
      take(kept.peer);
      --count;
    }
  }
  // The peer that owns the target; null: it did not announce.
  const Kept* Owner(base::Time now, const NodeId& target) const;
  // At most `count` targets that somebody announced under, beginning at a random one.
  std::vector<NodeId> SampleTargets(size_t count, base::RandomSource* random) const;

  void SetOwnId(const NodeId& own_id) { own_id_ = own_id; }
  void ForgetExpired(base::Time now);
  size_t targets() const { return targets_.size(); }

 private:
  struct Named {
    std::vector<Kept> peers;  // the owner, where it announced, comes first
    size_t place = 0;         // of the target in listed_
  };
  using Targets = std::map<NodeId, Named>;

  static size_t Below(size_t bound, base::RandomSource* random);
  void Forget(base::Time now, size_t at_most);
  // What else is noted of an announcement, before it is taken out or after it was put in.
  void TakeOut(const NodeId& target, const Kept& kept);
  void PutIn(const NodeId& target, const Kept& kept);
  Named& AddTarget(const NodeId& target);
  void RemoveTarget(Targets::iterator at);

  PeerStoreOptions options_;
  NodeId own_id_;
  Targets targets_;
  std::vector<NodeId> listed_;  // the targets in no order, to draw from
  Shares shares_;
  std::set<std::tuple<base::Time, NodeId, base::Bytes>> by_expiry_;  // target, key
};

}  // namespace shadw::dht

#endif  // LIBSHADW_DHT_PEER_STORE_H_
