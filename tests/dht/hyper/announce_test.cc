// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "libshadw/dht/hyper/wire.h"
#include "tests/dht/hyper/frames.h"

namespace shadw::dht::hyper {
namespace {

const base::Bytes kTid = {7, 1};
const base::Bytes kTarget(32, 1);
const base::Bytes kToken(32, 2);
const base::Bytes kNode(32, 3);
const base::Endpoint kFrom = base::Endpoint::V4(10, 0, 0, 9, 100);
const base::Endpoint kTo = base::Endpoint::V4(10, 0, 0, 2, 200);

Message Announce(Method method, const Announcement& announcement) {
  Message query;
  query.method = method;
  query.transaction = kTid;
  query.target = NodeId::FromBytes(kTarget);
  query.token = kToken;
  query.responder = NodeId::FromBytes(kNode);
  query.announcement = &announcement;
  return query;
}

// The query as its receiver reads it.
Message Sent(const Message& query, base::Bytes& datagram) {
  EXPECT_TRUE(Hyperdht().Encode(query, kTo, datagram));
  Message read;
  EXPECT_TRUE(Hyperdht().Decode(datagram, kFrom, read));
  return read;
}

TEST(Announce, IsSignedAsTheNpmPackageSigns) {
  Announcement announcement{.signer = SharedSigner(), .relays = {Address("10.0.0.1:1000")}};
  base::Bytes datagram;
  const Message read = Sent(Announce(Method::kAnnouncePeer, announcement), datagram);
  EXPECT_EQ(base::ToHex(read.signature),
            "f3f436cb86f6613cc4627ebfd9d86f1e8eba655db2f99c59d060423d45a51a5d"
            "a738b03af07e55ae91e24129e6db4423df9ba887c862677ab44ce4bdf5021802");
}

TEST(Announce, TravelsAsTheNpmPackageWritesIt) {
  const nlohmann::json& vectors = Vectors("codec.json").at("announce");
  size_t signed_here = 0;
  for (const nlohmann::json& vector : vectors.at("cases")) {
    const bool announces = vector.at("kind") == "announce";
    const size_t count = vector.at("relays").get<size_t>();
    const base::Bytes value = HexField(vector, "value");
    const base::Bytes refresh = HexField(vector, "refresh");
    Message read;
    read.method = announces ? Method::kAnnouncePeer : Method::kUnannouncePeer;
    ASSERT_TRUE(DecodeAnnounce(value, read));
    EXPECT_EQ(base::ToBytes(read.peer), HexField(vector, "peer"));
    EXPECT_EQ(base::ToBytes(read.refresh), refresh);
    EXPECT_EQ(read.bump, vector.at("bump").get<uint64_t>());
    read.target = NodeId::FromBytes(kTarget);
    read.token = kToken;
    StoredPeer peer;
    EXPECT_EQ(Hyperdht().ReadAnnounce(read, kFrom, NodeId::FromBytes(kNode), peer), Refusal::kNone);
    const std::optional<Peer> parsed = Hyperdht().ParsePeer(peer.record);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->endpoints.size(), std::min<size_t>(count, 3));  // the fourth is cut

    if (announces ? count > 3 : count > 0) continue;  // we would not say it
    Announcement announcement{.signer = SharedSigner()};
    for (size_t i = 0; i < count; ++i) {
      announcement.relays.push_back(base::Endpoint::V4(10, 0, 0, static_cast<uint8_t>(i + 1),
                                                       static_cast<uint16_t>(1000 + i)));
    }
    Message query = Announce(read.method, announcement);
    query.refresh = refresh;
    query.bump = read.bump;
    base::Bytes written;
    ASSERT_TRUE(EncodeAnnounce(query, written));
    EXPECT_EQ(base::ToHex(written), base::ToHex(value));
    ++signed_here;
  }
  EXPECT_EQ(signed_here, 6u * 4 + 6);
}

TEST(Announce, StoresTheKeyAndAtMostThreeRelaysOfIpv4) {
  Announcement announcement{.signer = SharedSigner()};
  announcement.relays = {base::Endpoint::V6(base::ByteArray<16>{0x20, 1}, 1),
                         Address("10.0.0.1:1000"), Address("10.0.0.2:1001"),
                         Address("10.0.0.3:1002"), Address("10.0.0.4:1003")};
  base::Bytes datagram;
  const Message read = Sent(Announce(Method::kAnnouncePeer, announcement), datagram);
  StoredPeer peer;
  ASSERT_EQ(Hyperdht().ReadAnnounce(read, kFrom, NodeId::FromBytes(kNode), peer), Refusal::kNone);
  EXPECT_EQ(peer.key, base::ToBytes(Signer().public_key()));
  const std::optional<Peer> parsed = Hyperdht().ParsePeer(peer.record);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->key, Signer().public_key());
  EXPECT_EQ(parsed->endpoints, std::vector<base::Endpoint>(announcement.relays.begin() + 1,
                                                           announcement.relays.begin() + 4));
}

TEST(Announce, HoldsForOneNodeOneTokenOneTargetAndOneCommand) {
  const Announcement announcement{.signer = SharedSigner(), .relays = {Address("10.0.0.1:1000")}};
  const NodeId node = NodeId::FromBytes(kNode);
  const base::Bytes other(32, 0xee);
  for (const Method method : {Method::kAnnouncePeer, Method::kUnannouncePeer}) {
    base::Bytes datagram;
    const Message read = Sent(Announce(method, announcement), datagram);
    StoredPeer peer;
    EXPECT_EQ(Hyperdht().ReadAnnounce(read, kFrom, node, peer), Refusal::kNone);
    EXPECT_EQ(Hyperdht().ReadAnnounce(read, kFrom, NodeId::FromBytes(other), peer),
              Refusal::kBadSignature);
    Message changed = read;
    changed.token = other;
    EXPECT_EQ(Hyperdht().ReadAnnounce(changed, kFrom, node, peer), Refusal::kBadSignature);
    changed = read;
    changed.target = NodeId::FromBytes(other);
    EXPECT_EQ(Hyperdht().ReadAnnounce(changed, kFrom, node, peer), Refusal::kBadSignature);
    changed = read;
    changed.refresh = other;
    EXPECT_EQ(Hyperdht().ReadAnnounce(changed, kFrom, node, peer), Refusal::kBadSignature);
    changed = read;
    changed.method =
        method == Method::kAnnouncePeer ? Method::kUnannouncePeer : Method::kAnnouncePeer;
    EXPECT_EQ(Hyperdht().ReadAnnounce(changed, kFrom, node, peer), Refusal::kBadSignature);
    changed = read;
    changed.signature = {};
    EXPECT_EQ(Hyperdht().ReadAnnounce(changed, kFrom, node, peer), Refusal::kBadSignature);
    changed = read;
    changed.peer = {};
    EXPECT_EQ(Hyperdht().ReadAnnounce(changed, kFrom, node, peer), Refusal::kMalformed);
    changed = read;
    changed.target.reset();
    EXPECT_EQ(Hyperdht().ReadAnnounce(changed, kFrom, node, peer), Refusal::kMalformed);
    changed = read;
    changed.method = Method::kPing;
    EXPECT_EQ(Hyperdht().ReadAnnounce(changed, kFrom, node, peer), Refusal::kMalformed);
  }
}

TEST(Announce, NoBitOfItCanBeChangedButTheBump) {
  const Announcement announcement{.signer = SharedSigner(), .relays = {Address("10.0.0.1:1000")}};
  Message query = Announce(Method::kAnnouncePeer, announcement);
  query.bump = 5;
  base::Bytes datagram;
  Sent(query, datagram);
  // Type, flags, transaction and address are not signed; nor are the flags of the value,
  // behind token, command, target and its length, nor the bump at the end.
  const size_t flags = 10 + 32 + 1 + 32 + 1;
  for (size_t at = 10; at + 1 < datagram.size(); ++at) {
    if (at == flags) continue;
    for (uint8_t bit = 1; bit != 0; bit = static_cast<uint8_t>(bit << 1)) {
      base::Bytes changed = datagram;
      changed[at] ^= bit;
      Message read;
      if (!Hyperdht().Decode(changed, kFrom, read)) continue;
      StoredPeer peer;
      EXPECT_NE(Hyperdht().ReadAnnounce(read, kFrom, NodeId::FromBytes(kNode), peer),
                Refusal::kNone)
          << at;
    }
  }
}

TEST(Announce, IsNotWrittenWithoutSignerTokenOrResponder) {
  const Announcement announcement{.signer = SharedSigner()};
  const Announcement nobody{};
  base::Bytes out;
  EXPECT_TRUE(Hyperdht().Encode(Announce(Method::kAnnouncePeer, announcement), kTo, out));
  EXPECT_FALSE(Hyperdht().Encode(Announce(Method::kAnnouncePeer, nobody), kTo, out));
  Message query = Announce(Method::kAnnouncePeer, announcement);
  query.token = {};
  EXPECT_FALSE(Hyperdht().Encode(query, kTo, out));
  query = Announce(Method::kAnnouncePeer, announcement);
  query.responder.reset();
  EXPECT_FALSE(Hyperdht().Encode(query, kTo, out));
  query = Announce(Method::kAnnouncePeer, announcement);
  query.refresh = kTid;
  EXPECT_FALSE(Hyperdht().Encode(query, kTo, out));
  query = Announce(Method::kAnnouncePeer, announcement);
  query.announcement = nullptr;
  query.peer = kTid;
  EXPECT_FALSE(Hyperdht().Encode(query, kTo, out));
}

TEST(Announce, APeerRecordIsReadToItsEndOrNotAtAll) {
  const base::Bytes record = Hex(base::ToHex(base::Bytes(32, 6)) + "020a00000100010a0000020002");
  EXPECT_TRUE(Hyperdht().ParsePeer(record));
  for (size_t size = 0; size < record.size(); ++size) {
    EXPECT_FALSE(Hyperdht().ParsePeer(base::ByteSpan(record).first(size))) << size;
  }
  base::Bytes longer = record;
  longer.push_back(0);
  EXPECT_FALSE(Hyperdht().ParsePeer(longer));
}

}  // namespace
}  // namespace shadw::dht::hyper
