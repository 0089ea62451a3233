// SPDX-License-Identifier: Apache-2.0
//
// The network of Hyperswarm: dht-rpc with the commands of hyperdht, over UDP and IPv4.
//
//   const Protocol& network = hyper::Hyperdht();
//   Message ping{.method = Method::kPing, .transaction = two_bytes};
//   base::Bytes datagram;
//   network.Encode(ping, to, datagram);
//
// What a core that also speaks mainline must know:
//   - A transaction is two bytes and a token 32; Encode refuses others.
//   - An id is the hash of the address it is sent from. Encode writes `sender` unless the
//     message is read-only; others remember only nodes that send one. Decode leaves out
//     an id that is not its address's.
//   - A response must name the method it answers to have its value written. It travels
//     with contacts where the query has a target (PING, PING_NAT, DOWN_HINT and a done
//     announce have none), and with a fresh token where the command is not an internal
//     one; so do errors.
//   - A token, where a query has one, is checked whatever the method: a bad one is
//     refused with code 2 and a fresh token.
//   - The reply to PING_NAT goes to `port` of the query. A query forwarded to others:
//     `relay.h`.
//   - CodeOf gives 0 where the network has no number: then it is silent.
//   - A peer that announces itself under the hash of its own key is
//     what FIND_PEER finds, and is reached through the nodes it announced to.
//   - Values are kept for two days, peers for kPeerLifetime.
//
// Limits: no IPv6 (contacts and relays of it are left out); the chain of `refresh` values
// that prolongs an announce without a signature is carried, but not honoured; sequence
// numbers end at 2^53 - 1, as elsewhere they are doubles.
//   Source   hyperdht 6.34.0 and dht-rpc 6.27.0, as observed
#ifndef LIBSHADW_DHT_HYPER_HYPERDHT_H_
#define LIBSHADW_DHT_HYPER_HYPERDHT_H_

#include "libshadw/dht/protocol.h"

namespace shadw::dht::hyper {

inline constexpr base::Duration kPeerLifetime = std::chrono::minutes(20);

const Protocol& Hyperdht();

}  // namespace shadw::dht::hyper

#endif  // LIBSHADW_DHT_HYPER_HYPERDHT_H_
