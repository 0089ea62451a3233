// SPDX-License-Identifier: Apache-2.0
//
// How a node gets to know others, and what it learns of itself.
#include <algorithm>

#include "tests/dht/node_fixture.h"

namespace shadw::dht {
namespace {

using std::chrono::minutes;

class NodeJoining : public NodeTest {};

TEST_P(NodeJoining, EverybodyJoinsThroughOneAndKnowsOthersThen) {
  net_.AddServers(30);
  for (sim::MachineIndex i = 1; i < 30; ++i) {
    EXPECT_EQ(net_.Take<Joined>(i).size(), 1u);
    EXPECT_GE(net_.node(i).stats().contacts, 8u);
  }
}

TEST_P(NodeJoining, WithNobodyThereItKeepsTryingAndJoinsWhenSomebodyComes) {
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

TEST_P(NodeJoining, ALookupFindsTheClosestThereAre) {
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

TEST_P(NodeJoining, APingTellsWhoAnsweredAndHowLongItTook) {
  net_.AddServers(2);
  const Pong pong =
      net_.Do<Pong>(1, [&](Node& node) { return node.Ping(net_.now(), net_.endpoint(0)); });
  EXPECT_TRUE(pong.answered);
  EXPECT_EQ(pong.rtt, std::chrono::milliseconds(100));
  ASSERT_TRUE(pong.contact.has_value());
  EXPECT_EQ(pong.contact->id, net_.node(0).id());
}

TEST_P(NodeJoining, APingOfASilentAddressSaysSo) {
  net_.AddServers(2);
  const Pong pong = net_.Do<Pong>(1, [&](Node& node) { return node.Ping(net_.now(), Host(9)); });
  EXPECT_FALSE(pong.answered);
  EXPECT_EQ(pong.endpoint, Host(9));
  EXPECT_FALSE(pong.contact.has_value());
  EXPECT_FALSE(net_.node(1).Ping(net_.now(), Host(9, 0)).ok());
}

TEST_P(NodeJoining, WhoIsReadOnlyHasItsPingsAnswered) {
  net_.AddServers(2);
  const sim::MachineIndex client = net_.Add({.serving = Serving::kNever});
  net_.Run(minutes(1));
  const Pong pong =
      net_.Do<Pong>(client, [&](Node& node) { return node.Ping(net_.now(), net_.endpoint(0)); });
  EXPECT_TRUE(pong.answered);
}

TEST_P(NodeJoining, LearnsItsAddressAndTakesAnIdThatFits) {
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

TEST_P(NodeJoining, AnIdThatWasChosenStays) {
  net_.AddServers(20);
  const sim::MachineIndex node = net_.Add({.serving = Serving::kNever, .id = IdOf(77)});
  net_.Run(minutes(2));
  EXPECT_EQ(net_.node(node).id(), IdOf(77));
}

TEST_P(NodeJoining, RecoversFromAnOutageOfItsOwn) {
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

TEST_P(NodeJoining, WhatARestartRemembersIsEnoughToJoin) {
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

TEST_P(NodeJoining, AsksWhoBroughtItInWhenEverybodyItKnewIsGone) {
  net_.AddServers(20);
  NodeOptions options = NodeNetwork::Server();
  options.bootstrap = {net_.endpoint(0)};
  const sim::MachineIndex node = net_.Add(options);
  net_.Run(minutes(2));
  for (sim::MachineIndex i = 0; i < 20; ++i) net_.network().Remove(i);
  net_.Run(minutes(60));
  net_.Start(0, NodeNetwork::Server());
  net_.Run(minutes(3));
  const NodeId first = net_.node(0).id();
  EXPECT_NE(net_.node(node).table(false)->Find(first), nullptr);
}

TEST_P(NodeJoining, KnowsItsNeighboursSoonAfterItsIdFollowedItsAddress) {
  net_.AddServers(60);
  const sim::MachineIndex node = net_.Add({.serving = Serving::kNever});
  net_.Run(minutes(3));
  ASSERT_EQ(net_.Take<AddressLearned>(node).size(), 1u);
  const NodeId& own = net_.node(node).id();
  std::vector<NodeId> others;
  for (sim::MachineIndex i = 0; i < 60; ++i) others.push_back(net_.node(i).id());
  std::ranges::sort(others, [&](const NodeId& a, const NodeId& b) { return Closer(own, a, b); });
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_NE(net_.node(node).table(false)->Find(others[i]), nullptr) << "neighbour " << i;
  }
}

TEST_P(NodeJoining, CalmsDownAfterManyWereAwayAndCameBack) {
  net_.AddServers(40);
  const auto sent_in_an_hour = [&] {
    const uint64_t before = net_.node(5).stats().sent;
    net_.Run(minutes(60));
    return net_.node(5).stats().sent - before;
  };
  const uint64_t usually = sent_in_an_hour();
  for (sim::MachineIndex i = 20; i < 40; ++i) net_.network().SetInterface(i, false);
  net_.Run(minutes(60));
  for (sim::MachineIndex i = 20; i < 40; ++i) net_.network().SetInterface(i, true);
  net_.Run(minutes(60));
  EXPECT_LT(sent_in_an_hour(), 2 * usually);
}

INSTANTIATE_TEST_SUITE_P(Both, NodeJoining, kBothNetworks, NetworkName);

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
