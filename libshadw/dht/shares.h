// SPDX-License-Identifier: Apache-2.0
//
// How much of a store each address has filled, so that one of them cannot fill it all.
//
//   Shares shares(500);
//   if (!shares.HasRoom(from)) return false;
//   shares.Add(from);                                        // and Remove, when it is gone
//
// An address is a host (host_key.h). Local ones have no limit.
//   Promise  as many entries as addresses that have something
#ifndef LIBSHADW_DHT_SHARES_H_
#define LIBSHADW_DHT_SHARES_H_

#include <cstddef>
#include <cstdint>
#include <map>

#include "libshadw/base/endpoint.h"
#include "libshadw/dht/host_key.h"

namespace shadw::dht {

class Shares {
 public:
  explicit Shares(size_t most) : most_(most) {}

  bool HasRoom(const base::Endpoint& from) const {
    if (from.IsLocal()) return true;
    const auto found = counts_.find(HostKey(from));
    return found == counts_.end() || found->second < most_;
  }
  void Add(const base::Endpoint& from) {
    if (!from.IsLocal()) ++counts_[HostKey(from)];
  }
  // What was added before.
  void Remove(const base::Endpoint& from) {
    if (from.IsLocal()) return;
    const auto found = counts_.find(HostKey(from));
    if (found != counts_.end() && --found->second == 0) counts_.erase(found);
  }

 private:
  size_t most_;
  std::map<uint64_t, size_t> counts_;
};

}  // namespace shadw::dht

#endif  // LIBSHADW_DHT_SHARES_H_
