// SPDX-License-Identifier: Apache-2.0
//
// What we say: byte for byte, within the limits of size, and nothing we cannot say.
#include <gtest/gtest.h>

#include "../../erasure/allocation_counter.h"
#include "frames.h"
#include "libshadw/crypto/random.h"
#include "libshadw/dht/krpc/bencode.h"

namespace shadw::dht::krpc {
namespace {

const std::string kOurs = std::string("1:v4:SW\0\1", 9);

Message Ask(Method method) {
  Message query;
  query.method = method;
  query.transaction = base::AsBytes("aa");
  query.sender = Id('i');
  return query;
}

Message Answer(Method method, size_t v4, size_t v6, size_t peers) {
  Message response;
  response.kind = Kind::kResponse;
  response.method = method;
  response.transaction = base::AsBytes("aa");
  response.sender = Id('i');
  for (size_t i = 0; i < std::max(v4, v6); ++i) {
    if (i < v6) response.contacts.Add({Id('6'), base::Endpoint::Parse("[2001::1]:9").value()});
    if (i < v4) response.contacts.Add({Id('4'), base::Endpoint::V4(1, 2, 3, 4, 5)});
  }
  for (size_t i = 0; i < peers; ++i) response.peers.push_back(base::AsBytes("abcdef"));
  return response;
}

struct Counts {
  size_t v4 = 0;
  size_t v6 = 0;
  size_t peers = 0;
  size_t bytes = 0;
};

Counts CountsOf(const Message& response) {
  Decoded decoded(Encoded(response));
  EXPECT_TRUE(decoded.ok);
  Counts counts{.peers = decoded->peers.size(), .bytes = decoded.bytes.size()};
  for (const Contact& contact : decoded->contacts) ++(contact.endpoint.v6 ? counts.v6 : counts.v4);
  return counts;
}

TEST(Encode, WritesAPingAsOnTheWire) {
  EXPECT_EQ(Encoded(Ask(Method::kPing)),
            "d1:ad2:id" + IdText('i') + "e1:q4:ping1:t2:aa" + kOurs + "1:y1:qe");
}

TEST(Encode, EveryMessageReadsAndWritesTheSame) {
  for (const std::string& datagram : OneOfEach()) {
    Decoded message(datagram);
    ASSERT_TRUE(message.ok) << datagram;
    EXPECT_EQ(message->malformed, Refusal::kNone) << datagram;
    EXPECT_EQ(Encoded(message.message), datagram);
    EXPECT_TRUE(CheckCanonical(base::AsBytes(datagram))) << datagram;
  }
}

TEST(Encode, AGetIsOneMethodOnTheWire) {
  Message get = Ask(Method::kGetImmutable);
  get.target = Id('t');
  EXPECT_EQ(Encoded(get), "d1:ad2:id" + IdText('i') + "6:target" + IdText('t') +
                              "e1:q3:get1:t2:aa" + kOurs + "1:y1:qe");
}

TEST(Encode, AnAnnouncementIsAPort) {
  Announcement announcement{.port = 80, .implied_port = false, .signer = nullptr, .relays = {}};
  Message announce = Ask(Method::kAnnouncePeer);
  announce.target = Id('h');
  announce.token = base::AsBytes("tokn");
  announce.announcement = &announcement;
  EXPECT_EQ(Decoded(Encoded(announce))->port, 80);
  announcement = {.port = 0, .implied_port = true, .signer = nullptr, .relays = {}};
  EXPECT_TRUE(Decoded(Encoded(announce))->implied_port);
  announcement.implied_port = false;
  EXPECT_EQ(Encoded(announce), "");
}

TEST(Encode, AnAnswerToFindNodeHasNodesBeItNone) {
  EXPECT_NE(Encoded(Answer(Method::kFindNode, 0, 0, 0)).find("5:nodes0:"), std::string::npos);
  EXPECT_EQ(Encoded(Answer(Method::kPing, 0, 0, 0)).find("5:nodes"), std::string::npos);
}

TEST(Encode, SaysNothingThatMainlineCannotSay) {
  for (const Method method :
       {Method::kUnannouncePeer, Method::kFindPeer, Method::kPingNat, Method::kDownHint,
        Method::kDelayedPing, Method::kPeerHandshake, Method::kPeerHolepunch, Method::kUnknown}) {
    Message query = Ask(method);
    query.target = Id('t');
    EXPECT_EQ(Encoded(query), "");
  }
  EXPECT_EQ(Encoded(Answer(Method::kFindPeer, 0, 0, 0)), "");
}

TEST(Encode, SaysNothingHalf) {
  Message anonymous = Ask(Method::kPing);
  anonymous.sender.reset();
  EXPECT_EQ(Encoded(anonymous), "");
  anonymous.kind = Kind::kResponse;
  EXPECT_EQ(Encoded(anonymous), "");
  for (const Method method :
       {Method::kFindNode, Method::kGetPeers, Method::kGetMutable, Method::kSampleTargets,
        Method::kAnnouncePeer, Method::kPutImmutable, Method::kPutMutable}) {
    EXPECT_EQ(Encoded(Ask(method)), "");
  }
  const base::Bytes long_value(1001, '1');
  for (const std::string_view value :
       {std::string_view("1:"), std::string_view("1:a1:b"), base::AsText(long_value)}) {
    Message put = Ask(Method::kPutImmutable);
    put.value = base::AsBytes(value);
    EXPECT_EQ(Encoded(put), "");
  }
}

TEST(Encode, SaysNothingThatIsLongerThanADatagram) {
  const std::string transaction(kMaxDatagramBytes, 'x');
  Message query = Ask(Method::kPing);
  query.transaction = base::AsBytes(transaction).first(1390);
  EXPECT_LE(Encoded(query).size(), kMaxDatagramBytes);
  EXPECT_NE(Encoded(query), "");
  query.transaction = base::AsBytes(transaction);
  EXPECT_EQ(Encoded(query), "");
}

TEST(Encode, Nodes6GiveWayFirstThenNodesThenPeers) {
  const Counts few = CountsOf(Answer(Method::kFindNode, 8, 8, 20));
  EXPECT_EQ(few.v4, 8u);
  EXPECT_EQ(few.v6, 8u);
  EXPECT_EQ(few.peers, 20u);
  const Counts more = CountsOf(Answer(Method::kFindNode, 20, 20, 0));
  EXPECT_EQ(more.v4, 20u);
  EXPECT_GT(more.v6, 5u);
  EXPECT_LT(more.v6, 20u);
  const Counts most = CountsOf(Answer(Method::kFindNode, 60, 0, 0));
  EXPECT_GT(most.v4, 30u);
  EXPECT_LT(most.v4, 60u);
  const Counts peers = CountsOf(Answer(Method::kGetPeers, 8, 0, 500));
  EXPECT_EQ(peers.v4, 8u);
  EXPECT_GT(peers.peers, 70u);
}

TEST(Encode, AResponseHas1024BytesAndWithAValue1400) {
  const std::string value = Text(std::string(996, 'v'));
  const std::string long_token(200, 'T');
  for (size_t v4 = 0; v4 <= 60; v4 += 4) {
    for (size_t v6 = 0; v6 <= 60; v6 += 6) {
      for (const size_t peers : {0u, 10u, 500u}) {
        Message response = Answer(Method::kGetPeers, v4, v6, peers);
        response.token = base::AsBytes(long_token);
        response.observed = base::Endpoint::Parse("[2001::1]:9").value();
        response.samples.assign(peers, Id('z'));
        response.sample_total = std::numeric_limits<int64_t>::min();
        response.sample_interval_s = std::numeric_limits<int64_t>::min();
        response.seq = std::numeric_limits<int64_t>::min();
        EXPECT_LE(CountsOf(response).bytes, 1024u);
        response.value = base::AsBytes(value);
        EXPECT_LE(CountsOf(response).bytes, 1500u);
        response.token = {};
        EXPECT_LE(CountsOf(response).bytes, 1400u);
      }
    }
  }
}

TEST(Encode, ALargestRecordFitsWithSomeNodes) {
  const std::string value = Text(std::string(996, 'v'));
  const std::string key(32, 'k');
  const std::string signature(64, 's');
  Message response = Answer(Method::kGetMutable, 8, 8, 0);
  response.token = base::AsBytes("12345678");
  response.value = base::AsBytes(value);
  response.key = base::AsBytes(key);
  response.signature = base::AsBytes(signature);
  response.seq = std::numeric_limits<int64_t>::max();
  response.observed = kFrom;
  const Counts counts = CountsOf(response);
  EXPECT_LE(counts.bytes, 1400u);
  EXPECT_GT(counts.v4, 0u);
  EXPECT_EQ(counts.v6, 0u);
}

// Of peers and samples only, and of what they are kept in.
TEST(Encode, NeitherReadingNorWritingVisitsTheHeap) {
  base::Bytes out;
  out.reserve(kMaxDatagramBytes);
  for (const std::string& datagram : OneOfEach()) {
    if (datagram.find("6:values") != std::string::npos) continue;
    if (datagram.find("7:samples") != std::string::npos) continue;
    const size_t before = erasure::AllocationsOfThisThread();
    Message message;
    const bool decoded = Mainline().Decode(base::AsBytes(datagram), kFrom, message);
    const bool encoded = Mainline().Encode(message, kFrom, out);
    const size_t after = erasure::AllocationsOfThisThread();
    EXPECT_TRUE(decoded && encoded);
    EXPECT_EQ(after, before) << datagram;
  }
}

TEST(Encode, RandomResponsesReadAsTheyWereWritten) {
  crypto::SeededRandom random(5);
  for (int round = 0; round < 2000; ++round) {
    const auto dice = random.Array<8>();
    Message response = Answer(Method::kGetPeers, 0, 0, dice[0] % 20);
    for (size_t i = 0; i < dice[1] % 20; ++i) {
      auto address = random.Array<16>();
      address[0] = 0x20;
      response.contacts.Add(
          {NodeId::FromBytes(random.Array<20>()),
           i < 8 ? base::Endpoint::V4(10, dice[2], dice[3], 1, static_cast<uint16_t>(1 + dice[4]))
                 : base::Endpoint::V6(address, static_cast<uint16_t>(1 + dice[5]))});
    }
    base::Bytes token(dice[6] % 40);
    random.Fill(token);
    response.token = token;
    if (dice[7] % 2 == 0) response.observed = kFrom;
    Decoded decoded(Encoded(response));
    ASSERT_TRUE(decoded.ok);
    EXPECT_EQ(decoded->sender, response.sender);
    EXPECT_EQ(decoded->observed, response.observed);
    EXPECT_EQ(base::ToHex(decoded->token), base::ToHex(token));
    EXPECT_EQ(decoded->peers.size(), response.peers.size());
    ASSERT_EQ(decoded->contacts.size(), response.contacts.size());
    for (size_t i = 0; i < response.contacts.size(); ++i) {
      EXPECT_EQ(decoded->contacts[i], response.contacts[i]);
    }
    response.method = Method::kUnknown;
    EXPECT_EQ(Encoded(decoded.message), Encoded(response));
  }
}

TEST(CodeOf, GivesTheNumbersOfTheWire) {
  const Protocol& mainline = Mainline();
  EXPECT_EQ(mainline.CodeOf(Refusal::kNone), 0);
  EXPECT_EQ(mainline.CodeOf(Refusal::kGeneric), 201);
  EXPECT_EQ(mainline.CodeOf(Refusal::kServer), 202);
  EXPECT_EQ(mainline.CodeOf(Refusal::kMalformed), 203);
  EXPECT_EQ(mainline.CodeOf(Refusal::kBadToken), 203);
  EXPECT_EQ(mainline.CodeOf(Refusal::kUnknownMethod), 204);
  EXPECT_EQ(mainline.CodeOf(Refusal::kValueTooBig), 205);
  EXPECT_EQ(mainline.CodeOf(Refusal::kBadSignature), 206);
  EXPECT_EQ(mainline.CodeOf(Refusal::kSaltTooBig), 207);
  EXPECT_EQ(mainline.CodeOf(Refusal::kCasMismatch), 301);
  EXPECT_EQ(mainline.CodeOf(Refusal::kSeqTooLow), 302);
  EXPECT_EQ(mainline.CodeOf(Refusal::kSeqReused), 302);
}

}  // namespace
}  // namespace shadw::dht::krpc
