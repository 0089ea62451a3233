// SPDX-License-Identifier: Apache-2.0
//
// What real nodes said to each other, and what they said to a client of our own making.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/dht/hyper/frames.h"

namespace shadw::dht::hyper {
namespace {

TEST(RealFrames, ShowEveryMethodButPluginsAndEveryResponse) {
  std::set<Method> asked;
  std::set<Method> answered;
  for (const Frame& frame : Frames()) {
    (frame.kind == Kind::kQuery ? asked : answered).insert(frame.method);
  }
  EXPECT_EQ(asked.size(), 15u + 1);  // one is unknown on purpose
  EXPECT_EQ(answered.size(), 15u + 1 - 2);
  EXPECT_FALSE(answered.contains(Method::kPingNat));  // comes to another port
}

TEST(RealFrames, AreReadAndWrittenBackToTheByte) {
  for (const Frame& frame : Frames()) {
    SCOPED_TRACE(frame.name);
    const Message message = Read(frame);
    EXPECT_EQ(message.kind == Kind::kQuery, frame.kind == Kind::kQuery);
    EXPECT_EQ(message.method, frame.method);
    EXPECT_EQ(message.observed, frame.to);
    base::Bytes written;
    const bool sayable = frame.kind != Kind::kQuery || frame.method != Method::kUnknown;
    EXPECT_EQ(Hyperdht().Encode(message, frame.to, written), sayable);
    if (sayable) {
      EXPECT_EQ(base::ToHex(written), base::ToHex(frame.datagram));
    }
  }
}

TEST(RealFrames, AnUninterpretedResponseIsWrittenBackToTheByteToo) {
  for (const Frame& frame : Frames()) {
    if (frame.kind == Kind::kQuery) continue;
    Message message;
    ASSERT_TRUE(Hyperdht().Decode(frame.datagram, frame.from, message));
    base::Bytes written;
    ASSERT_TRUE(Hyperdht().Encode(message, frame.to, written)) << frame.name;
    EXPECT_EQ(written, frame.datagram) << frame.name;
  }
}

TEST(RealFrames, SendersAreKnownByTheirAddressOnly) {
  size_t senders = 0;
  for (const Frame& frame : Frames()) {
    const Message message = Read(frame);
    if (!message.sender) continue;
    ++senders;
    EXPECT_TRUE(Hyperdht().IdFits(*message.sender, frame.from));
    for (const base::Endpoint& elsewhere :
         {base::Endpoint::V4(frame.from.v4(), frame.from.port ^ 1),
          base::Endpoint::V4(frame.from.v4() ^ 1, frame.from.port),
          base::Endpoint::V6(frame.from.address, frame.from.port)}) {
      Message other;
      ASSERT_TRUE(Hyperdht().Decode(frame.datagram, elsewhere, other));
      EXPECT_EQ(other.sender, std::nullopt);
    }
  }
  EXPECT_GT(senders, 10u);
}

TEST(RealFrames, AnnouncesAreSignedForTheNodeThatGotThem) {
  for (const char* name : {"query_announce_flags_26", "query_unannounce_flags_26"}) {
    const Frame& frame = FrameNamed(name);
    const Message message = Read(frame);
    StoredPeer peer;
    ASSERT_TRUE(frame.receiver);
    EXPECT_EQ(Hyperdht().ReadAnnounce(message, frame.from, *frame.receiver, peer), Refusal::kNone);
    EXPECT_EQ(peer.key, base::ToBytes(Signer().public_key()));
    EXPECT_TRUE(Hyperdht().ParsePeer(peer.record).has_value());
    EXPECT_EQ(Hyperdht().ReadAnnounce(message, frame.from, NodeId{}, peer), Refusal::kBadSignature);
  }
}

TEST(RealFrames, RecordsOfGetsAndPutsVerify) {
  const NodeId target = Hyperdht().MutableTarget(Signer().public_key(), {});
  for (const char* name : {"query_mutable_put_flags_26", "response_mutable_get_flags_23"}) {
    const Message message = Read(FrameNamed(name));
    Record record{.value = base::ToBytes(message.value),
                  .key = Signer().public_key(),
                  .salt = {},
                  .seq = message.seq.value_or(-1)};
    ASSERT_EQ(message.signature.size(), 64u);
    std::ranges::copy(message.signature, record.signature.begin());
    EXPECT_TRUE(VerifyRecord(Hyperdht(), target, record)) << name;
    record.seq += 1;
    EXPECT_FALSE(VerifyRecord(Hyperdht(), target, record)) << name;
  }
  const Message immutable = Read(FrameNamed("response_immutable_get_flags_23"));
  EXPECT_EQ(base::AsText(immutable.value), "hello hyper");
}

TEST(RealFrames, AnErrorKeepsItsContactsAndItsToken) {
  const Message bad_token = Read(FrameNamed("response_find_node_flags_15"));
  EXPECT_EQ(bad_token.kind, Kind::kError);
  EXPECT_EQ(bad_token.error_code, Hyperdht().CodeOf(Refusal::kBadToken));
  EXPECT_EQ(bad_token.token.size(), 32u);
  EXPECT_FALSE(bad_token.contacts.empty());
  const Message seq = Read(FrameNamed("response_mutable_put_flags_13"));
  EXPECT_EQ(seq.kind, Kind::kError);
  EXPECT_THAT(seq.error_code, testing::AnyOf(16, 17));
  EXPECT_FALSE(seq.contacts.empty());
}

TEST(RealFrames, ContactsHaveTheIdsOfTheirAddresses) {
  size_t contacts = 0;
  for (const Frame& frame : Frames()) {
    for (const Contact& contact : Read(frame).contacts) {
      EXPECT_TRUE(Hyperdht().IdFits(contact.id, contact.endpoint));
      ++contacts;
    }
  }
  EXPECT_GT(contacts, 50u);
}

// dht-rpc 6.27.0, bootstrapper on 127.0.0.1:10001, asked from port 10009 by hand.
TEST(RealFrames, OfABootstrapperAskedByHand) {
  const base::Endpoint node = Address("127.0.0.1:10001");
  const base::Endpoint own = Address("127.0.0.1:10009");
  const base::Bytes tid = Hex("0100");
  Message ping;
  ping.method = Method::kPing;
  ping.transaction = tid;
  base::Bytes datagram;
  ASSERT_TRUE(Hyperdht().Encode(ping, node, datagram));
  EXPECT_EQ(base::ToHex(datagram), "030401007f000001112700");

  const base::Bytes pong =
      Hex("130101007f0000011927e96e0146a33e022987fe256c6343ac5d20dba47ea1b6341f932903b48469453e");
  Message reply;
  ASSERT_TRUE(Hyperdht().Decode(pong, node, reply));
  EXPECT_TRUE(Hyperdht().Interpret(Method::kPing, reply));
  EXPECT_EQ(reply.observed, own);
  ASSERT_TRUE(reply.sender);
  EXPECT_TRUE(Hyperdht().IdFits(*reply.sender, node));

  Message find;
  find.method = Method::kFindNode;
  const base::Bytes second = Hex("0200");
  find.transaction = second;
  find.target = NodeId::FromBytes(base::Bytes(32, 0x11));
  ASSERT_TRUE(Hyperdht().Encode(find, node, datagram));
  EXPECT_EQ(base::ToHex(datagram), "030c02007f000001112702" + base::ToHex(base::Bytes(32, 0x11)));
}

}  // namespace
}  // namespace shadw::dht::hyper
