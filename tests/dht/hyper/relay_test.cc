// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/hyper/relay.h"

#include <gtest/gtest.h>

#include "libshadw/dht/hyper/relay_values.h"
#include "libshadw/dht/hyper/wire.h"
#include "tests/dht/hyper/frames.h"

namespace shadw::dht::hyper {
namespace {

const base::Endpoint kClient = base::Endpoint::V4(9, 0, 0, 1, 100);
const base::Endpoint kRelay = base::Endpoint::V4(9, 0, 0, 2, 200);
const base::Endpoint kSecondRelay = base::Endpoint::V4(9, 0, 0, 3, 300);
const base::Endpoint kServer = base::Endpoint::V4(9, 0, 0, 4, 400);
const base::Bytes kTid = {7, 1};
const base::Bytes kNoise(48, 7);

Message Query(Method method, base::ByteSpan value) {
  Message query;
  query.method = method;
  query.transaction = kTid;
  query.target = NodeId::FromBytes(base::Bytes(32, 0x77));
  query.value = value;
  return query;
}

// 108 queries to a node to which a server had announced itself: every mode, with and
// without each address, with the target known, unknown and absent.
TEST(Relay, PassesOnWhatARealNodePassesOn) {
  size_t sent = 0;
  size_t to_nobody = 0;
  for (const nlohmann::json& vector : Vectors("frames.json").at("relays")) {
    SCOPED_TRACE(vector.dump());
    const base::Bytes datagram = HexField(vector, "query");
    const base::Endpoint from = Address(vector.at("from").get<std::string>());
    const base::Endpoint at = Address(vector.at("at").get<std::string>());
    std::optional<base::Endpoint> announcer;
    if (const std::string text = vector.at("announcer"); !text.empty()) announcer = Address(text);
    Message query;
    ASSERT_TRUE(Hyperdht().Decode(datagram, from, query));
    const std::optional<Forwarded> forwarded = Forward(query, from, announcer);
    const nlohmann::json& real = vector.at("sends");
    // A server's holepunch that names no client goes back to the server there; here to
    // nobody.
    if (!forwarded && real.is_object()) {
      EXPECT_EQ(Address(real.at("to").get<std::string>()), from);
      EXPECT_EQ(DecodeHolepunch(query.value)->mode, RelayMode::kFromServer);
      ++to_nobody;
      continue;
    }
    ASSERT_EQ(forwarded.has_value(), real.is_object());
    if (!forwarded) continue;
    ++sent;
    EXPECT_EQ(forwarded->to, Address(real.at("to").get<std::string>()));
    const base::Bytes expected = HexField(real, "datagram");
    Message real_message;
    ASSERT_TRUE(Hyperdht().Decode(expected, at, real_message));
    Message message = ToMessage(query, *forwarded);
    message.sender = IdOf(at);
    if (forwarded->add_contacts) message.contacts = real_message.contacts;
    base::Bytes written;
    ASSERT_TRUE(Hyperdht().Encode(message, forwarded->to, written));
    EXPECT_EQ(base::ToHex(written), base::ToHex(expected));
  }
  EXPECT_EQ(to_nobody, 3u);
  EXPECT_EQ(sent + to_nobody, 32u);
}

TEST(Relay, AHandshakeGoesToTheServerAndBackThroughOneRelay) {
  const base::Bytes asked = Encode(Handshake{.mode = RelayMode::kFromClient, .noise = kNoise});
  const auto to_server = Forward(Query(Method::kPeerHandshake, asked), kClient, kServer);
  ASSERT_TRUE(to_server);
  EXPECT_EQ(to_server->to, kServer);
  EXPECT_EQ(to_server->kind, Kind::kQuery);
  const auto at_server = DecodeHandshake(to_server->value);
  ASSERT_TRUE(at_server);
  EXPECT_EQ(at_server->mode, RelayMode::kFromRelay);
  EXPECT_EQ(at_server->peer, kClient);

  const base::Bytes answer =
      Encode(Handshake{.mode = RelayMode::kFromServer, .noise = kNoise, .peer = at_server->peer});
  const auto to_client = Forward(Query(Method::kPeerHandshake, answer), kServer, kServer);
  ASSERT_TRUE(to_client);
  EXPECT_EQ(to_client->to, kClient);
  EXPECT_EQ(to_client->kind, Kind::kResponse);
  const auto at_client = DecodeHandshake(to_client->value);
  ASSERT_TRUE(at_client);
  EXPECT_EQ(at_client->mode, RelayMode::kReply);
  EXPECT_EQ(at_client->peer, kServer);
}

TEST(Relay, TheSecondRelayTellsTheServerOfTheFirst) {
  const base::Bytes asked =
      Encode(Handshake{.mode = RelayMode::kFromClient, .noise = kNoise, .relay = kSecondRelay});
  const auto second = Forward(Query(Method::kPeerHandshake, asked), kClient, std::nullopt);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->to, kSecondRelay);
  const auto server = Forward(Query(Method::kPeerHandshake, second->value), kRelay, kServer);
  ASSERT_TRUE(server);
  EXPECT_EQ(server->to, kServer);
  const auto at_server = DecodeHandshake(server->value);
  ASSERT_TRUE(at_server);
  EXPECT_EQ(at_server->mode, RelayMode::kFromSecondRelay);
  EXPECT_EQ(at_server->peer, kClient);
  EXPECT_EQ(at_server->relay, kRelay);
}

TEST(Relay, WhoKnowsNoWayNamesCloserNodes) {
  const base::Bytes asked = Encode(Handshake{.mode = RelayMode::kFromClient, .noise = kNoise});
  const auto reply = Forward(Query(Method::kPeerHandshake, asked), kClient, std::nullopt);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->to, kClient);
  EXPECT_EQ(reply->kind, Kind::kResponse);
  EXPECT_TRUE(reply->value.empty());
  EXPECT_TRUE(reply->add_contacts);
}

TEST(Relay, AStrangerCannotAimAtOurOwnNetwork) {
  const base::Endpoint local = Address("192.168.1.1:53");
  const base::Endpoint neighbour = Address("192.168.1.2:53");
  const auto forward = [](Method method, const base::Bytes& value, const base::Endpoint& from) {
    return Forward(Query(method, value), from, std::nullopt).has_value();
  };
  for (const base::Endpoint& named : {local, Address("127.0.0.1:53"), Address("0.0.0.0:53"),
                                      Address("8.8.8.8:0"), Address("224.0.0.1:53")}) {
    const std::pair<Method, base::Bytes> all[] = {
        {Method::kPeerHandshake,
         Encode(Handshake{.mode = RelayMode::kFromClient, .noise = kNoise, .relay = named})},
        {Method::kPeerHandshake,
         Encode(Handshake{.mode = RelayMode::kFromServer, .noise = kNoise, .peer = named})},
        {Method::kPeerHolepunch,
         Encode(
             Holepunch{.mode = RelayMode::kFromClient, .id = 1, .payload = kNoise, .peer = named})},
        {Method::kPeerHolepunch,
         Encode(
             Holepunch{.mode = RelayMode::kFromServer, .id = 1, .payload = kNoise, .peer = named})},
    };
    for (const auto& [method, value] : all) {
      EXPECT_FALSE(forward(method, value, kClient)) << named.ToString();
      EXPECT_EQ(forward(method, value, neighbour), named.IsLocal()) << named.ToString();
    }
  }
}

TEST(Relay, SendsAtMostSixBytesMoreThanItGot) {
  for (uint64_t mode = 0; mode < 6; ++mode) {
    for (const auto& peer : {std::optional<base::Endpoint>(), std::optional(kClient)}) {
      const base::Bytes handshake =
          Encode(Handshake{.mode = static_cast<RelayMode>(mode), .noise = kNoise, .peer = peer});
      const base::Bytes holepunch = Encode(Holepunch{
          .mode = static_cast<RelayMode>(mode), .id = 3, .payload = kNoise, .peer = peer});
      const auto first = Forward(Query(Method::kPeerHandshake, handshake), kServer, kServer);
      if (first) {
        EXPECT_LE(first->value.size(), handshake.size() + 6);
        const auto second = Forward(Query(Method::kPeerHolepunch, holepunch), kServer, kServer);
        if (second) {
          EXPECT_LE(second->value.size(), holepunch.size() + 6);
        }
      }
    }
  }
}

TEST(Relay, ValuesTravelAsTheNpmPackageWritesThem) {
  const base::Endpoint peer = Address("1.2.3.4:5");
  const base::Endpoint relay = Address("9.8.7.6:54321");
  const auto named = [](const nlohmann::json& vector, const char* field,
                        const base::Endpoint& address) {
    return vector.at(field).get<bool>() ? std::optional(address) : std::nullopt;
  };
  for (const nlohmann::json& vector : Vectors("codec.json").at("handshakes")) {
    const base::Bytes noise = HexField(vector, "noise");
    const Handshake handshake{.mode = static_cast<RelayMode>(vector.at("mode").get<uint64_t>()),
                              .noise = noise,
                              .peer = named(vector, "peer", peer),
                              .relay = named(vector, "relay", relay)};
    EXPECT_EQ(Encode(handshake), HexField(vector, "value"));
    const auto read = DecodeHandshake(HexField(vector, "value"));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->peer, handshake.peer);
    EXPECT_EQ(read->relay, handshake.relay);
  }
  for (const nlohmann::json& vector : Vectors("codec.json").at("holepunches")) {
    const base::Bytes payload = HexField(vector, "payload");
    const Holepunch holepunch{.mode = static_cast<RelayMode>(vector.at("mode").get<uint64_t>()),
                              .id = vector.at("id").get<uint64_t>(),
                              .payload = payload,
                              .peer = named(vector, "peer", peer)};
    EXPECT_EQ(Encode(holepunch), HexField(vector, "value"));
    const auto read = DecodeHolepunch(HexField(vector, "value"));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->id, holepunch.id);
    EXPECT_EQ(read->peer, holepunch.peer);
  }
}

TEST(Relay, SaysNothingToWhatIsCutOrOfAnotherKind) {
  const base::Bytes value = Encode(
      Handshake{.mode = RelayMode::kFromServer, .noise = kNoise, .peer = kClient, .relay = kRelay});
  for (size_t size = 0; size < value.size(); ++size) {
    const auto cut = base::ByteSpan(value).first(size);
    EXPECT_FALSE(Forward(Query(Method::kPeerHandshake, cut), kServer, kServer)) << size;
  }
  Message query = Query(Method::kPeerHandshake, value);
  EXPECT_TRUE(Forward(query, kServer, kServer));
  EXPECT_FALSE(Forward(query, base::Endpoint::V6(base::ByteArray<16>{1}, 1), kServer));
  query.kind = Kind::kResponse;
  EXPECT_FALSE(Forward(query, kServer, kServer));
  EXPECT_FALSE(Forward(Query(Method::kGetPeers, value), kServer, kServer));
}

}  // namespace
}  // namespace shadw::dht::hyper
