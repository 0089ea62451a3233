// SPDX-License-Identifier: Apache-2.0
//
// What is written comes back; what the network has no words for is not written.
#include <gtest/gtest.h>

#include "libshadw/dht/hyper/wire.h"
#include "tests/dht/hyper/frames.h"

namespace shadw::dht::hyper {
namespace {

const base::Bytes kTid = {7, 1};
const base::Bytes kToken(32, 2);
const base::Bytes kValue = {1, 2, 3};
const base::Endpoint kFrom = base::Endpoint::V4(10, 0, 0, 1, 100);
const base::Endpoint kTo = base::Endpoint::V4(10, 0, 0, 2, 200);

Message Query(Method method) {
  Message query;
  query.method = method;
  query.transaction = kTid;
  query.observed = kTo;
  return query;
}

Message TargetQuery(Method method) {
  Message query = Query(method);
  query.target = NodeId::FromBytes(base::Bytes(32, 1));
  return query;
}

Message Response(Method method) {
  Message response = Query(method);
  response.kind = Kind::kResponse;
  return response;
}

bool Says(const Message& message) {
  base::Bytes out = {1};
  const bool said = Hyperdht().Encode(message, kTo, out);
  EXPECT_EQ(said, !out.empty());
  return said;
}

// Writes it, reads it, and compares.
void ExpectComesBack(const Message& message) {
  base::Bytes datagram;
  ASSERT_TRUE(Hyperdht().Encode(message, kTo, datagram));
  Message back;
  ASSERT_TRUE(Hyperdht().Decode(datagram, kFrom, back));
  if (message.kind != Kind::kQuery) {
    ASSERT_TRUE(Hyperdht().Interpret(message.method, back));
  }
  EXPECT_EQ(Difference(message, back), "");
}

TEST(Codec, EveryQueryComesBack) {
  for (const bool with_id : {false, true}) {
    for (size_t i = 0; i < kMethods; ++i) {
      Message query = TargetQuery(static_cast<Method>(i));
      if (!CommandOf(query.method)) continue;
      SCOPED_TRACE(i);
      if (with_id) query.sender = IdOf(kFrom);
      query.token = kToken;
      const base::Bytes signature(64, 5);
      const base::Bytes key(32, 6);
      const base::Bytes peer = Hex(base::ToHex(key) + "010a0000010001");
      switch (query.method) {
        case Method::kGetMutable:
          query.seq = 300;
          break;
        case Method::kPutMutable:
          query.key = key;
          query.seq = 1'000'000'000'000;
          query.signature = signature;
          query.value = kValue;
          break;
        case Method::kAnnouncePeer:
        case Method::kUnannouncePeer:
          query.key = key;
          query.peer = peer;
          query.signature = signature;
          query.refresh = key;
          query.bump = 77;
          break;
        case Method::kPutImmutable:
        case Method::kPeerHandshake:
        case Method::kPeerHolepunch:
          query.value = kValue;
          break;
        case Method::kPingNat:
          query.port = 0x1234;
          break;
        case Method::kDownHint:
          query.contacts.Add({IdOf(kTo), kTo});
          break;
        case Method::kDelayedPing:
          query.delay_ms = 10'000;
          break;
        default:
          break;
      }
      ExpectComesBack(query);
    }
  }
}

TEST(Codec, EveryResponseComesBack) {
  const base::Bytes signature(64, 5);
  const base::Bytes first = Hex(base::ToHex(base::Bytes(32, 6)) + "00");
  const base::Bytes second = Hex(base::ToHex(base::Bytes(32, 7)) + "010a0000010001");
  for (size_t i = 0; i < kMethods; ++i) {
    for (const bool with_value : {false, true}) {
      Message response = Response(static_cast<Method>(i));
      if (!CommandOf(response.method)) continue;
      SCOPED_TRACE(i);
      response.sender = IdOf(kFrom);
      response.token = kToken;
      response.contacts.Add({IdOf(kTo), kTo});
      if (with_value && response.method == Method::kGetPeers) {
        response.peers = {first, second};
        response.bump = 9;
      } else if (with_value && response.method == Method::kFindPeer) {
        response.peers = {second};
      } else if (with_value && response.method == Method::kGetMutable) {
        response.seq = 5;
        response.signature = signature;
        response.value = kValue;
      } else if (with_value && response.method == Method::kGetImmutable) {
        response.value = kValue;
      }
      ExpectComesBack(response);
    }
  }
}

TEST(Codec, EveryErrorComesBackWithTokenAndContacts) {
  for (const Refusal refusal :
       {Refusal::kUnknownMethod, Refusal::kBadToken, Refusal::kSeqReused, Refusal::kSeqTooLow}) {
    Message error = Response(Method::kPutMutable);
    error.kind = Kind::kError;
    error.error_code = Hyperdht().CodeOf(refusal);
    error.token = kToken;
    error.contacts.Add({IdOf(kTo), kTo});
    ExpectComesBack(error);
  }
}

TEST(Codec, AMutableRecordMayBeEmpty) {
  const base::Bytes signature(64, 5);
  Message response = Response(Method::kGetMutable);
  response.seq = 0;
  response.signature = signature;
  ExpectComesBack(response);
}

TEST(Codec, MutableRecordsTravelAsTheNpmPackageWritesThem) {
  for (const nlohmann::json& vector : Vectors("codec.json").at("records")) {
    const base::Bytes value = HexField(vector, "value");
    const base::Bytes signature = HexField(vector, "signature");
    Message put = TargetQuery(Method::kPutMutable);
    put.key = Signer().public_key();
    put.seq = vector.at("seq").get<int64_t>();
    put.value = value;
    put.signature = signature;
    base::Bytes bytes;
    ASSERT_TRUE(EncodeMutable(put, bytes));
    EXPECT_EQ(bytes, HexField(vector, "put"));
    if (bytes.size() < 1200) ExpectComesBack(put);
    put.kind = Kind::kResponse;
    bytes.clear();
    ASSERT_TRUE(EncodeMutable(put, bytes));
    EXPECT_EQ(bytes, HexField(vector, "reply"));
  }
}

TEST(Codec, LookupsTravelAsTheNpmPackageWritesThem) {
  for (const nlohmann::json& vector : Vectors("codec.json").at("lookups")) {
    const base::Bytes value = HexField(vector, "value");
    Message response = Response(Method::kUnknown);
    response.value = value;
    ASSERT_TRUE(Hyperdht().Interpret(Method::kGetPeers, response));
    EXPECT_EQ(response.bump, vector.at("bump").get<uint64_t>());
    ASSERT_EQ(response.peers.size(), vector.at("peers").size());
    for (size_t i = 0; i < response.peers.size(); ++i) {
      EXPECT_EQ(base::ToHex(response.peers[i]), vector.at("peers")[i].get<std::string>());
      EXPECT_TRUE(Hyperdht().ParsePeer(response.peers[i]).has_value());
    }
    base::Bytes scratch;
    const auto written = EncodeResponseValue(response, kMaxDatagramBytes, scratch);
    ASSERT_TRUE(written);
    if (!response.peers.empty()) {
      EXPECT_EQ(base::ToBytes(*written), value);
    }
  }
}

TEST(Codec, ALookupWithoutABumpIsRead) {
  const base::Bytes value = Hex("01" + base::ToHex(base::Bytes(32, 6)) + "00");
  Message response = Response(Method::kUnknown);
  response.value = value;
  ASSERT_TRUE(Hyperdht().Interpret(Method::kGetPeers, response));
  EXPECT_EQ(response.peers.size(), 1u);
  EXPECT_EQ(response.bump, 0u);
}

TEST(Codec, AResponseOfNoSenseIsRefused) {
  for (const Method method : {Method::kGetPeers, Method::kFindPeer, Method::kGetMutable}) {
    Message response = Response(Method::kUnknown);
    const base::Bytes noise = Hex("ffff");
    response.value = noise;
    EXPECT_FALSE(Hyperdht().Interpret(method, response));
  }
  Message response = Response(Method::kUnknown);
  EXPECT_FALSE(Hyperdht().Interpret(Method::kSampleTargets, response));
}

TEST(Codec, TheReadOnlySendNoId) {
  Message ping = Query(Method::kPing);
  ping.sender = IdOf(kFrom);
  ping.read_only = true;
  base::Bytes datagram;
  ASSERT_TRUE(Hyperdht().Encode(ping, kTo, datagram));
  Message back;
  ASSERT_TRUE(Hyperdht().Decode(datagram, kFrom, back));
  EXPECT_EQ(back.sender, std::nullopt);
}

TEST(Codec, WritesNothingThatOthersCannotRead) {
  EXPECT_FALSE(Says(Query(Method::kUnknown)));
  EXPECT_FALSE(Says(TargetQuery(Method::kSampleTargets)));
  EXPECT_FALSE(Says(Query(Method::kFindNode)));       // no target
  EXPECT_FALSE(Says(Query(Method::kPingNat)));        // port 0
  EXPECT_FALSE(Says(Query(Method::kDownHint)));       // no contact
  EXPECT_FALSE(Says(Query(Method::kPeerHandshake)));  // no value
  Message query = Query(Method::kDelayedPing);
  query.delay_ms = 10'001;
  EXPECT_FALSE(Says(query));
  query = Query(Method::kPing);
  query.token = kValue;  // not 32 bytes
  EXPECT_FALSE(Says(query));
  query.token = {};
  query.transaction = kToken;
  EXPECT_FALSE(Says(query));
  query.transaction = kTid;
  base::Bytes out;
  EXPECT_FALSE(Hyperdht().Encode(query, base::Endpoint::V6(base::ByteArray<16>{1}, 1), out));
  query = TargetQuery(Method::kGetMutable);
  query.seq = static_cast<int64_t>(kMaxUint);
  EXPECT_TRUE(Says(query));
  query.seq = static_cast<int64_t>(kMaxUint) + 1;
  EXPECT_FALSE(Says(query));
  query.seq = -1;
  EXPECT_FALSE(Says(query));
}

TEST(Codec, LeavesOutContactsOfIpv6) {
  Message response = Response(Method::kFindNode);
  const base::Endpoint v6 = base::Endpoint::V6(base::ByteArray<16>{0x20, 1}, 6881);
  response.contacts.Add({IdOf(v6), v6});
  response.contacts.Add({IdOf(kTo), kTo});
  base::Bytes datagram;
  ASSERT_TRUE(Hyperdht().Encode(response, kTo, datagram));
  Message back;
  ASSERT_TRUE(Hyperdht().Decode(datagram, kFrom, back));
  ASSERT_EQ(back.contacts.size(), 1u);
  EXPECT_EQ(back.contacts[0].endpoint, kTo);
}

TEST(Codec, LeavesOutWhatDoesNotFit) {
  const base::Bytes value(1000, 1);
  Message response = Response(Method::kGetImmutable);
  response.sender = IdOf(kFrom);
  response.token = kToken;
  response.value = value;
  for (uint16_t i = 1; i <= kMaxContactsPerMessage; ++i) {
    const base::Endpoint address = base::Endpoint::V4(10, 0, 0, 3, i);
    response.contacts.Add({IdOf(address), address});
  }
  base::Bytes datagram;
  ASSERT_TRUE(Hyperdht().Encode(response, kTo, datagram));
  EXPECT_LE(datagram.size(), kMaxDatagramBytes);
  Message back;
  ASSERT_TRUE(Hyperdht().Decode(datagram, kFrom, back));
  EXPECT_EQ(back.value.size(), 1000u);
  EXPECT_GE(back.contacts.size(), 40u);

  const base::Bytes record =
      Hex(base::ToHex(base::Bytes(32, 6)) + "03" + base::ToHex(base::Bytes(18, 1)));
  Message peers = Response(Method::kGetPeers);
  peers.sender = response.sender;
  peers.token = kToken;
  peers.contacts = response.contacts;
  peers.peers.assign(100, record);
  ASSERT_TRUE(Hyperdht().Encode(peers, kTo, datagram));
  EXPECT_LE(datagram.size(), kMaxDatagramBytes);
  Message read;
  ASSERT_TRUE(Hyperdht().Decode(datagram, kFrom, read));
  ASSERT_TRUE(Hyperdht().Interpret(Method::kGetPeers, read));
  EXPECT_GE(read.peers.size(), 15u);
  EXPECT_EQ(read.contacts.size(), kMaxContactsPerMessage);
}

TEST(Codec, NothingFollowsFromFlagsWithoutAName) {
  Message ping = Query(Method::kPing);
  base::Bytes datagram;
  ASSERT_TRUE(Hyperdht().Encode(ping, kTo, datagram));
  datagram[1] |= 0x60;
  datagram.push_back(9);
  Message back;
  ASSERT_TRUE(Hyperdht().Decode(datagram, kFrom, back));
  EXPECT_EQ(Difference(ping, back), "");
}

}  // namespace
}  // namespace shadw::dht::hyper
