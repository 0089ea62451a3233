// SPDX-License-Identifier: Apache-2.0
//
// What strangers and liars can make a node do.
#include "tests/dht/node_fixture.h"

namespace shadw::dht {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class NodeAmongStrangers : public NodeTest {};

// Senders can be forged, so whoever proved nothing is answered, but briefly.
TEST_P(NodeAmongStrangers, StrangersAreToldNoMoreThanThePublishedMultiples) {
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

// Such a ping goes out besides the reply, to whomever a forger names.
TEST_P(NodeAmongStrangers, QueriesDrawNoMorePingsToNewcomersThanPublished) {
  net_.AddServers(2);
  Node& node = net_.node(1);
  uint32_t stranger = 1000;
  const auto pings_drawn = [&] {
    size_t pings = 0;
    for (int i = 0; i < 40; ++i) {
      const base::Endpoint from = Host(++stranger);
      crypto::SeededRandom random(stranger);
      const base::ByteArray<2> transaction{1, 2};
      Message query{.method = Method::kPing, .transaction = transaction};
      query.sender = protocol().IdFor(from, random);
      query.observed = net_.endpoint(1);
      base::Bytes bytes;
      EXPECT_TRUE(protocol().Encode(query, net_.endpoint(1), bytes));
      node.HandleMessage(net_.now(), from, bytes);
      while (auto transmit = node.PollTransmit()) {
        Message message;
        EXPECT_TRUE(protocol().Decode(transmit->bytes, net_.endpoint(1), message));
        pings += message.kind == Kind::kQuery;
      }
    }
    return pings;
  };
  EXPECT_EQ(pings_drawn(), kMaxNewcomerPingsPerSecond);
  net_.Run(minutes(1));
  EXPECT_EQ(pings_drawn(), kMaxNewcomerPingsPerSecond);
}

TEST_P(NodeAmongStrangers, AReplyThatHasNoRoomIsCountedAsSilence) {
  NodeOptions options = NodeNetwork::Server();
  options.guard.amplification_scale = 0.1;
  net_.Add(options);
  Node& node = net_.node(0);
  const base::ByteArray<2> transaction{1, 2};
  Message query{.method = Method::kPing, .transaction = transaction};
  query.observed = net_.endpoint(0);
  query.read_only = true;
  crypto::SeededRandom random(1);
  query.sender = protocol().IdFor(Host(5000), random);
  base::Bytes bytes;
  ASSERT_TRUE(protocol().Encode(query, net_.endpoint(0), bytes));
  while (node.PollTransmit()) {
  }
  const uint64_t before = node.stats().silenced;
  node.HandleMessage(net_.now(), Host(5000), bytes);
  EXPECT_FALSE(node.PollTransmit().has_value());
  EXPECT_EQ(node.stats().silenced, before + 1);
}

// A liar names the ids of honest contacts, each with its own address.
TEST_P(NodeAmongStrangers, ALiarCannotHaveHonestContactsForgotten) {
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

class Asker {
 public:
  Asker(NodeNetwork& net, const Protocol& protocol, Node& node, const base::Endpoint& from)
      : net_(&net), protocol_(&protocol), node_(&node), from_(from) {}

  // Asks so often at once; the bytes of the answers. What it was asked itself is kept.
  size_t Ask(int times, const NodeId& target) {
    const base::ByteArray<2> transaction{1, 2};
    Message query{.method = Method::kGetMutable, .transaction = transaction};
    query.read_only = true;
    crypto::SeededRandom random(1);
    query.sender = protocol_->IdFor(from_, random);
    query.observed = net_->endpoint(7);
    query.target = target;
    base::Bytes bytes;
    EXPECT_TRUE(protocol_->Encode(query, net_->endpoint(7), bytes));
    size_t told = 0;
    for (int i = 0; i < times; ++i) {
      node_->HandleMessage(net_->now(), from_, bytes);
      while (auto transmit = node_->PollTransmit()) {
        Message message;
        EXPECT_TRUE(protocol_->Decode(transmit->bytes, net_->endpoint(7), message));
        if (message.kind == Kind::kQuery) {
          EXPECT_EQ(message.method, Method::kPing);
          challenge_ = base::LoadLittleEndian<uint16_t>(message.transaction.data());
          ++challenges_;
        } else {
          told += transmit->bytes.size();
        }
      }
    }
    return told;
  }
  void Answer(uint16_t transaction) {
    base::ByteArray<2> bytes;
    base::StoreLittleEndian(bytes.data(), transaction);
    crypto::SeededRandom random(1);
    Message reply{.kind = Kind::kResponse, .method = Method::kPing, .transaction = bytes};
    reply.sender = protocol_->IdFor(from_, random);
    reply.observed = net_->endpoint(7);
    base::Bytes datagram;
    EXPECT_TRUE(protocol_->Encode(reply, net_->endpoint(7), datagram));
    node_->HandleMessage(net_->now(), from_, datagram);
  }
  uint16_t challenge() const { return challenge_; }
  size_t challenges() const { return challenges_; }

 private:
  NodeNetwork* net_;
  const Protocol* protocol_;
  Node* node_;
  base::Endpoint from_;
  uint16_t challenge_ = 0;
  size_t challenges_ = 0;
};

TEST_P(NodeAmongStrangers, ABusyAskerThatAnswersIsToldAllItAsksFor) {
  net_.AddServers(40);
  Asker asker(net_, protocol(), net_.node(7), Host(5000));
  const size_t most = GuardOptions{}.unproven_bytes_per_second;
  EXPECT_LE(asker.Ask(100, MutableTarget()), most);
  EXPECT_EQ(asker.challenges(), 1u);
  asker.Answer(asker.challenge());
  EXPECT_GT(asker.Ask(100, MutableTarget()), 2 * most);
}

TEST_P(NodeAmongStrangers, WhoGuessesWhatAForgedAddressWasAskedIsNotBelieved) {
  net_.AddServers(40);
  Asker asker(net_, protocol(), net_.node(7), Host(5000));
  asker.Ask(100, MutableTarget());
  for (uint16_t wrong = 1; wrong <= kMaxDoubts; ++wrong) {
    asker.Answer(static_cast<uint16_t>(asker.challenge() + wrong));
  }
  asker.Answer(asker.challenge());
  EXPECT_EQ(asker.Ask(100, MutableTarget()), 0u);
}

class HintsOfHyperdht : public NodeAmongStrangers {
 protected:
  void Hint(Node& node, const Contact& contact) {
    const base::ByteArray<2> transaction{1, 2};
    Message hint{.method = Method::kDownHint, .transaction = transaction};
    hint.observed = net_.endpoint(7);
    hint.contacts.Add(contact);
    base::Bytes bytes;
    ASSERT_TRUE(protocol().Encode(hint, net_.endpoint(7), bytes));
    node.HandleMessage(net_.now(), Host(5000), bytes);
  }
  size_t Pings(Node& node) {
    size_t pings = 0;
    while (auto transmit = node.PollTransmit()) {
      Message message;
      EXPECT_TRUE(protocol().Decode(transmit->bytes, net_.endpoint(7), message));
      pings += message.kind == Kind::kQuery && message.method == Method::kPing;
    }
    return pings;
  }
};

TEST_P(HintsOfHyperdht, AContactThatIsSaidToBeGoneIsAskedButNotTooOften) {
  net_.AddServers(20);
  Node& node = net_.node(7);
  const Contact known = node.Contacts().front();
  Hint(node, {known.id, Host(4999)});
  EXPECT_EQ(Pings(node), 0u);
  for (int i = 0; i < 5; ++i) Hint(node, known);
  EXPECT_EQ(Pings(node), 1u);
  EXPECT_EQ(node.stats().down_hints, 1u);
  net_.Run(seconds(2));
  Hint(node, known);
  EXPECT_EQ(Pings(node), 1u);
  // It answers, so a liar changes nothing.
  EXPECT_NE(node.table(false)->Find(known.id), nullptr);
}

TEST_P(HintsOfHyperdht, PingNatIsAnsweredAtThePortItNames) {
  net_.AddServers(2);
  const base::ByteArray<2> transaction{1, 2};
  Message query{.method = Method::kPingNat, .transaction = transaction};
  query.observed = net_.endpoint(1);
  query.port = 777;
  base::Bytes bytes;
  ASSERT_TRUE(protocol().Encode(query, net_.endpoint(1), bytes));
  net_.node(1).HandleMessage(net_.now(), Host(5000), bytes);
  const auto transmit = net_.node(1).PollTransmit();
  ASSERT_TRUE(transmit.has_value());
  EXPECT_EQ(transmit->to, Host(5000, 777));
}

TEST_P(HintsOfHyperdht, APingToBeAnsweredLaterIsCountedAsSilenceOnceTooManyWait) {
  net_.AddServers(2);
  Node& node = net_.node(1);
  const base::ByteArray<2> transaction{1, 2};
  Message query{.method = Method::kDelayedPing, .transaction = transaction};
  query.observed = net_.endpoint(1);
  query.delay_ms = 10'000;
  base::Bytes bytes;
  ASSERT_TRUE(protocol().Encode(query, net_.endpoint(1), bytes));
  const uint64_t before = node.stats().silenced;
  for (uint32_t i = 0; i < 64; ++i) node.HandleMessage(net_.now(), Host(5000 + i), bytes);
  EXPECT_EQ(node.stats().silenced, before);
  for (uint32_t i = 64; i < 70; ++i) node.HandleMessage(net_.now(), Host(5000 + i), bytes);
  EXPECT_EQ(node.stats().silenced, before + 6);
}

INSTANTIATE_TEST_SUITE_P(Hyperdht, HintsOfHyperdht, testing::Values(&hyper::Hyperdht()),
                         NetworkName);

// All of a network on one host share one allowance, until that host has shown that it
// receives what it is sent.
TEST_P(NodeAmongStrangers, ManyGetsAtOnceFromOneHostFindWhatIsThere) {
  for (uint16_t port = 1; port <= 20; ++port) net_.Add(NodeNetwork::Server(), Local(port));
  net_.Run(minutes(2));
  const Record record{.value = Value(std::string(900, 'x'))};
  Put(3, record);
  net_.Run(minutes(11));  // what the put has proven is over
  const NodeId target = protocol().ImmutableTarget(record.value);
  const sim::MachineIndex client = net_.Add({.serving = Serving::kNever}, Local(99));
  net_.Run(minutes(1));
  constexpr size_t kGets = 200;
  for (size_t i = 0; i < kGets; ++i) {
    ASSERT_TRUE(net_.node(client).Get(net_.now(), target).ok());
  }
  net_.network().Poll(client);
  net_.Run(minutes(1));
  const std::vector<GetReport> reports = net_.Take<GetReport>(client);
  EXPECT_EQ(reports.size(), kGets);
  const auto empty = std::ranges::count_if(
      reports, [](const GetReport& report) { return report.versions.empty(); });
  EXPECT_EQ(empty, 0);
}

INSTANTIATE_TEST_SUITE_P(Both, NodeAmongStrangers, kBothNetworks, NetworkName);

}  // namespace
}  // namespace shadw::dht
