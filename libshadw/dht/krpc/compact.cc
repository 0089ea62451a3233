// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/krpc/compact.h"

namespace shadw::dht::krpc {
namespace {

uint16_t LoadPort(const uint8_t* from) { return static_cast<uint16_t>(from[0] << 8 | from[1]); }

// In place and in whole words: what is written in small pieces and copied at once stalls.
void ReadV4(const uint8_t* from, base::Endpoint& endpoint) {
  base::StoreLittleEndian<uint64_t>(endpoint.address.data(),
                                    base::LoadLittleEndian<uint32_t>(from));
  base::StoreLittleEndian<uint64_t>(endpoint.address.data() + 8, 0);
  endpoint.port = LoadPort(from + 4);
  endpoint.v6 = false;
}

base::Endpoint LoadV4(const uint8_t* from) {
  base::Endpoint endpoint;
  ReadV4(from, endpoint);
  return endpoint;
}

base::Endpoint LoadV6(const uint8_t* from) {
  return base::Endpoint::V6(std::span<const uint8_t, 16>(from, 16), LoadPort(from + 16));
}

}  // namespace

std::optional<base::Endpoint> LoadEndpoint(base::ByteSpan bytes) {
  if (bytes.size() == kEndpointV4Bytes) return LoadV4(bytes.data());
  if (bytes.size() == kEndpointV6Bytes) return LoadV6(bytes.data());
  return std::nullopt;
}

void AddNodesV4(base::ByteSpan nodes, ContactList& contacts) {
  for (; nodes.size() >= kNodeV4Bytes; nodes = nodes.subspan(kNodeV4Bytes)) {
    if (!LoadV4(nodes.data() + kIdBytes).IsUsable()) continue;
    Contact* const contact = contacts.Extend();
    if (contact == nullptr) return;
    contact->id = LoadId(nodes.data());
    ReadV4(nodes.data() + kIdBytes, contact->endpoint);
  }
}

void AddNodesV6(base::ByteSpan nodes, ContactList& contacts) {
  for (; nodes.size() >= kNodeV6Bytes; nodes = nodes.subspan(kNodeV6Bytes)) {
    const base::Endpoint endpoint = LoadV6(nodes.data() + kIdBytes);
    if (endpoint.IsUsable()) contacts.Add({.id = LoadId(nodes.data()), .endpoint = endpoint});
  }
}

void StoreNodes(const ContactList& contacts, bool v6, size_t count, uint8_t* to) {
  for (const Contact& contact : contacts) {
    if (contact.endpoint.v6 != v6) continue;
    if (count-- == 0) return;
    StoreId(contact.id, to);
    to = StoreEndpoint(contact.endpoint, to + kIdBytes);
  }
}

}  // namespace shadw::dht::krpc
