// SPDX-License-Identifier: Apache-2.0
//
// Ids and addresses as mainline writes them: an id is 20 bytes; an endpoint is 4 or 16
// bytes of address and 2 of port, big-endian; a node is an id and an endpoint. Private
// to the codec.
//   Source   BEP 5, "contact encoding"; BEP 32
#ifndef LIBSHADW_DHT_KRPC_COMPACT_H_
#define LIBSHADW_DHT_KRPC_COMPACT_H_

#include <cstring>
#include <optional>

#include "libshadw/base/bytes.h"
#include "libshadw/base/coding.h"
#include "libshadw/base/endpoint.h"
#include "libshadw/dht/contact.h"

namespace shadw::dht::krpc {

inline constexpr size_t kIdBytes = 20;
inline constexpr size_t kEndpointV4Bytes = 6;
inline constexpr size_t kEndpointV6Bytes = 18;
inline constexpr size_t kNodeV4Bytes = kIdBytes + kEndpointV4Bytes;
inline constexpr size_t kNodeV6Bytes = kIdBytes + kEndpointV6Bytes;

inline NodeId LoadId(const uint8_t* from) {
  const auto word = [from](size_t at) {
    return __builtin_bswap64(base::LoadLittleEndian<uint64_t>(from + at));
  };
  const uint64_t last = __builtin_bswap32(base::LoadLittleEndian<uint32_t>(from + 16));
  return {{word(0), word(8), last << 32, 0}};
}

inline void StoreId(const NodeId& id, uint8_t* to) {
  base::StoreLittleEndian(to, __builtin_bswap64(id.words[0]));
  base::StoreLittleEndian(to + 8, __builtin_bswap64(id.words[1]));
  base::StoreLittleEndian(to + 16, __builtin_bswap32(static_cast<uint32_t>(id.words[2] >> 32)));
}

inline size_t EndpointBytes(const base::Endpoint& endpoint) {
  return endpoint.v6 ? kEndpointV6Bytes : kEndpointV4Bytes;
}

// Writes EndpointBytes(endpoint) bytes; returns where they end.
inline uint8_t* StoreEndpoint(const base::Endpoint& endpoint, uint8_t* to) {
  // Lengths that the compiler knows: a call would take longer than four bytes do.
  if (endpoint.v6) {
    std::memcpy(to, endpoint.address.data(), 16);
    to += 16;
  } else {
    std::memcpy(to, endpoint.address.data(), 4);
    to += 4;
  }
  *to++ = static_cast<uint8_t>(endpoint.port >> 8);
  *to++ = static_cast<uint8_t>(endpoint.port);
  return to;
}

// Nothing where `bytes` is neither 6 nor 18 bytes long.
std::optional<base::Endpoint> LoadEndpoint(base::ByteSpan bytes);

// Adds the whole nodes of a `nodes` or `nodes6` string; those that nobody can send to,
// and a ragged end, are left out.
void AddNodesV4(base::ByteSpan nodes, ContactList& contacts);
void AddNodesV6(base::ByteSpan nodes, ContactList& contacts);

// Writes the first `count` contacts of the family. `to` has room for them.
void StoreNodes(const ContactList& contacts, bool v6, size_t count, uint8_t* to);

}  // namespace shadw::dht::krpc

#endif  // LIBSHADW_DHT_KRPC_COMPACT_H_
