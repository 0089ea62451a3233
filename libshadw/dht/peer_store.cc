// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/peer_store.h"

#include <iterator>

#include "libshadw/base/coding.h"

namespace shadw::dht {

PeerStore::PeerStore(const PeerStoreOptions& options) : options_(options) {}

size_t PeerStore::Below(size_t bound, base::RandomSource* random) {
  if (bound < 2) return 0;
  return base::LoadLittleEndian<uint32_t>(random->Array<4>().data()) % bound;
}

bool PeerStore::Put(base::Time now, const NodeId& target, const StoredPeer& peer,
                    const base::Endpoint& from) {
  auto found = targets_.find(target);
  if (found == targets_.end()) {
    if (targets_.size() >= options_.max_targets) ForgetExpired(now);
    if (targets_.size() >= options_.max_targets) return false;
    found = targets_.emplace(target, std::vector<Kept>()).first;
  }
  std::vector<Kept>& peers = found->second;
  const Kept kept{peer, from, now + options_.lifetime};
  auto same = std::ranges::find(peers, peer.key, [](const Kept& it) { return it.peer.key; });
  if (same == peers.end() && peers.size() >= options_.max_peers_of_target) {
    same = std::ranges::min_element(peers, {}, &Kept::expires);
  }
  if (same != peers.end()) {
    *same = kept;
  } else {
    peers.push_back(kept);
  }
  return true;
}

void PeerStore::Remove(const NodeId& target, base::ByteSpan key) {
  const auto found = targets_.find(target);
  if (found == targets_.end()) return;
  std::erase_if(found->second,
                [&](const Kept& kept) { return std::ranges::equal(kept.peer.key, key); });
  if (found->second.empty()) targets_.erase(found);
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

void PeerStore::ForgetExpired(base::Time now) {
  for (auto at = targets_.begin(); at != targets_.end();) {
    std::erase_if(at->second, [&](const Kept& kept) { return kept.expires <= now; });
    at = at->second.empty() ? targets_.erase(at) : std::next(at);
  }
}

}  // namespace shadw::dht
