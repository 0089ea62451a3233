// SPDX-License-Identifier: Apache-2.0
//
// How much of a store each address has filled, so that one of them cannot fill it all.
//
//   Shares shares(500);
//   if (!shares.HasRoom(from)) return false;
//   shares.Add(from);                                        // and Remove, when it is gone
//
// An address is an IP, whatever the port; of IPv6 the first 64 bits. Local ones have no
// limit: on a local network many nodes share one.
//   Promise  as many entries as addresses that have something
#ifndef LIBSHADW_DHT_SHARES_H_
#define LIBSHADW_DHT_SHARES_H_

#include <algorithm>
#include <cstddef>
#include <map>

#include "libshadw/base/endpoint.h"

namespace shadw::dht {

class Shares {
 public:
  explicit Shares(size_t most) : most_(most) {}

  bool HasRoom(const base::Endpoint& from) const {
    if (from.IsLocal()) return true;
    const auto found = counts_.find(HostOf(from));
    return found == counts_.end() || found->second < most_;
  }
  void Add(const base::Endpoint& from) {
    if (!from.IsLocal()) ++counts_[HostOf(from)];
  }
  // What was added before.
  void Remove(const base::Endpoint& from) {
    if (from.IsLocal()) return;
    const auto found = counts_.find(HostOf(from));
    if (found != counts_.end() && --found->second == 0) counts_.erase(found);
  }

 private:
  static base::Endpoint HostOf(base::Endpoint endpoint) {
    endpoint.port = 0;
    if (endpoint.v6) std::fill(endpoint.address.begin() + 8, endpoint.address.end(), uint8_t{0});
    return endpoint;
  }

  size_t most_;
  std::map<base::Endpoint, size_t> counts_;
};

}  // namespace shadw::dht

#endif  // LIBSHADW_DHT_SHARES_H_
