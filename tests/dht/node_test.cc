// SPDX-License-Identifier: Apache-2.0
//
// What a node promises whoever uses it, for both networks.
#include "libshadw/dht/node.h"

#include <gtest/gtest.h>

#include "libshadw/dht/hyper/hyperdht.h"
#include "libshadw/dht/krpc/mainline.h"
#include "tests/dht/node_network.h"
#include "tests/dht/strangers.h"

namespace shadw::dht {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const crypto::Ed25519Signer& Signer() {
  static const crypto::Ed25519Signer signer(base::ByteArray<32>{1});
  return signer;
}

class NodeTest : public testing::TestWithParam<const Protocol*> {
 protected:
  const Protocol& protocol() const { return *GetParam(); }
  bool mainline() const { return GetParam() == &krpc::Mainline(); }
  base::Bytes Value(std::string_view text) { return protocol().WrapBytes(base::AsBytes(text)); }
  Record Signed(std::string_view value, int64_t seq) {
    return *SignRecord(protocol(), Signer(), Value(value), {}, seq);
  }
  PutReport Put(sim::MachineIndex who, const Record& record, std::optional<int64_t> cas = {},
                Approach how = {}, bool keep = false) {
    return net_.Do<PutReport>(
        who, [&](Node& node) { return node.Put(net_.now(), record, cas, how, keep); });
  }
  GetReport Get(sim::MachineIndex who, const NodeId& target, Approach how = {}) {
    return net_.Do<GetReport>(who, [&](Node& node) { return node.Get(net_.now(), target, how); });
  }
  GetReport GetMutable(sim::MachineIndex who) {
    return net_.Do<GetReport>(
        who, [&](Node& node) { return node.GetMutable(net_.now(), Signer().public_key(), {}); });
  }
  NodeId MutableTarget() { return protocol().MutableTarget(Signer().public_key(), {}); }

  NodeNetwork net_{*GetParam()};
};

TEST_P(NodeTest, EverybodyJoinsThroughOneAndKnowsOthersThen) {
  net_.AddServers(30);
  for (sim::MachineIndex i = 1; i < 30; ++i) {
    EXPECT_EQ(net_.Take<Joined>(i).size(), 1u);
    EXPECT_GE(net_.node(i).stats().contacts, 8u);
  }
}

TEST_P(NodeTest, WithNobodyThereItKeepsTryingAndJoinsWhenSomebodyComes) {
  const sim::MachineIndex gone = net_.Add();
  const sim::MachineIndex node = net_.Add();
  net_.network().Remove(gone);
  net_.Run(minutes(10));
  EXPECT_TRUE(net_.Take<Joined>(node).empty());
  EXPECT_LT(net_.node(node).stats().sent, 40u);
  net_.Start(gone, NodeNetwork::Server());
  net_.Run(minutes(2));
  EXPECT_EQ(net_.Take<Joined>(node).size(), 1u);
}

TEST_P(NodeTest, ALookupFindsTheClosestThereAre) {
  net_.AddServers(60);
  net_.Run(minutes(30));
  std::vector<Contact> everybody;
  for (sim::MachineIndex i = 0; i < 60; ++i) {
    everybody.push_back({net_.node(i).id(), net_.endpoint(i)});
  }
  const size_t k = protocol().traits().bucket_size;
  crypto::SeededRandom random(3);
  for (int i = 0; i < 10; ++i) {
    const NodeId target = RandomId(random, protocol().traits().id_bytes);
    const auto others = [&] {
      std::vector<Contact> rest = everybody;
      rest.erase(rest.begin() + 5);
      return rest;
    }();
    const auto found =
        net_.Do<FoundNodes>(5, [&](Node& node) { return node.FindNode(net_.now(), target); });
    std::vector<NodeId> ids;
    for (const Contact& contact : found.lookup.closest) ids.push_back(contact.id);
    EXPECT_EQ(ids, ClosestByBruteForce(target, others, k));
    EXPECT_GE(found.lookup.messages, found.lookup.answers);
    EXPECT_GE(found.lookup.answers, ids.size());
    EXPECT_GE(found.lookup.hops, 1);
  }
}

TEST_P(NodeTest, APingTellsWhoAnsweredAndHowLongItTook) {
  net_.AddServers(2);
  const Pong pong =
      net_.Do<Pong>(1, [&](Node& node) { return node.Ping(net_.now(), net_.endpoint(0)); });
  EXPECT_TRUE(pong.answered);
  EXPECT_EQ(pong.rtt, std::chrono::milliseconds(100));
  ASSERT_TRUE(pong.contact.has_value());
  EXPECT_EQ(pong.contact->id, net_.node(0).id());
}

TEST_P(NodeTest, APingOfASilentAddressSaysSo) {
  net_.AddServers(2);
  const Pong pong = net_.Do<Pong>(1, [&](Node& node) { return node.Ping(net_.now(), Host(9)); });
  EXPECT_FALSE(pong.answered);
  EXPECT_EQ(pong.endpoint, Host(9));
  EXPECT_FALSE(pong.contact.has_value());
  EXPECT_FALSE(net_.node(1).Ping(net_.now(), Host(9, 0)).ok());
}

TEST_P(NodeTest, WhoIsReadOnlyHasItsPingsAnswered) {
  net_.AddServers(2);
  const sim::MachineIndex client = net_.Add({.serving = Serving::kNever});
  net_.Run(minutes(1));
  const Pong pong =
      net_.Do<Pong>(client, [&](Node& node) { return node.Ping(net_.now(), net_.endpoint(0)); });
  EXPECT_TRUE(pong.answered);
}

TEST_P(NodeTest, AnImmutableRecordIsFoundByOthers) {
  net_.AddServers(30);
  const Record record{.value = Value("hello")};
  const PutReport put = Put(3, record, {}, {.quorum = 5});
  const size_t k = protocol().traits().bucket_size;
  EXPECT_EQ(put.stored, k);
  EXPECT_TRUE(put.quorum_met);
  EXPECT_EQ(put.outcomes.size(), k);
  const GetReport get = Get(17, protocol().ImmutableTarget(record.value));
  ASSERT_EQ(get.versions.size(), 1u);
  EXPECT_EQ(get.versions[0].record, record);
  EXPECT_GE(get.versions[0].agreed, 1u);
  EXPECT_TRUE(Get(17, IdOf(12345)).versions.empty());
}

TEST_P(NodeTest, AGetEndsWhenAsManyAgreeAsItsQuorum) {
  net_.AddServers(30);
  const Record record{.value = Value("hello")};
  Put(3, record);
  const NodeId target = protocol().ImmutableTarget(record.value);
  for (const size_t quorum : {1, 3, 5}) {
    const GetReport get = Get(17, target, {.quorum = quorum});
    ASSERT_EQ(get.versions.size(), 1u);
    EXPECT_EQ(get.versions[0].agreed, quorum);
  }
}

TEST_P(NodeTest, AMutableRecordIsFoundAndItsUpdateToo) {
  net_.AddServers(30);
  EXPECT_EQ(Put(3, Signed("one", 1)).stored, protocol().traits().bucket_size);
  EXPECT_EQ(Put(3, Signed("two", 2)).stored, protocol().traits().bucket_size);
  const GetReport get = GetMutable(17);
  ASSERT_GE(get.versions.size(), 1u);
  EXPECT_EQ(get.versions[0].record, Signed("two", 2));
  // The reader may be one of the closest, and does not ask itself.
  EXPECT_GE(get.versions[0].agreed, protocol().traits().bucket_size - 1);
}

TEST_P(NodeTest, APutThatComesTooLateSaysWhoRefusedItAndWhy) {
  net_.AddServers(30);
  Put(3, Signed("two", 2));
  const PutReport put = Put(3, Signed("one", 1));
  EXPECT_EQ(put.stored, 0u);
  EXPECT_FALSE(put.quorum_met);
  EXPECT_EQ(put.newer_seq, 2);
  ASSERT_FALSE(put.outcomes.empty());
  for (size_t i = 0; i < put.outcomes.size(); ++i) {
    EXPECT_EQ(put.outcomes[i].result, PutResult::kRefused);
    EXPECT_EQ(put.outcomes[i].code, mainline() ? 302 : 17);
    EXPECT_EQ(put.outcomes[i].rank, i);
  }
}

TEST_P(NodeTest, APutSaysWhoStoredInTheOrderOfTheirDistance) {
  net_.AddServers(30);
  const PutReport put = Put(3, Signed("one", 1));
  for (size_t i = 0; i < put.outcomes.size(); ++i) {
    EXPECT_EQ(put.outcomes[i].rank, i);
    EXPECT_EQ(put.outcomes[i].result, PutResult::kStored);
    if (i > 0) {
      EXPECT_TRUE(
          Closer(MutableTarget(), put.outcomes[i - 1].contact.id, put.outcomes[i].contact.id));
    }
    const auto holder = net_.network().Find(put.outcomes[i].contact.endpoint);
    ASSERT_TRUE(holder.has_value());
    EXPECT_NE(net_.node(*holder).responder().records().Get(net_.now(), MutableTarget()), nullptr);
  }
}

TEST_P(NodeTest, APutSaysWhoWasSilent) {
  net_.AddServers(12);
  // Whoever is to store something never hears of it.
  const base::Endpoint deaf = net_.endpoint(5);
  net_.network().SetBystander([&](sim::Passing& passing) {
    Message message;
    return passing.to != deaf || !protocol().Decode(passing.bytes, passing.from, message) ||
           message.method != Method::kPutMutable;
  });
  const PutReport put = Put(3, Signed("one", 1));
  size_t silent = 0;
  for (const PutOutcome& outcome : put.outcomes) {
    silent += outcome.result == PutResult::kSilent;
    EXPECT_EQ(outcome.result == PutResult::kSilent, outcome.contact.endpoint == deaf);
  }
  EXPECT_LE(silent, 1u);
  EXPECT_EQ(put.stored + silent, put.outcomes.size());
}

TEST_P(NodeTest, ALostPutIsSentOnceMore) {
  net_.AddServers(12);
  std::map<base::Endpoint, int> seen;
  net_.network().SetBystander([&](sim::Passing& passing) {
    Message message;
    return !protocol().Decode(passing.bytes, passing.from, message) ||
           message.method != Method::kPutMutable || ++seen[passing.to] > 1;
  });
  const PutReport put = Put(3, Signed("one", 1));
  EXPECT_EQ(put.stored, put.outcomes.size());
}

TEST_P(NodeTest, NobodyIsWrittenToTwice) {
  net_.AddServers(30);
  for (const bool density_aware : {false, true}) {
    for (const size_t paths : {1, 4}) {
      const PutReport put =
          Put(3, Signed("one", 1), {}, {.disjoint_paths = paths, .density_aware = density_aware});
      std::vector<base::Endpoint> written;
      for (const PutOutcome& outcome : put.outcomes) written.push_back(outcome.contact.endpoint);
      std::ranges::sort(written);
      EXPECT_EQ(std::ranges::adjacent_find(written), written.end());
    }
  }
}

// Local addresses may have any id: a crowd of them stands where the record belongs.
TEST_P(NodeTest, NobodyIsWrittenToTwiceWhereTheTargetIsCrowded) {
  if (!mainline()) GTEST_SKIP() << "ids of hyperdht follow their addresses";
  net_.AddServers(60);
  for (uint16_t i = 1; i <= 12; ++i) {
    NodeOptions options = NodeNetwork::Server();
    options.id = MutableTarget();
    options.id->words[1] ^= i;
    net_.Add(options, Local(i));
  }
  net_.Run(hours(1));
  const PutReport put = Put(3, Signed("one", 1), {}, {.density_aware = true});
  EXPECT_TRUE(put.lookup.crowded);
  std::vector<base::Endpoint> written;
  for (const PutOutcome& outcome : put.outcomes) written.push_back(outcome.contact.endpoint);
  std::ranges::sort(written);
  EXPECT_EQ(std::ranges::adjacent_find(written), written.end());
}

TEST_P(NodeTest, WhoAnnouncedIsFoundByOthers) {
  net_.AddServers(30);
  const NodeId target = protocol().MutableTarget(Signer().public_key(), {});  // any target would do
  Announcement announcement{.port = 7777};
  if (!mainline()) {
    announcement.signer = std::make_shared<crypto::Ed25519Signer>(base::ByteArray<32>{1});
    announcement.relays = {net_.endpoint(3)};
  }
  const PutReport put = net_.Do<PutReport>(
      3, [&](Node& node) { return node.Announce(net_.now(), target, announcement); });
  EXPECT_EQ(put.stored, protocol().traits().bucket_size);
  const auto found =
      net_.Do<PeersReport>(9, [&](Node& node) { return node.GetPeers(net_.now(), target); });
  ASSERT_EQ(found.peers.size(), 1u);
  base::Endpoint expected = net_.endpoint(3);
  if (mainline()) expected.port = 7777;
  EXPECT_EQ(found.peers[0].endpoints, std::vector{expected});
  if (mainline()) return;
  net_.Do<PutReport>(3,
                     [&](Node& node) { return node.Unannounce(net_.now(), target, announcement); });
  EXPECT_TRUE(net_.Do<PeersReport>(9, [&](Node& node) { return node.GetPeers(net_.now(), target); })
                  .peers.empty());
}

TEST_P(NodeTest, WhatIsKeptOutlivesItsLifetimeUntilItIsForgotten) {
  NodeOptions options = NodeNetwork::Server();
  options.responder.records.lifetime = hours(1);
  for (int i = 0; i < 20; ++i) net_.Add(options);
  net_.Run(minutes(2));
  const Record record = Signed("one", 1);
  const PutReport put = Put(3, record, {}, {}, true);
  net_.Run(hours(5));
  EXPECT_EQ(GetMutable(9).versions.size(), 1u);
  const std::vector<PutReport> again = net_.Take<PutReport>(3);
  EXPECT_GE(again.size(), 9u);
  for (const PutReport& report : again) {
    EXPECT_EQ(report.operation, put.operation);
    EXPECT_GT(report.stored, 0u);
  }
  EXPECT_TRUE(net_.node(3).Forget(put.operation).ok());
  EXPECT_EQ(net_.node(3).Forget(put.operation).code(), absl::StatusCode::kNotFound);
  net_.Run(hours(2));
  EXPECT_TRUE(GetMutable(9).versions.empty());
}

TEST_P(NodeTest, WhatWasPutWithCasCanBeKept) {
  if (!mainline()) GTEST_SKIP() << "hyperdht has no cas";
  net_.AddServers(20);
  Put(3, Signed("one", 1));
  Put(3, Signed("two", 2), 1, {}, true);
  net_.Run(hours(3));
  for (const PutReport& report : net_.Take<PutReport>(3)) {
    EXPECT_GT(report.stored, 0u);
    for (const PutOutcome& outcome : report.outcomes) {
      EXPECT_NE(outcome.result, PutResult::kRefused) << outcome.text;
    }
  }
}

TEST_P(NodeTest, WhoListensHearsOfEveryNewValueOnce) {
  net_.AddServers(20);
  Put(3, Signed("one", 1));
  const auto listening = net_.node(9).Listen(net_.now(), Signer().public_key(), {});
  ASSERT_TRUE(listening.ok());
  net_.network().Poll(9);
  net_.Run(minutes(5));
  Put(3, Signed("two", 2));
  net_.Run(minutes(5));
  const std::vector<Heard> heard = net_.Take<Heard>(9);
  ASSERT_EQ(heard.size(), 2u);
  EXPECT_EQ(heard[0].record, Signed("one", 1));
  EXPECT_EQ(heard[1].record, Signed("two", 2));
  EXPECT_EQ(heard[1].operation, *listening);
  EXPECT_TRUE(net_.node(9).Forget(*listening).ok());
  Put(3, Signed("three", 3));
  net_.Run(minutes(5));
  EXPECT_TRUE(net_.Take<Heard>(9).empty());
}

TEST_P(NodeTest, ANodeNobodyReachedIsInNobodysTable) {
  net_.AddServers(20);
  const sim::MachineIndex client = net_.Add({.serving = Serving::kNever});
  net_.Run(hours(1));
  EXPECT_FALSE(net_.node(client).serving());
  const NodeId id = net_.node(client).id();
  for (sim::MachineIndex i = 0; i < 20; ++i) {
    EXPECT_EQ(net_.node(i).table(false)->Find(id), nullptr);
  }
  EXPECT_GE(net_.node(client).stats().contacts, 8u);
}

TEST_P(NodeTest, ServesOnceItIsReachedFromOutsideAndItsTimeHasCome) {
  net_.AddServers(20);
  const sim::MachineIndex node = net_.Add({});
  net_.Run(minutes(14));
  EXPECT_FALSE(net_.node(node).serving());
  net_.Run(minutes(10));
  EXPECT_TRUE(net_.node(node).serving());
  EXPECT_EQ(net_.Take<ServingChanged>(node).size(), 1u);
  net_.Run(minutes(40));
  size_t known = 0;
  for (sim::MachineIndex i = 0; i < 20; ++i) {
    known += net_.node(i).table(false)->Find(net_.node(node).id()) != nullptr;
  }
  EXPECT_GT(known, 0u);
}

TEST_P(NodeTest, LearnsItsAddressAndTakesAnIdThatFits) {
  net_.AddServers(20);
  const sim::MachineIndex node = net_.Add({.serving = Serving::kNever});
  net_.Run(minutes(2));
  const std::vector<AddressLearned> learned = net_.Take<AddressLearned>(node);
  ASSERT_EQ(learned.size(), 1u);
  EXPECT_EQ(learned[0].address, net_.endpoint(node));
  EXPECT_EQ(learned[0].id, net_.node(node).id());
  EXPECT_TRUE(protocol().IdFits(net_.node(node).id(), net_.endpoint(node)));
  EXPECT_EQ(net_.node(node).table(false)->own_id(), net_.node(node).id());
  EXPECT_EQ(net_.node(node).stats().address, net_.endpoint(node));
}

TEST_P(NodeTest, AnIdThatWasChosenStays) {
  net_.AddServers(20);
  const sim::MachineIndex node = net_.Add({.serving = Serving::kNever, .id = IdOf(77)});
  net_.Run(minutes(2));
  EXPECT_EQ(net_.node(node).id(), IdOf(77));
}

TEST_P(NodeTest, RecoversFromAnOutageOfItsOwn) {
  net_.AddServers(20);
  const size_t before = net_.node(7).stats().contacts;
  net_.network().SetInterface(7, false);
  net_.Run(minutes(30));
  // The silence is its own, so nobody is forgotten for it.
  EXPECT_GE(net_.node(7).stats().contacts, before / 2);
  net_.network().SetInterface(7, true);
  net_.node(7).HandleNetworkChange(net_.now());
  net_.network().Poll(7);
  net_.Run(minutes(2));
  EXPECT_EQ(net_.Take<Joined>(7).size(), 2u);
  const auto found =
      net_.Do<FoundNodes>(7, [&](Node& node) { return node.FindNode(net_.now(), IdOf(1)); });
  EXPECT_EQ(found.lookup.closest.size(), std::min<size_t>(19, protocol().traits().bucket_size));
}

TEST_P(NodeTest, WhatARestartRemembersIsEnoughToJoin) {
  net_.AddServers(20);
  const std::vector<Contact> saved = net_.node(7).Contacts();
  ASSERT_GE(saved.size(), 8u);
  net_.network().Remove(0);  // the one everybody joined through
  NodeOptions options = NodeNetwork::Server();
  net_.Start(7, options);
  net_.Take<Joined>(7);
  net_.node(7).Remember(net_.now(), saved);
  net_.network().Poll(7);
  net_.Run(minutes(2));
  EXPECT_EQ(net_.Take<Joined>(7).size(), 1u);
  EXPECT_GE(net_.node(7).stats().contacts, 8u);
}

TEST_P(NodeTest, TellsWhereItsLimitOfOperationsIs) {
  net_.AddServers(3);
  Node& node = net_.node(1);
  size_t begun = 0;
  absl::StatusOr<OperationId> operation = OperationId{0};
  while (begun <= kMaxOperations) {
    operation = node.FindNode(net_.now(), IdOf(begun));
    if (!operation.ok()) break;
    ++begun;
  }
  EXPECT_GE(begun, kMaxOperations - 2);
  EXPECT_LE(begun, kMaxOperations);
  EXPECT_EQ(operation.status().code(), absl::StatusCode::kResourceExhausted);
  net_.network().Poll(1);
  net_.Run(minutes(2));
  EXPECT_EQ(net_.Take<FoundNodes>(1).size(), begun);
  EXPECT_EQ(node.stats().operations, 0u);
}

TEST_P(NodeTest, ARecordOthersWouldRefuseIsNotPut) {
  net_.AddServers(2);
  Record forged = Signed("one", 1);
  forged.signature[3] ^= 1;
  const Record too_large{.value = protocol().WrapBytes(base::Bytes(1001, 'x'))};
  for (const Record& record : {forged, too_large}) {
    EXPECT_EQ(net_.node(1).Put(net_.now(), record).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST_P(NodeTest, AVerbTheProtocolLacksIsRefused) {
  net_.AddServers(2);
  Node& node = net_.node(1);
  const auto refused = mainline() ? node.Unannounce(net_.now(), IdOf(1), {.port = 7})
                                  : node.SampleTargets(net_.now(), IdOf(1));
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument);
  if (!mainline()) {
    EXPECT_EQ(node.Ping(net_.now(), Host6(1)).status().code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST_P(NodeTest, RefusesOptionsOutOfRange) {
  crypto::SeededRandom random(1);
  const auto code = [&](NodeOptions options) {
    return Node::Create(std::move(options), GetParam(), &random, kStart).status().code();
  };
  EXPECT_EQ(code({}), absl::StatusCode::kOk);
  NodeOptions slower_than_slow;
  slower_than_slow.times.slow_at_least = seconds(5);
  const NodeId too_wide{{1, 2, 3, 4}};
  for (const NodeOptions& options :
       {NodeOptions{.bucket_size = kMaxBucketSize + 1}, NodeOptions{.lookup_parallelism = 65},
        slower_than_slow, NodeOptions{.refresh_after = {}}, NodeOptions{.v4 = false},
        NodeOptions{.bootstrap = std::vector<base::Endpoint>(kMaxBootstrap + 1, Host(1))}}) {
    EXPECT_EQ(code(options), absl::StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(code({.id = too_wide}),
            mainline() ? absl::StatusCode::kInvalidArgument : absl::StatusCode::kOk);
}

// Senders can be forged, so whoever proved nothing is answered, but briefly.
TEST_P(NodeTest, StrangersAreToldNoMoreThanThePublishedMultiples) {
  net_.AddServers(40);
  Put(3, Signed(std::string(900, 'x'), 1));
  Node& node = net_.node(7);
  uint32_t stranger = 1000;
  for (const Method method : {Method::kPing, Method::kFindNode, Method::kGetPeers,
                              Method::kGetMutable, Method::kGetImmutable}) {
    for (const bool read_only : {false, true}) {
      const base::Endpoint from = Host(++stranger);
      crypto::SeededRandom random(1);
      const base::ByteArray<2> transaction{1, 2};
      Message query{.method = method, .transaction = transaction};
      query.sender = protocol().IdFor(from, random);
      query.read_only = read_only;
      query.observed = net_.endpoint(7);
      query.target = MutableTarget();
      base::Bytes bytes;
      ASSERT_TRUE(protocol().Encode(query, net_.endpoint(7), bytes));
      size_t replies = 0, sent = 0;
      for (int i = 0; i < 100; ++i) {
        node.HandleMessage(net_.now(), from, bytes);
        while (auto transmit = node.PollTransmit()) {
          Message reply;
          ASSERT_TRUE(protocol().Decode(transmit->bytes, net_.endpoint(7), reply));
          if (reply.kind == Kind::kQuery) continue;  // it pings who may be remembered
          EXPECT_LE(static_cast<double>(transmit->bytes.size()),
                    AmplificationLimit(method) * static_cast<double>(bytes.size()));
          ++replies;
          sent += transmit->bytes.size();
        }
      }
      EXPECT_GT(replies, 0u) << static_cast<int>(method);
      EXPECT_LE(sent, GuardOptions{}.unproven_bytes_per_second);
    }
  }
}

// A liar names the ids of honest contacts, each with its own address.
TEST_P(NodeTest, ALiarCannotHaveHonestContactsForgotten) {
  net_.AddServers(20);
  const std::vector<Contact> honest = net_.node(7).Contacts();
  const base::Endpoint liar = net_.endpoint(3);
  net_.network().SetBystander([&](sim::Passing& passing) {
    Message message;
    if (passing.from != liar || !protocol().Decode(passing.bytes, passing.from, message)) {
      return true;
    }
    if (message.kind != Kind::kResponse || message.contacts.empty()) return true;
    message.contacts.clear();
    for (const Contact& contact : honest) message.contacts.Add({contact.id, liar});
    message.method = Method::kFindNode;
    base::Bytes bytes;
    if (protocol().Encode(message, passing.to, bytes)) passing.bytes = bytes;
    return true;
  });
  for (uint64_t i = 0; i < 30; ++i) {
    net_.Do<FoundNodes>(7, [&](Node& node) { return node.FindNode(net_.now(), IdOf(i << 58)); });
  }
  for (const Contact& contact : honest) {
    EXPECT_NE(net_.node(7).table(false)->Find(contact.id), nullptr);
  }
}

INSTANTIATE_TEST_SUITE_P(Both, NodeTest, testing::Values(&krpc::Mainline(), &hyper::Hyperdht()),
                         [](const auto& suite) { return std::string(suite.param->traits().name); });

// One node behind two addresses, which the simulator's machines have not: by hand.
TEST(NodeOfTwoFamilies, HasContactsOfBothAndFindsThroughEither) {
  crypto::SeededRandom random(1);
  base::Time now = kStart;
  std::map<base::Endpoint, std::unique_ptr<Node>> nodes;
  const auto add = [&](const base::Endpoint& endpoint, const base::Endpoint& first, bool v4,
                       bool v6) {
    NodeOptions options = NodeNetwork::Server();
    options.v4 = v4;
    options.v6 = v6;
    options.bootstrap = {first, Host6(1)};
    options.address = endpoint;
    auto node = Node::Create(options, &krpc::Mainline(), &random, now);
    ASSERT_TRUE(node.ok());
    nodes.emplace(endpoint, std::make_unique<Node>(*std::move(node)));
  };
  for (uint16_t i = 1; i <= 12; ++i) {
    add(Host(i), Host(1), true, false);
    add(Host6(i), Host6(1), false, true);
  }
  add(Host(99), Host(1), true, true);
  Node& both = *nodes.at(Host(99));
  const auto run = [&](int steps) {
    for (int step = 0; step < steps; ++step, now += std::chrono::milliseconds(100)) {
      for (auto& [endpoint, node] : nodes) {
        node->HandleTimeout(now);
        while (auto transmit = node->PollTransmit()) {
          const bool own_v6 = node.get() == &both && transmit->to.v6;
          const auto to = nodes.find(transmit->to == Host6(99) ? Host(99) : transmit->to);
          if (to == nodes.end()) continue;
          to->second->HandleMessage(now, own_v6 ? Host6(99) : endpoint, transmit->bytes);
        }
      }
    }
  };
  run(1200);
  EXPECT_GT(both.table(false)->size(), 5u);
  EXPECT_GT(both.table(true)->size(), 5u);
  EXPECT_EQ(nodes.at(Host(1))->table(true), nullptr);
  EXPECT_EQ(nodes.at(Host6(1))->table(false), nullptr);
  ASSERT_TRUE(both.FindNode(now, IdOf(77)).ok());
  run(100);
  size_t of_v4 = 0, of_v6 = 0;
  while (auto event = both.PollEvent()) {
    const auto* found = std::get_if<FoundNodes>(&*event);
    if (found == nullptr) continue;
    for (const Contact& contact : found->lookup.closest) ++(contact.endpoint.v6 ? of_v6 : of_v4);
  }
  EXPECT_EQ(of_v4, 8u);
  EXPECT_EQ(of_v6, 8u);
}

}  // namespace
}  // namespace shadw::dht
