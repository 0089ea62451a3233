// SPDX-License-Identifier: Apache-2.0
//
// The vectors of tests/vectors/hyperdht, and what the tests of the codec share.
#ifndef TESTS_DHT_HYPER_FRAMES_H_
#define TESTS_DHT_HYPER_FRAMES_H_

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "libshadw/dht/hyper/hyperdht.h"

namespace shadw::dht::hyper {

// codec.json or frames.json.
const nlohmann::json& Vectors(const std::string& file);

base::Bytes Hex(std::string_view text);
base::Bytes HexField(const nlohmann::json& object, const char* field);
base::Endpoint Address(std::string_view text);
// Of the seed 00 01 … 1f, like all vectors.
const crypto::Ed25519Signer& Signer();
std::shared_ptr<const crypto::Ed25519Signer> SharedSigner();

// One datagram of a real node.
struct Frame {
  std::string name;
  Kind kind;
  Method method;  // kUnknown where nobody knows what a response answers
  base::Endpoint from;
  base::Endpoint to;
  std::optional<NodeId> receiver;  // its id, if it has one
  base::Bytes datagram;
};
const std::vector<Frame>& Frames();
const Frame& FrameNamed(std::string_view name);

// Decoded and, a response to a known method, interpreted.
Message Read(const Frame& frame);

// The first difference in what two messages say, or nothing.
std::string Difference(const Message& a, const Message& b);

}  // namespace shadw::dht::hyper

#endif  // TESTS_DHT_HYPER_FRAMES_H_
