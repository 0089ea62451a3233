// SPDX-License-Identifier: Apache-2.0
//
// The BitTorrent mainline DHT: KRPC messages, one bencoded dict a datagram, 160-bit ids.
//
//   const Protocol& mainline = krpc::Mainline();
//   base::Bytes out;                             // keeps its memory from call to call
//   if (mainline.Encode(query, to, out)) Send(to, out);
//
// The model, beyond `protocol.h`:
//   Queries     a name nobody knows is answered like find_node where a target of 20
//               bytes comes with it. A put that has any of k, seq, sig, salt and cas is a
//               mutable one, or malformed; it never becomes an immutable one. The keys
//               of its arguments must be sorted and its value canonical, else signatures
//               could not be repeated
//   Responses   all fields are optional; a record that lacks a part is dropped by
//               Interpret, what else came with it stays. At most kMaxContactsPerMessage
//               nodes are read, those that nobody can send to are left out
//   Size        1024 bytes, with a value 1400: nodes6, then nodes, then peers give way.
//               Only what cannot be left out may go on to kMaxDatagramBytes
//   Records     a value is a bencoded v, of any type; application bytes are wrapped as a
//               byte string
//
// Limits: no scrape (BEP 33). A peer is one address and port; announcing again from there
// replaces it.
//   Source   BEP 5, 32 (IPv6), 42 (ids follow addresses), 43 (read-only nodes),
//            44 (records), 51 (samples)
#ifndef LIBSHADW_DHT_KRPC_MAINLINE_H_
#define LIBSHADW_DHT_KRPC_MAINLINE_H_

#include "libshadw/dht/protocol.h"

namespace shadw::dht::krpc {

const Protocol& Mainline();

}  // namespace shadw::dht::krpc

#endif  // LIBSHADW_DHT_KRPC_MAINLINE_H_
