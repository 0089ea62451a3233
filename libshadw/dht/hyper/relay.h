// SPDX-License-Identifier: Apache-2.0
//
// How two peers that cannot reach each other exchange their first messages through nodes
// that one of them announced to. Such a node keeps nothing: whatever it must remember
// travels in the message, and the transaction stays the client's all the way.
//
//   client ──FROM_CLIENT──> relay ──FROM_RELAY──> server             one relay
//   client <────REPLY────── relay <─FROM_SERVER── server
//   client ─> relay ─FROM_RELAY─> second relay ─FROM_SECOND_RELAY─> server      two: the
//   server answers FROM_SERVER to the first, whose address the second one told it
//
// Every arrow is a query, but for REPLY, which is the response to the first one. A core
// calls this in its handler of kPeerHandshake and kPeerHolepunch:
//
//   const auto forward = hyper::Forward(query, from, announcer);
//   if (!forward) return;                               // silence
//   network.Encode(hyper::ToMessage(query, *forward), forward->to, datagram);
//   Transmit(forward->to, datagram);                    // and expect no answer to it
//
// `announcer` is the address from which the peer of `query.target` announced itself here
// (`PeerStore::Owner`, ReadAnnounce) within kPeerLifetime: the source of that datagram, not
// a relay in the record. To a message with `add_contacts` the core adds the contacts
// closest to the target; none carries a token. It sets `sender` as in all it sends.
//
// Limits: the bytes sent are at most those received and 6 more, to one address, but that
// address may be anybody's choice: the core counts them against `from` as it counts
// replies. A stranger may not choose an address that is local to us.
//   Source   hyperdht 6.34.0, as observed
#ifndef LIBSHADW_DHT_HYPER_RELAY_H_
#define LIBSHADW_DHT_HYPER_RELAY_H_

#include <optional>

#include "libshadw/dht/message.h"

namespace shadw::dht::hyper {

struct Forwarded {
  base::Endpoint to;
  Kind kind;          // a query goes on, a response goes back
  base::Bytes value;  // empty: none
  bool add_contacts;  // we know no way: whoever asks may find one closer to the target
};

// What is to be sent for a decoded query, which is of either of the two methods; nothing:
// it stays without an answer.
//   Promise  pure; safe on hostile input
std::optional<Forwarded> Forward(const Message& query, const base::Endpoint& from,
                                 const std::optional<base::Endpoint>& announcer);

// The message to encode for `forwarded.to`. It borrows from both arguments.
Message ToMessage(const Message& query, const Forwarded& forwarded);

}  // namespace shadw::dht::hyper

#endif  // LIBSHADW_DHT_HYPER_RELAY_H_
