// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/responder.h"

#include <gtest/gtest.h>

#include "libshadw/dht/hyper/hyperdht.h"
#include "libshadw/dht/krpc/mainline.h"
#include "tests/dht/strangers.h"

namespace shadw::dht {
namespace {

using std::chrono::minutes;

const crypto::Ed25519Signer& Signer() {
  static const crypto::Ed25519Signer signer(base::ByteArray<32>{1});
  return signer;
}

base::ByteSpan Text(std::string_view text) { return base::AsBytes(text); }

// A responder with a table of contacts, asked as a node would ask it.
class ResponderTest : public testing::TestWithParam<const Protocol*> {
 protected:
  ResponderTest() {
    for (const Contact& contact : RandomContacts(random_, 100, protocol().traits().id_bytes)) {
      v4_.Answered(kStart, contact, {});
    }
    for (uint16_t i = 0; i < 20; ++i) {
      v6_.Answered(kStart, {RandomId(random_, protocol().traits().id_bytes), Host6(i)}, {});
    }
  }
  const Protocol& protocol() const { return *GetParam(); }
  bool mainline() const { return GetParam() == &krpc::Mainline(); }
  int CodeOf(Refusal refusal) const { return protocol().CodeOf(refusal); }

  static ResponderOptions Options() {
    return {.records = {.max_records = 50, .lifetime = minutes(120)},
            .peers = {.lifetime = minutes(30)},
            .contacts_in_reply = 8};
  }

  // The reply, which borrows from `query` and from here.
  Message Ask(const Message& query, const base::Endpoint& from = Host(500)) {
    Message reply;
    EXPECT_TRUE(responder_.Answer(now_, query, from, own_id_, scratch_, reply));
    EXPECT_EQ(reply.method, query.method);
    EXPECT_EQ(reply.observed, from);
    return reply;
  }
  base::Bytes TokenFor(Method method, const NodeId& target,
                       const base::Endpoint& from = Host(500)) {
    Message query{.method = method, .target = target};
    return base::ToBytes(Ask(query, from).token);
  }
  Record Signed(std::string_view value, int64_t seq) {
    return *SignRecord(protocol(), Signer(), protocol().WrapBytes(Text(value)), {}, seq);
  }
  NodeId MutableTarget() { return protocol().MutableTarget(Signer().public_key(), {}); }
  // What came of it: 0 or the code on the wire.
  int Put(const Record& record, std::optional<int64_t> cas = {},
          std::optional<base::Bytes> token = {}) {
    Message query{.method = record.is_mutable() ? Method::kPutMutable : Method::kPutImmutable};
    const NodeId target =
        record.is_mutable() ? MutableTarget() : protocol().ImmutableTarget(record.value);
    const Method get = record.is_mutable() ? Method::kGetMutable : Method::kGetImmutable;
    if (!token) token = TokenFor(get, target);
    query.token = *token;
    query.target = target;
    query.value = record.value;
    query.cas = cas;
    if (record.is_mutable()) {
      query.key = *record.key;
      query.signature = record.signature;
      query.salt = record.salt;
      query.seq = record.seq;
    }
    const Message reply = Ask(query);
    EXPECT_EQ(reply.kind == Kind::kError, reply.error_code != 0 || !reply.error_text.empty());
    return reply.kind == Kind::kError ? reply.error_code : -1;
  }

  crypto::SeededRandom random_{1};
  base::Time now_ = kStart;
  NodeId own_id_ = RandomId(random_, 20);
  RoutingTable v4_{kStart, own_id_, {}};
  RoutingTable v6_{kStart, own_id_, {}};
  Responder responder_{Options(), GetParam(), &v4_, &v6_, &random_};
  Responder::Scratch scratch_{};
};

constexpr int kStored = -1;

TEST_P(ResponderTest, APingIsAnsweredWithNothingButTheAnswer) {
  const base::Bytes transaction = {7, 8, 9};
  Message query{.method = Method::kPing, .transaction = transaction};
  const Message reply = Ask(query);
  EXPECT_EQ(reply.kind, Kind::kResponse);
  EXPECT_EQ(base::ToBytes(reply.transaction), transaction);
  EXPECT_TRUE(reply.contacts.empty());
  EXPECT_TRUE(reply.token.empty());
}

TEST_P(ResponderTest, FindNodeGivesTheClosestOfTheAskersFamily) {
  const NodeId target = RandomId(random_, 20);
  Message query{.method = Method::kFindNode, .target = target};
  const Message reply = Ask(query);
  EXPECT_EQ(reply.contacts.size(), 8u);
  for (const Contact& contact : reply.contacts) EXPECT_FALSE(contact.endpoint.v6);
  EXPECT_TRUE(reply.token.empty());
  const Message reply6 = Ask(query, Host6(99));
  EXPECT_GT(reply6.contacts.size(), 0u);
  for (const Contact& contact : reply6.contacts) EXPECT_TRUE(contact.endpoint.v6);
}

TEST_P(ResponderTest, WhoWantsBothFamiliesGetsBoth) {
  Message query{.method = Method::kFindNode, .target = own_id_};
  query.want_v4 = query.want_v6 = true;
  const Message reply = Ask(query);
  size_t v6 = 0;
  for (const Contact& contact : reply.contacts) v6 += contact.endpoint.v6 ? 1 : 0;
  EXPECT_EQ(v6, 8u);
  EXPECT_EQ(reply.contacts.size(), 16u);
}

TEST_P(ResponderTest, GetsGiveATokenAndContacts) {
  for (const Method method : {Method::kGetPeers, Method::kGetImmutable, Method::kGetMutable}) {
    Message query{.method = method, .target = own_id_};
    const Message reply = Ask(query);
    EXPECT_EQ(reply.token.size(), protocol().traits().token_bytes);
    EXPECT_EQ(reply.contacts.size(), 8u);
    EXPECT_TRUE(reply.value.empty());
  }
}

TEST_P(ResponderTest, APutNeedsATokenOfThisAddressAndTime) {
  const Record record{.value = protocol().WrapBytes(Text("value"))};
  const NodeId target = protocol().ImmutableTarget(record.value);
  const base::Bytes token = TokenFor(Method::kGetImmutable, target);
  const base::Bytes of_another = TokenFor(Method::kGetImmutable, target, Host(501));
  EXPECT_EQ(Put(record, {}, base::Bytes()), CodeOf(Refusal::kBadToken));
  EXPECT_EQ(Put(record, {}, of_another), CodeOf(Refusal::kBadToken));
  EXPECT_EQ(responder_.records().size(), 0u);
  EXPECT_EQ(Put(record, {}, token), kStored);
  EXPECT_TRUE(responder_.token_was_good());
  now_ += 3 * protocol().traits().token_rotation;
  EXPECT_EQ(Put(record, {}, token), CodeOf(Refusal::kBadToken));
  EXPECT_FALSE(responder_.token_was_good());
}

TEST_P(ResponderTest, OnlyWhereTokensAreOnEveryReplyIsOneGoodForAnotherTarget) {
  const Record record{.value = protocol().WrapBytes(Text("value"))};
  const base::Bytes token = TokenFor(Method::kGetImmutable, IdOf(77));
  EXPECT_EQ(Put(record, {}, token), mainline() ? CodeOf(Refusal::kBadToken) : kStored);
}

TEST_P(ResponderTest, AnImmutableRecordIsGivenBack) {
  const Record record{.value = protocol().WrapBytes(Text("value"))};
  EXPECT_EQ(Put(record), kStored);
  Message query{.method = Method::kGetImmutable,
                .target = protocol().ImmutableTarget(record.value)};
  EXPECT_EQ(base::ToBytes(Ask(query).value), record.value);
}

TEST_P(ResponderTest, AMutableRecordIsGivenBackWithItsSignature) {
  const Record record = Signed("value", 5);
  EXPECT_EQ(Put(record), kStored);
  Message query{.method = Method::kGetMutable, .target = MutableTarget()};
  const Message reply = Ask(query);
  EXPECT_EQ(base::ToBytes(reply.value), record.value);
  EXPECT_EQ(base::ToBytes(reply.signature), base::ToBytes(record.signature));
  EXPECT_EQ(reply.seq, 5);
}

TEST_P(ResponderTest, WhoKnowsTheNewestValueIsNotSentItAgain) {
  Put(Signed("value", 5));
  for (const int64_t asked : {4, 5, 6}) {
    Message query{.method = Method::kGetMutable, .target = MutableTarget()};
    query.seq = asked;
    const Message reply = Ask(query);
    // On mainline it names the last it knows, on hyperdht the least it wants.
    EXPECT_EQ(reply.value.empty(), mainline() ? asked >= 5 : asked > 5) << asked;
    EXPECT_EQ(reply.seq, 5);
  }
}

TEST_P(ResponderTest, SequenceConflictsHaveTheirCodes) {
  EXPECT_EQ(Put(Signed("five", 5)), kStored);
  EXPECT_EQ(Put(Signed("five", 5)), kStored);
  EXPECT_EQ(Put(Signed("four", 4)), mainline() ? 302 : 17);
  EXPECT_EQ(Put(Signed("cinq", 5)), mainline() ? 302 : 16);
  if (mainline()) {
    EXPECT_EQ(Put(Signed("six", 6), 4), 301);
  }
  EXPECT_EQ(Put(Signed("six", 6), 5), kStored);
}

TEST_P(ResponderTest, AForgedRecordIsRefused) {
  Record record = Signed("value", 5);
  record.signature[0] ^= 1;
  EXPECT_EQ(Put(record), CodeOf(Refusal::kBadSignature));
  record = Signed("value", 5);
  record.seq = 6;
  EXPECT_EQ(Put(record), CodeOf(Refusal::kBadSignature));
  EXPECT_EQ(responder_.records().size(), 0u);
}

TEST_P(ResponderTest, AValueThatIsTooLargeIsRefused) {
  const Record record{.value = protocol().WrapBytes(base::Bytes(1001, 'x'))};
  EXPECT_EQ(Put(record), CodeOf(Refusal::kValueTooBig));
}

TEST_P(ResponderTest, ARecordAtATargetThatIsNotItsOwnIsRefused) {
  const Record record{.value = protocol().WrapBytes(Text("value"))};
  Message query{.method = Method::kPutImmutable, .target = IdOf(3)};
  const base::Bytes token = TokenFor(Method::kGetImmutable, IdOf(3));
  query.token = token;
  query.value = record.value;
  EXPECT_EQ(Ask(query).kind, Kind::kError);
  EXPECT_EQ(responder_.records().size(), 0u);
}

// The value is the key itself, so both have one target on hyperdht.
TEST_P(ResponderTest, NobodyPushesOutAMutableRecordByPuttingItsKey) {
  EXPECT_EQ(Put(Signed("value", 5)), kStored);
  Put({.value = base::ToBytes(Signer().public_key())});
  Message query{.method = Method::kGetMutable, .target = MutableTarget()};
  EXPECT_EQ(Ask(query).seq, 5);
}

TEST_P(ResponderTest, UnknownMethodsAreRefused) {
  Message query{.method = Method::kUnknown};
  EXPECT_EQ(Ask(query).error_code, CodeOf(Refusal::kUnknownMethod));
}

TEST_P(ResponderTest, WhatIsMalformedIsRefusedAndStoresNothing) {
  Message query{.method = Method::kPutImmutable};
  query.malformed = Refusal::kMalformed;
  const Message reply = Ask(query);
  EXPECT_EQ(reply.kind, Kind::kError);
  EXPECT_EQ(reply.error_code, CodeOf(Refusal::kMalformed));
}

TEST_P(ResponderTest, RecordsAndTokensEndWithTheirTime) {
  EXPECT_EQ(Put(Signed("value", 5)), kStored);
  now_ += minutes(121);
  Message query{.method = Method::kGetMutable, .target = MutableTarget()};
  EXPECT_TRUE(Ask(query).value.empty());
  responder_.ForgetExpired(now_);
  EXPECT_EQ(responder_.records().size(), 0u);
}

TEST_P(ResponderTest, AReplyOfATableOfOneFamilyHasNoneOfTheOther) {
  Responder responder(Options(), GetParam(), nullptr, &v6_, &random_);
  Message query{.method = Method::kFindNode, .target = own_id_};
  query.want_v4 = query.want_v6 = true;
  Message reply;
  EXPECT_TRUE(responder.Answer(now_, query, Host6(1), own_id_, scratch_, reply));
  for (const Contact& contact : reply.contacts) EXPECT_TRUE(contact.endpoint.v6);
}

INSTANTIATE_TEST_SUITE_P(Both, ResponderTest,
                         testing::Values(&krpc::Mainline(), &hyper::Hyperdht()),
                         [](const auto& suite) { return std::string(suite.param->traits().name); });

// --- peers: what travels differs, so each network has its own -------------------------
class MainlineResponderTest : public ResponderTest {
 protected:
  int Announce(const NodeId& target, const base::Endpoint& from, uint16_t port,
               bool implied = false) {
    const base::Bytes token = TokenFor(Method::kGetPeers, target, from);
    Message query{.method = Method::kAnnouncePeer, .target = target};
    query.token = token;
    query.port = port;
    query.implied_port = implied;
    const Message reply = Ask(query, from);
    return reply.kind == Kind::kError ? reply.error_code : kStored;
  }
  std::vector<base::Endpoint> Peers(const NodeId& target) {
    Message query{.method = Method::kGetPeers, .target = target};
    std::vector<base::Endpoint> peers;
    const Message reply = Ask(query);
    for (const base::ByteSpan record : reply.peers) {
      const auto peer = protocol().ParsePeer(record);
      EXPECT_TRUE(peer.has_value());
      peers.insert(peers.end(), peer->endpoints.begin(), peer->endpoints.end());
    }
    std::ranges::sort(peers);
    return peers;
  }
};

TEST_P(MainlineResponderTest, WhoAnnouncedIsFoundAtThePortItNamed) {
  EXPECT_EQ(Announce(IdOf(5), Host(1, 1000), 7777), kStored);
  EXPECT_EQ(Announce(IdOf(5), Host(2, 2000), 7777, true), kStored);
  EXPECT_EQ(Peers(IdOf(5)), (std::vector{Host(1, 7777), Host(2, 2000)}));
  EXPECT_TRUE(Peers(IdOf(6)).empty());
}

TEST_P(MainlineResponderTest, AnAnnouncementNeedsATokenForItsTarget) {
  const base::Bytes token = TokenFor(Method::kGetPeers, IdOf(6), Host(1));
  Message query{.method = Method::kAnnouncePeer, .target = IdOf(5)};
  query.token = token;
  query.port = 7;
  EXPECT_EQ(Ask(query, Host(1)).error_code, 203);
  EXPECT_TRUE(Peers(IdOf(5)).empty());
}

TEST_P(MainlineResponderTest, SamplesNameTheTargetsSomebodyAnnouncedUnder) {
  for (uint64_t i = 1; i <= 30; ++i) Announce(IdOf(i), Host(1), 7);
  Message query{.method = Method::kSampleTargets, .target = IdOf(9)};
  const Message reply = Ask(query);
  EXPECT_EQ(reply.samples.size(), 20u);
  EXPECT_EQ(reply.sample_total, 30);
  EXPECT_GT(reply.sample_interval_s, 0);
}

INSTANTIATE_TEST_SUITE_P(Mainline, MainlineResponderTest, testing::Values(&krpc::Mainline()));

}  // namespace
}  // namespace shadw::dht
