// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/hyper/relay.h"

#include "libshadw/dht/hyper/relay_values.h"

namespace shadw::dht::hyper {
namespace {

using MaybeEndpoint = std::optional<base::Endpoint>;

// An address that the message names, unless a stranger points at our own network.
bool MayName(const base::Endpoint& address, const base::Endpoint& from) {
  return address.IsUsable() && (from.IsLocal() || !address.IsLocal());
}

template <typename Value>
std::optional<Forwarded> Send(Kind kind, const base::Endpoint& to, const Value& value) {
  return Forwarded{.to = to, .kind = kind, .value = Encode(value), .add_contacts = false};
}

// Where a client's message goes: the relay it names, or the peer itself.
MaybeEndpoint Next(const MaybeEndpoint& named, const base::Endpoint& from,
                   const MaybeEndpoint& announcer) {
  if (!named) return announcer;
  return MayName(*named, from) ? named : std::nullopt;
}

std::optional<Forwarded> ForwardHandshake(const Handshake& handshake, const base::Endpoint& from,
                                          const MaybeEndpoint& announcer) {
  if (handshake.noise.empty()) return std::nullopt;
  Handshake next{.noise = handshake.noise};
  switch (handshake.mode) {
    case RelayMode::kFromClient: {
      if (!handshake.relay && !announcer) {
        return Forwarded{.to = from, .kind = Kind::kResponse, .value = {}, .add_contacts = true};
      }
      const MaybeEndpoint to = Next(handshake.relay, from, announcer);
      if (!to) return std::nullopt;
      next.mode = RelayMode::kFromRelay;
      next.peer = from;
      return Send(Kind::kQuery, *to, next);
    }
    case RelayMode::kFromRelay:
      if (!announcer) return std::nullopt;
      next.mode = RelayMode::kFromSecondRelay;
      next.peer = handshake.peer;
      next.relay = from;
      return Send(Kind::kQuery, *announcer, next);
    case RelayMode::kFromServer:
      if (!handshake.peer || !MayName(*handshake.peer, from)) return std::nullopt;
      next.mode = RelayMode::kReply;
      next.peer = from;
      return Send(Kind::kResponse, *handshake.peer, next);
    default:
      return std::nullopt;
  }
}

std::optional<Forwarded> ForwardHolepunch(const Holepunch& holepunch, const base::Endpoint& from,
                                          const MaybeEndpoint& announcer) {
  Holepunch next = holepunch;
  next.peer = from;
  switch (holepunch.mode) {
    case RelayMode::kFromClient: {
      const MaybeEndpoint to = Next(holepunch.peer, from, announcer);
      if (!to) return std::nullopt;
      next.mode = RelayMode::kFromRelay;
      return Send(Kind::kQuery, *to, next);
    }
    case RelayMode::kFromServer:
      if (!holepunch.peer || !MayName(*holepunch.peer, from)) return std::nullopt;
      next.mode = RelayMode::kReply;
      return Send(Kind::kResponse, *holepunch.peer, next);
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<Forwarded> Forward(const Message& query, const base::Endpoint& from,
                                 const MaybeEndpoint& announcer) {
  if (query.kind != Kind::kQuery || from.v6 || (announcer && announcer->v6)) return std::nullopt;
  if (query.method == Method::kPeerHandshake) {
    const std::optional<Handshake> handshake = DecodeHandshake(query.value);
    return handshake ? ForwardHandshake(*handshake, from, announcer) : std::nullopt;
  }
  if (query.method == Method::kPeerHolepunch) {
    const std::optional<Holepunch> holepunch = DecodeHolepunch(query.value);
    return holepunch ? ForwardHolepunch(*holepunch, from, announcer) : std::nullopt;
  }
  return std::nullopt;
}

Message ToMessage(const Message& query, const Forwarded& forwarded) {
  Message message;
  message.kind = forwarded.kind;
  message.method = query.method;
  message.transaction = query.transaction;
  if (forwarded.kind == Kind::kQuery) message.target = query.target;
  message.value = forwarded.value;
  return message;
}

}  // namespace shadw::dht::hyper
