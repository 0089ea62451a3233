// SPDX-License-Identifier: Apache-2.0
#include "libshadw/telemetry/gossip.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <memory>

#include "libshadw/sim/network.h"
#include "libshadw/sim/random.h"

namespace shadw::telemetry {
namespace {

using std::chrono::seconds;

static_assert(base::StateMachine<Gossip>);

// Nodes that all know each other.
class GossipNetwork {
 public:
  explicit GossipNetwork(uint32_t nodes, uint32_t loss_ppm = 0, bool broadcast = false)
      : network_(*sim::Network<Gossip>::Create({.seed = 3, .faults = {.loss_ppm = loss_ppm}})) {
    for (uint32_t i = 0; i < nodes; ++i) {
      random_.push_back(std::make_unique<sim::Random>(sim::StreamKey{.seed = 3, .agent = i}));
      base::ByteArray<32> seed{};
      seed[0] = static_cast<uint8_t>(i);
      seed[1] = static_cast<uint8_t>(i >> 8);
      signers_.emplace_back(seed);
      auto machine = std::make_unique<Gossip>(Gossip::Options{.broadcast = broadcast},
                                              random_.back().get(), network_.now());
      for (uint32_t j = 0; j < nodes; ++j) {
        if (j == i) continue;
        EXPECT_TRUE(machine->AddPeer(sim::AddressPlan::EndpointOf(j)).ok());
      }
      network_.Add(std::move(machine));
    }
  }

  void Publish(uint32_t node, uint64_t sequence) {
    const base::Bytes bytes = *SignReport(signers_[node], sequence, {.taken = network_.now()});
    EXPECT_TRUE(network_.machine(node)->Publish(network_.now(), bytes).ok());
    network_.Poll(node);
  }
  // Pairs of nodes of which the first knows that report of the second.
  size_t Known(uint64_t sequence) {
    size_t known = 0;
    for (uint32_t i = 0; i < signers_.size(); ++i) {
      for (const auto& signer : signers_) {
        const HealthEntry* const entry = network_.machine(i)->table().Find(signer.public_key());
        known += entry != nullptr && entry->report.sequence == sequence ? 1 : 0;
      }
    }
    return known;
  }
  // Rounds until everybody knows everybody's, at most `most`.
  int RoundsUntilAllKnow(uint64_t sequence, int most) {
    for (int round = 1; round <= most; ++round) {
      network_.RunFor(seconds(1));
      if (Known(sequence) == signers_.size() * signers_.size()) return round;
    }
    return most + 1;
  }
  sim::Network<Gossip>& network() { return network_; }

 private:
  sim::Network<Gossip> network_;
  std::vector<std::unique_ptr<sim::Random>> random_;
  std::vector<crypto::Ed25519Signer> signers_;
};

TEST(Gossip, TellsEverybodyInRoundsThatGrowAsTheLogarithm) {
  for (const uint32_t nodes : {2, 16, 64, 128}) {
    GossipNetwork network(nodes);
    for (uint32_t i = 0; i < nodes; ++i) network.Publish(i, 1);
    EXPECT_LE(network.RoundsUntilAllKnow(1, 100), 3 + 2 * std::bit_width(nodes)) << nodes;
  }
}

TEST(Gossip, TellsTheNewReportInPlaceOfTheOld) {
  GossipNetwork network(32);
  for (uint32_t i = 0; i < 32; ++i) network.Publish(i, 1);
  ASSERT_LE(network.RoundsUntilAllKnow(1, 30), 30);
  network.network().RunFor(seconds(1));
  for (uint32_t i = 0; i < 32; ++i) network.Publish(i, 2);
  EXPECT_LE(network.RoundsUntilAllKnow(2, 30), 15);
}

TEST(Gossip, ReachesEverybodyThroughANetworkThatLosesAThird) {
  GossipNetwork network(32, 333'333);
  for (uint32_t i = 0; i < 32; ++i) network.Publish(i, 1);
  EXPECT_LE(network.RoundsUntilAllKnow(1, 100), 40);
}

TEST(Gossip, SendsFarFewerMessagesThanEverybodyToEverybody) {
  GossipNetwork network(128);
  for (uint32_t i = 0; i < 128; ++i) network.Publish(i, 1);
  ASSERT_LE(network.RoundsUntilAllKnow(1, 100), 100);
  const uint64_t before = network.network().counters().sent;
  network.network().RunFor(seconds(10));
  // At rest: digests of three datagrams, one to one peer a round, and no answers.
  EXPECT_LE(network.network().counters().sent - before, 128u * 3 * 11);
}

TEST(Gossip, BroadcastsToAFewAndRefusesToDoSoToMany) {
  GossipNetwork network(20, 0, true);
  for (uint32_t i = 0; i < 20; ++i) network.Publish(i, 1);
  EXPECT_EQ(network.RoundsUntilAllKnow(1, 5), 1);
  EXPECT_EQ(network.network().counters().sent, 20u * 19);
  sim::Random random({.seed = 1});
  Gossip machine({.broadcast = true}, &random, base::Time());
  for (uint32_t i = 0; i < 64; ++i) {
    ASSERT_TRUE(machine.AddPeer(sim::AddressPlan::EndpointOf(i)).ok());
  }
  EXPECT_EQ(machine.AddPeer(sim::AddressPlan::EndpointOf(64)).code(),
            absl::StatusCode::kResourceExhausted);
}

TEST(Gossip, HearsAndAnswersPeersOnly) {
  sim::Random random({.seed = 1});
  const base::Time now = base::FromUnixSeconds(1'700'000'000);
  Gossip machine({}, &random, now);
  const base::Endpoint peer = sim::AddressPlan::EndpointOf(1);
  const base::Endpoint stranger = sim::AddressPlan::EndpointOf(2);
  ASSERT_TRUE(machine.AddPeer(peer).ok());
  base::Bytes digest = {1, 1};
  digest.resize(2 + 24, 7);
  machine.HandleMessage(now, stranger, digest);
  EXPECT_FALSE(machine.PollTransmit().has_value());
  machine.HandleMessage(now, peer, digest);
  EXPECT_EQ(machine.PollTransmit()->bytes[0], 2);  // asks for it
  for (size_t size = 0; size < digest.size(); ++size) {
    machine.HandleMessage(now, peer, base::ByteSpan(digest).first(size));
  }
  EXPECT_FALSE(machine.PollTransmit().has_value());
}

// Everything that two machines have to say to each other at one time.
void Talk(base::Time now, Gossip& a, const base::Endpoint& at_a, Gossip& b,
          const base::Endpoint& at_b) {
  for (int i = 0; i < 9; ++i) {
    while (const auto sent = a.PollTransmit()) b.HandleMessage(now, at_a, sent->bytes);
    while (const auto sent = b.PollTransmit()) a.HandleMessage(now, at_b, sent->bytes);
  }
}

TEST(Gossip, DoesNotRaiseTheDead) {
  sim::Random random({.seed = 1});
  const base::Time now = base::FromUnixSeconds(1'700'000'000);
  Gossip old({}, &random, now);
  Gossip young({}, &random, now);
  const base::Endpoint at_old = sim::AddressPlan::EndpointOf(1);
  const base::Endpoint at_young = sim::AddressPlan::EndpointOf(2);
  ASSERT_TRUE(old.AddPeer(at_young).ok());
  ASSERT_TRUE(young.AddPeer(at_old).ok());
  const crypto::Ed25519Signer dead(base::ByteArray<32>{9});
  ASSERT_TRUE(old.Publish(now, *SignReport(dead, 1, {.taken = now})).ok());
  const base::Time later = now + std::chrono::hours(1);
  // Neither of itself, nor asked, nor to whom tells of an earlier report.
  old.HandleTimeout(later);
  EXPECT_FALSE(old.PollTransmit().has_value());
  base::Bytes request = {2, 1};
  request.insert(request.end(), dead.public_key().begin(), dead.public_key().begin() + 16);
  old.HandleMessage(later, at_young, request);
  base::Bytes digest = request;
  digest[0] = 1;
  digest.resize(digest.size() + 8, 0);
  old.HandleMessage(later, at_young, digest);
  EXPECT_FALSE(old.PollTransmit().has_value());
  // Of the living it still tells.
  const crypto::Ed25519Signer alive(base::ByteArray<32>{8});
  ASSERT_TRUE(old.Publish(later, *SignReport(alive, 1, {.taken = later})).ok());
  old.HandleTimeout(later + seconds(2));
  Talk(later + seconds(2), old, at_old, young, at_young);
  EXPECT_EQ(young.table().size(), 1u);
  EXPECT_NE(young.table().Find(alive.public_key()), nullptr);
}

TEST(Gossip, DropsForgedReports) {
  sim::Random random({.seed = 1});
  const base::Time now = base::FromUnixSeconds(1'700'000'000);
  Gossip machine({}, &random, now);
  const base::Endpoint peer = sim::AddressPlan::EndpointOf(1);
  ASSERT_TRUE(machine.AddPeer(peer).ok());
  base::Bytes message = {3, 1};
  const base::Bytes report =
      *SignReport(crypto::Ed25519Signer(base::ByteArray<32>{9}), 1, {.taken = now});
  message.insert(message.end(), report.begin(), report.end());
  message.back() ^= 1;
  machine.HandleMessage(now, peer, message);
  EXPECT_EQ(machine.table().size(), 0u);
  message.back() ^= 1;
  machine.HandleMessage(now, peer, message);
  EXPECT_EQ(machine.table().size(), 1u);
  EXPECT_EQ(machine.PollEvent()->sequence, 1u);
}

}  // namespace
}  // namespace shadw::telemetry
