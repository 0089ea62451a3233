// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/peer_store.h"

#include <iterator>

#include "libshadw/base/coding.h"

namespace shadw::dht {

PeerStore::PeerStore(const PeerStoreOptions& options)
    : options_(options), shares_(options.max_announcements_of_address) {}

size_t PeerStore::Below(size_t bound, base::RandomSource* random) {
  if (bound < 2) return 0;
  return base::LoadLittleEndian<uint32_t>(random->Array<4>().data()) % bound;
}

void PeerStore::TakeOut(const NodeId& target, const Kept& kept) {
  shares_.Remove(kept.from);
  by_expiry_.erase({kept.expires, target, kept.peer.key});
}

void PeerStore::PutIn(const NodeId& target, const Kept& kept) {
  shares_.Add(kept.from);
  by_expiry_.insert({kept.expires, target, kept.peer.key});
}

bool PeerStore::Put(base::Time now, const NodeId& target, const StoredPeer& peer,
                    const base::Endpoint& from, bool owns_target) {
  Forget(now, kMaxForgottenAtOnce);
  if (options_.max_peers_of_target == 0) return false;
  const auto found = targets_.find(target);
  if (found == targets_.end() && targets_.size() >= options_.max_targets) return false;
  Peers none;
  Peers& known = found == targets_.end() ? none : found->second;
  auto place = std::ranges::find(known, peer.key, [](const Kept& it) { return it.peer.key; });
  // Announcing again takes no more room than before.
  const bool same_address = place != known.end() && place->from == from;
  if (!same_address && !shares_.HasRoom(from)) return false;
  Peers& peers = found == targets_.end() ? targets_[target] : found->second;
  if (found == targets_.end()) place = peers.end();
  if (place == peers.end() && peers.size() >= options_.max_peers_of_target) {
    const auto first = peers.begin() + (peers.front().owns_target ? 1 : 0);
    place = std::min_element(first, peers.end(),
                             [](const Kept& a, const Kept& b) { return a.expires < b.expires; });
    if (place == peers.end()) return false;
  }
  const Kept kept{peer, from, now + options_.lifetime, owns_target};
  if (place != peers.end()) {
    TakeOut(target, *place);
    *place = kept;
  } else {
    place = peers.insert(peers.end(), kept);
  }
  PutIn(target, kept);
  if (owns_target) std::iter_swap(peers.begin(), place);
  return true;
}

void PeerStore::Remove(const NodeId& target, base::ByteSpan key) {
  const auto found = targets_.find(target);
  if (found == targets_.end()) return;
  std::erase_if(found->second, [&](const Kept& kept) {
    if (!std::ranges::equal(kept.peer.key, key)) return false;
    TakeOut(target, kept);
    return true;
  });
  if (found->second.empty()) targets_.erase(found);
}

const PeerStore::Kept* PeerStore::Owner(base::Time now, const NodeId& target) const {
  const auto found = targets_.find(target);
  if (found == targets_.end()) return nullptr;
  const Kept& first = found->second.front();
  return first.owns_target && first.expires > now ? &first : nullptr;
}

std::vector<NodeId> PeerStore::SampleTargets(size_t count, base::RandomSource* random) const {
  std::vector<NodeId> sample;
  if (targets_.empty()) return sample;
  auto at = std::next(targets_.begin(), static_cast<ptrdiff_t>(Below(targets_.size(), random)));
  for (size_t i = 0; i < std::min(count, targets_.size()); ++i) {
    sample.push_back(at->first);
    if (++at == targets_.end()) at = targets_.begin();
  }
  return sample;
}

void PeerStore::Forget(base::Time now, size_t at_most) {
  for (size_t i = 0; i < at_most && !by_expiry_.empty(); ++i) {
    const auto [expires, target, key] = *by_expiry_.begin();
    if (expires > now) return;
    Remove(target, key);
  }
}

void PeerStore::ForgetExpired(base::Time now) { Forget(now, by_expiry_.size()); }

}  // namespace shadw::dht
