// SPDX-License-Identifier: Apache-2.0
//
// How much of a store each address has filled, so that one of them cannot fill it all, and
// what makes way when many have.
//
//   Shares shares(500);
//   if (!shares.HasRoom(from)) return false;
//   shares.Add(from);                                        // and Remove, when it is gone
//
// An address is a host (host_key.h), but of IPv6 the first 48 bits, as one site often has
// a /48. Local ones have no limit.
//   Promise  as many entries as addresses that have something
#ifndef LIBSHADW_DHT_SHARES_H_
#define LIBSHADW_DHT_SHARES_H_

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>

#include "libshadw/base/endpoint.h"
#include "libshadw/dht/host_key.h"
#include "libshadw/dht/node_id.h"

namespace shadw::dht {

class Shares {
 public:
  explicit Shares(size_t most) : most_(most) {}

  bool HasRoom(const base::Endpoint& from) const {
    if (from.IsLocal()) return true;
    const auto found = counts_.find(KeyOf(from));
    return found == counts_.end() || found->second < most_;
  }
  void Add(const base::Endpoint& from) {
    if (!from.IsLocal()) ++counts_[KeyOf(from)];
  }
  // What was added before.
  void Remove(const base::Endpoint& from) {
    if (from.IsLocal()) return;
    const auto found = counts_.find(KeyOf(from));
    if (found != counts_.end() && --found->second == 0) counts_.erase(found);
  }

 private:
  static uint64_t KeyOf(const base::Endpoint& from) {
    return from.v6 ? HostKey(from) & ~uint64_t{0xffff} : HostKey(from);
  }

  size_t most_;
  std::map<uint64_t, size_t> counts_;
};

// The key farthest from `id` in a sorted map that is not empty: at each bit in which its
// keys differ, the side that differs from `id`.
template <typename Map>
typename Map::iterator Farthest(Map& map, const NodeId& id) {
  auto low = map.begin(), high = map.end();
  while (std::next(low) != high) {
    const NodeId& first = low->first;
    const NodeId& last = std::prev(high)->first;
    const int bit = SharedPrefixBits(first, last);
    const size_t word = static_cast<size_t>(bit) / 64;
    const uint64_t mask = uint64_t{1} << (63 - bit % 64);
    NodeId middle = last;  // the first id with this bit set
    middle.words[word] &= ~(mask - 1);
    for (size_t i = word + 1; i < middle.words.size(); ++i) middle.words[i] = 0;
    const auto split = map.lower_bound(middle);
    if ((id.words[word] & mask) == 0) {
      low = split;
    } else {
      high = split;
    }
  }
  return low;
}

}  // namespace shadw::dht

#endif  // LIBSHADW_DHT_SHARES_H_
