// SPDX-License-Identifier: Apache-2.0
//
// What kind of address translator a node sits behind, as far as the answers of others
// tell; and by which way two nodes of known kinds reach each other.
//
//   NatClass mine = ClassifyNat(samples);            // of the addresses they saw us at
//   switch (PlanTraversal(mine, theirs)) { … }
//
// A sample is one answer: who gave it, and `Message::observed` in it. All must come from
// one socket, which is the one to be reached.
//
// Limits: this plans; punching is for whoever holds the sockets. Behind several outer
// addresses that take turns (mobile networks) a node looks random.
//   Source   catalogue S20; RFC 4787, 4.1 (mapping behaviour); hyperdht 6.34.0, lib/nat.js,
//            differs: the answers of one host count once, and a majority is asked for
#ifndef LIBSHADW_DHT_NAT_H_
#define LIBSHADW_DHT_NAT_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "libshadw/base/endpoint.h"

namespace shadw::dht {

enum class NatClass : uint8_t {
  kOpen,        // reached by a host that it had not written to
  kConsistent,  // seen by all at one address
  kRandom,      // seen by each at another port
  kUnknown,     // too few answers, or answers that fit neither
};

// "open", "consistent", "random" or "unknown".
std::string_view NameOf(NatClass nat);

enum class Traversal : uint8_t {
  kDirect,     // the one that is not open sends to the open one
  kHolepunch,  // both send at once, told by a third node when
  kRelay,      // a third node carries everything
};

struct NatSample {
  base::Endpoint observer;
  base::Endpoint seen;
};

// Samples beyond the first so many are left out.
inline constexpr size_t kMaxNatSamples = 64;
// Answers of different hosts that it takes to say anything.
inline constexpr size_t kMinNatSamples = 3;

// kConsistent when at least three hosts, and more than half, saw the same address;
// kRandom when at least three answered and no two agree, or at least four answered and
// no majority agrees. Hosts that are local count by address and port: tests run many
// nodes on one.
//   Range    `reached_unasked`: an answer came to a socket that had sent nothing to its
//            sender (PING_NAT asks for one). It outweighs every sample
//   Promise  one host cannot change the answer of three others that agree
NatClass ClassifyNat(std::span<const NatSample> samples, bool reached_unasked = false);

// The cheapest way that works whatever a kUnknown turns out to be.
//   Promise  symmetric
Traversal PlanTraversal(NatClass a, NatClass b);

}  // namespace shadw::dht

#endif  // LIBSHADW_DHT_NAT_H_
