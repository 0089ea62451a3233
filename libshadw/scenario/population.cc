// SPDX-License-Identifier: Apache-2.0
#include "libshadw/scenario/population.h"

#include <algorithm>

#include "absl/container/btree_map.h"

namespace shadw::scenario {
namespace {

// The first id that begins with the first `bits` bits of `id`, and the first after them.
dht::NodeId FirstWithPrefix(dht::NodeId id, int bits) {
  for (int word = 0; word < 4; ++word) {
    const int kept = std::clamp(bits - 64 * word, 0, 64);
    id.words[static_cast<size_t>(word)] &= kept == 0 ? 0 : ~uint64_t{0} << (64 - kept);
  }
  return id;
}

dht::NodeId LastWithPrefix(dht::NodeId id, int bits) {
  for (int word = 0; word < 4; ++word) {
    const int kept = std::clamp(bits - 64 * word, 0, 64);
    id.words[static_cast<size_t>(word)] |= kept == 64 ? 0 : ~uint64_t{0} >> kept;
  }
  return id;
}

}  // namespace

struct Population::Impl {
  absl::btree_map<dht::NodeId, base::Endpoint> alive;
};

Population::Population() : impl_(std::make_unique<Impl>()) {}
Population::Population(Population&&) noexcept = default;
Population::~Population() = default;

void Population::Add(const dht::Contact& contact) {
  impl_->alive.insert_or_assign(contact.id, contact.endpoint);
}
void Population::Remove(const dht::NodeId& id) { impl_->alive.erase(id); }
size_t Population::size() const { return impl_->alive.size(); }
bool Population::Contains(const dht::NodeId& id) const { return impl_->alive.contains(id); }

std::vector<dht::Contact> Population::Closest(const dht::NodeId& target, size_t count) const {
  // The longest prefix of the target that enough of them share holds the closest.
  int bits = 0;
  for (size_t share = size(); share > 4 * count && bits < dht::kMaxIdBits; share /= 2) ++bits;
  std::vector<dht::Contact> found;
  for (;; --bits) {
    found.clear();
    const auto end = impl_->alive.upper_bound(LastWithPrefix(target, bits));
    for (auto at = impl_->alive.lower_bound(FirstWithPrefix(target, bits)); at != end; ++at) {
      found.push_back({at->first, at->second});
    }
    if (found.size() >= count || bits == 0) break;
  }
  const auto closer = [&](const dht::Contact& a, const dht::Contact& b) {
    return dht::Closer(target, a.id, b.id);
  };
  const size_t kept = std::min(count, found.size());
  std::ranges::partial_sort(found, found.begin() + static_cast<ptrdiff_t>(kept), closer);
  found.resize(kept);
  return found;
}

std::vector<dht::Contact> Population::Everybody() const {
  std::vector<dht::Contact> everybody;
  everybody.reserve(size());
  for (const auto& [id, endpoint] : impl_->alive) everybody.push_back({id, endpoint});
  return everybody;
}

void FillTable(std::span<const dht::Contact> everybody, size_t bucket_size, base::Time now,
               sim::Random* random, dht::Node* node) {
  const dht::NodeId own = node->id();
  auto low = everybody.begin(), high = everybody.end();
  const auto by_id = [](const dht::Contact& contact, const dht::NodeId& id) {
    return contact.id < id;
  };
  for (int bit = 0; high - low > 1 && bit < dht::kMaxIdBits; ++bit) {
    // [low, high) shares `bit` bits with us; one half of it goes on, the other is a bucket.
    dht::NodeId middle = FirstWithPrefix(LastWithPrefix(own, bit), bit + 1);
    const auto split = std::lower_bound(low, high, middle, by_id);
    const bool upper = own >= middle;
    const auto begin = upper ? low : split, end = upper ? split : high;
    (upper ? low : high) = split;
    const auto size = static_cast<size_t>(end - begin);
    // As many replacements wait in a network that has been running for a while.
    const size_t wanted = bucket_size + bucket_size / 2;
    if (size <= wanted) {
      for (auto at = begin; at != end; ++at) node->Vouch(now, *at);
      continue;
    }
    // Distinct ones, by Floyd's way of drawing a sample.
    std::vector<size_t> drawn;
    for (size_t j = size - wanted; j < size; ++j) {
      const size_t candidate = random->Uniform(j + 1);
      drawn.push_back(std::ranges::find(drawn, candidate) == drawn.end() ? candidate : j);
      node->Vouch(now, *(begin + static_cast<ptrdiff_t>(drawn.back())));
    }
  }
}

}  // namespace shadw::scenario
