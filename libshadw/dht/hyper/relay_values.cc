// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/hyper/relay_values.h"

#include "libshadw/dht/hyper/compact.h"

namespace shadw::dht::hyper {
namespace {

constexpr uint64_t kHasPeer = 1, kHasRelay = 2;

}  // namespace

std::optional<Handshake> DecodeHandshake(base::ByteSpan value) {
  CompactReader in(value);
  const uint64_t flags = in.Uint();
  Handshake handshake{.mode = static_cast<RelayMode>(in.Uint()), .noise = in.Buffer()};
  if ((flags & kHasPeer) != 0) handshake.peer = in.Address();
  if ((flags & kHasRelay) != 0) handshake.relay = in.Address();
  if (!in.ok()) return std::nullopt;
  return handshake;
}

std::optional<Holepunch> DecodeHolepunch(base::ByteSpan value) {
  CompactReader in(value);
  const uint64_t flags = in.Uint();
  Holepunch holepunch{
      .mode = static_cast<RelayMode>(in.Uint()), .id = in.Uint(), .payload = in.Buffer()};
  if ((flags & kHasPeer) != 0) holepunch.peer = in.Address();
  if (!in.ok()) return std::nullopt;
  return holepunch;
}

base::Bytes Encode(const Handshake& handshake) {
  base::Bytes value;
  CompactWriter out(value);
  out.Uint((handshake.peer ? kHasPeer : 0) | (handshake.relay ? kHasRelay : 0));
  out.Uint(static_cast<uint64_t>(handshake.mode)).Buffer(handshake.noise);
  if (handshake.peer) out.Address(*handshake.peer);
  if (handshake.relay) out.Address(*handshake.relay);
  return value;
}

base::Bytes Encode(const Holepunch& holepunch) {
  base::Bytes value;
  CompactWriter out(value);
  out.Uint(holepunch.peer ? kHasPeer : 0).Uint(static_cast<uint64_t>(holepunch.mode));
  out.Uint(holepunch.id).Buffer(holepunch.payload);
  if (holepunch.peer) out.Address(*holepunch.peer);
  return value;
}

}  // namespace shadw::dht::hyper
