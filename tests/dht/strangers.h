// SPDX-License-Identifier: Apache-2.0
//
// Ids and addresses that the tests of the core share: each number names another one.
#ifndef TESTS_DHT_STRANGERS_H_
#define TESTS_DHT_STRANGERS_H_

#include <algorithm>
#include <ostream>
#include <vector>

#include "libshadw/base/coding.h"
#include "libshadw/base/time.h"
#include "libshadw/crypto/random.h"
#include "libshadw/dht/contact.h"

namespace shadw::dht {

inline constexpr base::Time kStart = base::FromUnixSeconds(1'700'000'000);

// Public addresses, each in a /24 of its own.
inline base::Endpoint Host(uint32_t i, uint16_t port = 6881) {
  return base::Endpoint::V4((uint32_t{20} << 24) + (i << 8) + 1, port);
}
// Public addresses of IPv6, each in a /48 of its own.
inline base::Endpoint Host6(uint16_t i, uint16_t port = 6881) {
  base::ByteArray<16> address{0x24, 0x01};
  address[4] = static_cast<uint8_t>(i >> 8);
  address[5] = static_cast<uint8_t>(i);
  address[15] = 1;
  return base::Endpoint::V6(address, port);
}
inline base::Endpoint Local(uint16_t port) { return base::Endpoint::V4(127, 0, 0, 1, port); }

inline NodeId RandomId(base::RandomSource& random, size_t id_bytes) {
  const base::ByteArray<kMaxIdBytes> bytes = random.Array<kMaxIdBytes>();
  return NodeId::FromBytes(base::ByteSpan(bytes).first(id_bytes));
}
inline uint64_t Draw(base::RandomSource& random, uint64_t below) {
  return base::LoadLittleEndian<uint64_t>(random.Array<8>().data()) % below;
}

inline void PrintTo(const NodeId& id, std::ostream* out) { *out << id.ToHex(8); }

// The id whose first 64 bits are these.
inline NodeId IdOf(uint64_t first) { return {{first, 0, 0, 0}}; }
// An id that shares exactly `bits` leading bits with the id 0; `tail` tells them apart.
inline NodeId Sharing(int bits, uint64_t tail) {
  NodeId id{{0, 0, tail, 0}};
  id.words[static_cast<size_t>(bits / 64)] |= uint64_t{1} << (63 - bits % 64);
  return id;
}

inline std::vector<Contact> RandomContacts(base::RandomSource& random, size_t count,
                                           size_t id_bytes) {
  std::vector<Contact> contacts;
  for (size_t i = 0; i < count; ++i) {
    contacts.push_back({RandomId(random, id_bytes), Host(static_cast<uint32_t>(i))});
  }
  return contacts;
}

// The closest `count` ids, closest first: what every cleverer way is compared with.
inline std::vector<NodeId> ClosestByBruteForce(const NodeId& target,
                                               const std::vector<Contact>& contacts, size_t count) {
  std::vector<NodeId> ids;
  for (const Contact& contact : contacts) ids.push_back(contact.id);
  std::ranges::sort(ids, [&](const NodeId& a, const NodeId& b) { return Closer(target, a, b); });
  if (ids.size() > count) ids.resize(count);
  return ids;
}

}  // namespace shadw::dht

#endif  // TESTS_DHT_STRANGERS_H_
