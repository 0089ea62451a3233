// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/krpc/compact.h"

namespace shadw::dht::krpc {
namespace {

uint16_t LoadPort(const uint8_t* from) { return static_cast<uint16_t>(from[0] << 8 | from[1]); }

base::Endpoint LoadV4(const uint8_t* from) {
  return base::Endpoint::V4(from[0], from[1], from[2], from[3], LoadPort(from + 4));
}

base::Endpoint LoadV6(const uint8_t* from) {
  return base::Endpoint::V6(std::span<const uint8_t, 16>(from, 16), LoadPort(from + 16));
}

void AddUsable(const NodeId& id, const base::Endpoint& endpoint, ContactList& contacts) {
  if (endpoint.IsUsable()) contacts.Add({.id = id, .endpoint = endpoint});
}

}  // namespace

std::optional<base::Endpoint> LoadEndpoint(base::ByteSpan bytes) {
  if (bytes.size() == kEndpointV4Bytes) return LoadV4(bytes.data());
  if (bytes.size() == kEndpointV6Bytes) return LoadV6(bytes.data());
  return std::nullopt;
}

void AddNodesV4(base::ByteSpan nodes, ContactList& contacts) {
  for (; nodes.size() >= kNodeV4Bytes; nodes = nodes.subspan(kNodeV4Bytes)) {
    AddUsable(LoadId(nodes.data()), LoadV4(nodes.data() + kIdBytes), contacts);
  }
}

void AddNodesV6(base::ByteSpan nodes, ContactList& contacts) {
  for (; nodes.size() >= kNodeV6Bytes; nodes = nodes.subspan(kNodeV6Bytes)) {
    AddUsable(LoadId(nodes.data()), LoadV6(nodes.data() + kIdBytes), contacts);
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
