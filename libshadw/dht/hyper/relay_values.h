// SPDX-License-Identifier: Apache-2.0
//
// What PEER_HANDSHAKE and PEER_HOLEPUNCH carry, as far as a relay reads it: the noise
// message and the payload are sealed between the two ends.
//
//   handshake  flags ‖ mode ‖ noise buffer ‖ [peer address] ‖ [relay address]
//   holepunch  flags ‖ mode ‖ id uint ‖ payload buffer ‖ [peer address]
#ifndef LIBSHADW_DHT_HYPER_RELAY_VALUES_H_
#define LIBSHADW_DHT_HYPER_RELAY_VALUES_H_

#include <cstdint>
#include <optional>

#include "libshadw/base/bytes.h"
#include "libshadw/base/endpoint.h"

namespace shadw::dht::hyper {

// Who sends it, and so what is to be done with it.
enum class RelayMode : uint64_t {
  kFromClient = 0,
  kFromServer = 1,
  kFromRelay = 2,
  kFromSecondRelay = 3,
  kReply = 4,
};

// Spans point into what was decoded. A mode of no name is kept as it is.
struct Handshake {
  RelayMode mode;
  base::ByteSpan noise;
  std::optional<base::Endpoint> peer;   // the other end, as the sender saw it
  std::optional<base::Endpoint> relay;  // who is to pass it on, or passed it on
};

struct Holepunch {
  RelayMode mode;
  uint64_t id;
  base::ByteSpan payload;
  std::optional<base::Endpoint> peer;
};

std::optional<Handshake> DecodeHandshake(base::ByteSpan value);
std::optional<Holepunch> DecodeHolepunch(base::ByteSpan value);
//   Shapes   addresses of IPv4
base::Bytes Encode(const Handshake& handshake);
base::Bytes Encode(const Holepunch& holepunch);

}  // namespace shadw::dht::hyper

#endif  // LIBSHADW_DHT_HYPER_RELAY_VALUES_H_
