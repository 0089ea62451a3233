// SPDX-License-Identifier: Apache-2.0
//
// Hostile datagrams of hyperdht: whatever is read is what is read of it when it is
// written again; and what a relay passes on is no longer than what it got and six bytes.
//   input  method asked u8 ‖ sender address (6) ‖ datagram
#include <algorithm>
#include <cstdlib>

#include "libshadw/dht/hyper/compact.h"
#include "libshadw/dht/hyper/hyperdht.h"
#include "libshadw/dht/hyper/relay.h"

namespace shadw::dht::hyper {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

bool Same(base::ByteSpan a, base::ByteSpan b) { return std::ranges::equal(a, b); }

void RequireSame(const Message& a, const Message& b) {
  Require(a.kind == b.kind && a.method == b.method && a.sender == b.sender);
  Require(a.observed == b.observed && a.target == b.target && a.seq == b.seq);
  Require(a.port == b.port && a.bump == b.bump && a.delay_ms == b.delay_ms);
  Require(a.error_code == b.error_code);
  Require(std::ranges::equal(a.contacts, b.contacts));
  Require(std::ranges::equal(a.peers, b.peers, Same));
  Require(Same(a.transaction, b.transaction) && Same(a.token, b.token));
  Require(Same(a.value, b.value) && Same(a.key, b.key) && Same(a.signature, b.signature));
  Require(Same(a.peer, b.peer) && Same(a.refresh, b.refresh));
}

void Use(const Message& message, const base::Endpoint& from) {
  for (const base::ByteSpan peer : message.peers) Require(Hyperdht().ParsePeer(peer).has_value());
  if (message.kind != Kind::kQuery) return;
  StoredPeer peer;
  if (Hyperdht().ReadAnnounce(message, from, NodeId{}, peer) == Refusal::kNone) {
    Require(Hyperdht().ParsePeer(peer.record)->endpoints.size() <= 3);
  }
  for (const auto& announcer : {std::optional<base::Endpoint>(), std::optional(from)}) {
    const auto forwarded = Forward(message, from, announcer);
    if (forwarded) Require(forwarded->value.size() <= message.value.size() + kAddressBytes);
  }
}

bool Read(Method asked, base::ByteSpan datagram, const base::Endpoint& from, Message& message) {
  if (!Hyperdht().Decode(datagram, from, message)) return false;
  return message.kind == Kind::kQuery || Hyperdht().Interpret(asked, message);
}

void Fuzz(Method asked, const base::Endpoint& from, base::ByteSpan datagram) {
  Message message;
  if (!Read(asked, datagram, from, message)) return;
  Use(message, from);
  if (message.method == Method::kUnknown) return;
  base::Bytes written;
  Require(message.observed.has_value());
  // A datagram of the greatest length may hold contacts that are written more cautiously.
  if (!Hyperdht().Encode(message, *message.observed, written)) std::abort();
  Message again;
  Require(Read(asked, written, from, again));
  if (datagram.size() < kMaxDatagramBytes / 2) RequireSame(message, again);
}

}  // namespace
}  // namespace shadw::dht::hyper

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  shadw::dht::hyper::CompactReader in({data, size});
  const auto asked = static_cast<shadw::dht::Method>(in.U8() % shadw::dht::kMethods);
  const shadw::base::Endpoint from = in.Address();
  if (in.ok()) shadw::dht::hyper::Fuzz(asked, from, in.Rest());
  return 0;
}
