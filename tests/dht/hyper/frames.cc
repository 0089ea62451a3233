// SPDX-License-Identifier: Apache-2.0
#include "tests/dht/hyper/frames.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>

namespace shadw::dht::hyper {
namespace {

nlohmann::json ReadVectors(const std::string& file) {
  std::ifstream stream(std::string(SHADW_TEST_VECTORS "/hyperdht/") + file);
  EXPECT_TRUE(stream.is_open()) << file;
  return nlohmann::json::parse(stream);
}

Method MethodNamed(const std::string& name) {
  static const std::map<std::string, Method> methods = {
      {"ping", Method::kPing},
      {"ping_nat", Method::kPingNat},
      {"find_node", Method::kFindNode},
      {"down_hint", Method::kDownHint},
      {"delayed_ping", Method::kDelayedPing},
      {"handshake", Method::kPeerHandshake},
      {"holepunch", Method::kPeerHolepunch},
      {"find_peer", Method::kFindPeer},
      {"lookup", Method::kGetPeers},
      {"announce", Method::kAnnouncePeer},
      {"unannounce", Method::kUnannouncePeer},
      {"mutable_put", Method::kPutMutable},
      {"mutable_get", Method::kGetMutable},
      {"immutable_put", Method::kPutImmutable},
      {"immutable_get", Method::kGetImmutable},
  };
  const auto found = methods.find(name);
  return found == methods.end() ? Method::kUnknown : found->second;
}

Frame ToFrame(const nlohmann::json& json) {
  Frame frame{.name = json.at("name"),
              .kind = json.at("kind") == "query" ? Kind::kQuery : Kind::kResponse,
              .method = MethodNamed(json.at("method")),
              .from = Address(json.at("from").get<std::string>()),
              .to = Address(json.at("to").get<std::string>()),
              .receiver = std::nullopt,
              .datagram = HexField(json, "datagram")};
  if (json.at("receiver").is_string()) {
    frame.receiver = NodeId::FromBytes(HexField(json, "receiver"));
  }
  return frame;
}

}  // namespace

const nlohmann::json& Vectors(const std::string& file) {
  static std::map<std::string, nlohmann::json> read;
  const auto [at, fresh] = read.try_emplace(file);
  if (fresh) at->second = ReadVectors(file);
  return at->second;
}

base::Bytes Hex(std::string_view text) {
  const auto bytes = base::FromHex(text);
  EXPECT_TRUE(bytes.ok()) << text;
  return bytes.value_or(base::Bytes());
}

base::Bytes HexField(const nlohmann::json& object, const char* field) {
  return Hex(object.at(field).get<std::string>());
}

base::Endpoint Address(std::string_view text) {
  const auto endpoint = base::Endpoint::Parse(text);
  EXPECT_TRUE(endpoint.ok()) << text;
  return endpoint.value_or(base::Endpoint::V4(0, 0));
}

std::shared_ptr<const crypto::Ed25519Signer> SharedSigner() {
  static const auto signer = [] {
    base::ByteArray<32> seed;
    for (size_t i = 0; i < seed.size(); ++i) seed[i] = static_cast<uint8_t>(i);
    return std::make_shared<const crypto::Ed25519Signer>(seed);
  }();
  return signer;
}

const crypto::Ed25519Signer& Signer() { return *SharedSigner(); }

const std::vector<Frame>& Frames() {
  static const std::vector<Frame> frames = [] {
    std::vector<Frame> read;
    for (const nlohmann::json& json : Vectors("frames.json").at("frames")) {
      read.push_back(ToFrame(json));
    }
    return read;
  }();
  return frames;
}

const Frame& FrameNamed(std::string_view name) {
  const auto found = std::ranges::find(Frames(), name, &Frame::name);
  EXPECT_NE(found, Frames().end()) << name;
  return found == Frames().end() ? Frames().front() : *found;
}

Message Read(const Frame& frame) {
  Message message;
  EXPECT_TRUE(Hyperdht().Decode(frame.datagram, frame.from, message)) << frame.name;
  if (frame.kind != Kind::kQuery && frame.method != Method::kUnknown) {
    EXPECT_TRUE(Hyperdht().Interpret(frame.method, message)) << frame.name;
  }
  return message;
}

std::string Difference(const Message& a, const Message& b) {
  const auto same = [](base::ByteSpan x, base::ByteSpan y) { return std::ranges::equal(x, y); };
  if (a.kind != b.kind) return "kind";
  if (a.method != b.method) return "method";
  if (!same(a.transaction, b.transaction)) return "transaction";
  if (a.sender != b.sender) return "sender";
  if (a.observed != b.observed) return "observed";
  if (a.target != b.target) return "target";
  if (!same(a.token, b.token)) return "token";
  if (!std::ranges::equal(a.contacts, b.contacts)) return "contacts";
  if (!same(a.value, b.value)) return "value";
  if (!same(a.key, b.key)) return "key";
  if (!same(a.signature, b.signature)) return "signature";
  if (a.seq != b.seq) return "seq";
  if (!std::ranges::equal(a.peers, b.peers, same)) return "peers";
  if (a.port != b.port) return "port";
  if (!same(a.peer, b.peer)) return "peer";
  if (!same(a.refresh, b.refresh)) return "refresh";
  if (a.bump != b.bump) return "bump";
  if (a.delay_ms != b.delay_ms) return "delay";
  if (a.error_code != b.error_code) return "error code";
  return "";
}

}  // namespace shadw::dht::hyper
