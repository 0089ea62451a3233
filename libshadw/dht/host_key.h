// SPDX-License-Identifier: Apache-2.0
//
// A number for whoever is one host to us: an IPv4 address, or the first 64 bits of an IPv6
// one, whatever the port. On a local network many nodes share an address, so there each port
// is a host.
#ifndef LIBSHADW_DHT_HOST_KEY_H_
#define LIBSHADW_DHT_HOST_KEY_H_

#include <cstddef>
#include <cstdint>

#include "libshadw/base/endpoint.h"

namespace shadw::dht {

inline uint64_t HostKey(const base::Endpoint& endpoint) {
  const uint64_t port = endpoint.IsLocal() ? endpoint.port : 0;
  if (!endpoint.v6) return uint64_t{endpoint.v4()} << 16 | port;
  uint64_t first = 0;  // of a public address above 2^61, so the families do not meet
  for (size_t i = 0; i < 8; ++i) first = first << 8 | endpoint.address[i];
  return first ^ port;
}

}  // namespace shadw::dht

#endif  // LIBSHADW_DHT_HOST_KEY_H_
