// SPDX-License-Identifier: Apache-2.0
//
// Datagrams of mainline, spelled out by hand: what the encoder writes must not be what
// the decoder is tested with.
#ifndef TESTS_DHT_KRPC_FRAMES_H_
#define TESTS_DHT_KRPC_FRAMES_H_

#include <string>
#include <string_view>
#include <vector>

#include "libshadw/dht/krpc/mainline.h"

namespace shadw::dht::krpc {

inline const base::Endpoint kFrom = base::Endpoint::V4(88, 99, 3, 86, 6881);

// A bencoded string.
std::string Text(std::string_view text);
// 20 times the character, bencoded; and as an id.
std::string IdText(char fill);
NodeId Id(char fill);
// As they stand in `nodes` and `nodes6`.
std::string NodeV4(char fill, std::string_view endpoint = "10.0.0.1:6881");
std::string NodeV6(char fill, std::string_view endpoint = "[2001:db8::1]:6881");
std::string Compact(std::string_view endpoint);

// A query whose arguments, or a response whose results, follow the id 20 × 'i'.
std::string Query(std::string_view method, std::string_view arguments);
std::string Response(std::string_view results);
// The arguments of a put that is in order, but for what the caller puts in.
std::string MutablePut(std::string_view cas = "", std::string_view salt = "",
                       std::string_view value = "1:v5:hello");

// A decoded message and the bytes it borrows from.
struct Decoded {
  explicit Decoded(std::string datagram);
  Decoded(const Decoded&) = delete;
  Decoded& operator=(const Decoded&) = delete;
  Message* operator->() { return &message; }

  std::string bytes;
  Message message;
  bool ok;
};

// One message of each kind and method, in the encoder's own form.
std::vector<std::string> OneOfEach();

// What the encoder makes of it, or nothing.
std::string Encoded(const Message& message);

}  // namespace shadw::dht::krpc

#endif  // TESTS_DHT_KRPC_FRAMES_H_
