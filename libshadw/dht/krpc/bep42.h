// SPDX-License-Identifier: Apache-2.0
//
// The id that mainline allows a node at an address: 21 bits follow from the address and
// three bits of the id's last byte, so that one host has few ids to choose from. Private
// to the codec.
//   Source   BEP 42
#ifndef LIBSHADW_DHT_KRPC_BEP42_H_
#define LIBSHADW_DHT_KRPC_BEP42_H_

#include "libshadw/base/endpoint.h"
#include "libshadw/base/random.h"
#include "libshadw/dht/node_id.h"

namespace shadw::dht::krpc {

NodeId IdForAddress(const base::Endpoint& address, base::RandomSource& random);
// Local addresses may have any id.
bool IdFitsAddress(const NodeId& id, const base::Endpoint& address);

}  // namespace shadw::dht::krpc

#endif  // LIBSHADW_DHT_KRPC_BEP42_H_
