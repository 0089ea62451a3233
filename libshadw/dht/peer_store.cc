// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/peer_store.h"

#include "libshadw/base/coding.h"

namespace shadw::dht {

PeerStore::PeerStore(const PeerStoreOptions& options, const NodeId& own_id)
    : options_(options), own_id_(own_id), shares_(options.max_announcements_of_address) {}

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

PeerStore::Named& PeerStore::AddTarget(const NodeId& target) {
  Named& named = targets_[target];
  named.place = listed_.size();
  listed_.push_back(target);
  return named;
}

void PeerStore::RemoveTarget(Targets::iterator at) {
  for (const Kept& kept : at->second.peers) TakeOut(at->first, kept);
  const size_t place = at->second.place;
  listed_[place] = listed_.back();
  targets_.find(listed_[place])->second.place = place;
  listed_.pop_back();
  targets_.erase(at);
}

bool PeerStore::Put(base::Time now, const NodeId& target, const StoredPeer& peer,
                    const base::Endpoint& from, bool owns_target) {
  Forget(now, kMaxForgottenAtOnce);
  if (options_.max_peers_of_target == 0 || options_.max_targets == 0) return false;
  const auto found = targets_.find(target);
  const bool is_new = found == targets_.end();
  auto farthest = targets_.end();
  if (is_new && targets_.size() >= options_.max_targets) {
    farthest = Farthest(targets_, own_id_);
    if (!Closer(own_id_, target, farthest->first)) return false;
  }
  std::vector<Kept> none;
  std::vector<Kept>& known = is_new ? none : found->second.peers;
  auto place = std::ranges::find(known, peer.key, [](const Kept& it) { return it.peer.key; });
  // Announcing again takes no more room than before.
  const bool same_address = place != known.end() && place->from == from;
  if (!same_address && !shares_.HasRoom(from)) return false;
  if (farthest != targets_.end()) RemoveTarget(farthest);
  std::vector<Kept>& peers = is_new ? AddTarget(target).peers : found->second.peers;
  if (is_new) place = peers.end();
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
  std::erase_if(found->second.peers, [&](const Kept& kept) {
    if (!std::ranges::equal(kept.peer.key, key)) return false;
    TakeOut(target, kept);
    return true;
  });
  if (found->second.peers.empty()) RemoveTarget(found);
}

const PeerStore::Kept* PeerStore::Owner(base::Time now, const NodeId& target) const {
  const auto found = targets_.find(target);
  if (found == targets_.end()) return nullptr;
  const Kept& first = found->second.peers.front();
  return first.owns_target && first.expires > now ? &first : nullptr;
}

std::vector<NodeId> PeerStore::SampleTargets(size_t count, base::RandomSource* random) const {
  std::vector<NodeId> sample;
  const size_t begin = Below(listed_.size(), random);
  for (size_t i = 0; i < std::min(count, listed_.size()); ++i) {
    sample.push_back(listed_[(begin + i) % listed_.size()]);
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
