// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/lookup.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <set>

#include "libshadw/dht/routing_table.h"
#include "tests/dht/strangers.h"

namespace shadw::dht {
namespace {

constexpr NodeId kTarget{};
constexpr NodeId kOwn{{~uint64_t{0}, 0, 0, 0}};

Contact At(uint64_t distance, uint32_t host) { return {IdOf(distance), Host(host)}; }
Contact At(uint64_t distance) { return At(distance, static_cast<uint32_t>(distance)); }

std::vector<uint64_t> AskAll(Lookup& lookup, std::vector<uint32_t>* indices = nullptr) {
  std::vector<uint64_t> asked;
  while (const auto ask = lookup.Next()) {
    asked.push_back(ask->contact.id.words[0]);
    if (indices != nullptr) indices->push_back(ask->index);
  }
  return asked;
}

std::vector<uint64_t> Hits(const Lookup& lookup, size_t count) {
  std::vector<uint64_t> hits;
  for (const Lookup::Hit& hit : lookup.Closest(count)) hits.push_back(hit.contact.id.words[0]);
  return hits;
}

TEST(Lookup, AsksTheClosestFirstAndNoMoreAtOnceThanItsParallelism) {
  Lookup lookup(kTarget, kOwn, {.results = 8, .parallelism = 3});
  for (const uint64_t distance : {9, 4, 7, 1, 30}) lookup.AddSeed(At(distance), kUnknownRttMs);
  EXPECT_EQ(AskAll(lookup), (std::vector<uint64_t>{1, 4, 7}));
  EXPECT_EQ(lookup.asked(), 3u);
  EXPECT_FALSE(lookup.done());
}

TEST(Lookup, AmongContactsOfTheSameUseTheNearerInTimeIsAskedFirst) {
  Lookup lookup(kTarget, kOwn, {.results = 8, .parallelism = 1});
  lookup.AddSeed(At(8), 300);
  lookup.AddSeed(At(9), 20);  // shares as many bits as 8
  lookup.AddSeed(At(16), 1);  // shares fewer
  EXPECT_EQ(AskAll(lookup), (std::vector<uint64_t>{9}));
}

TEST(Lookup, EveryAnswerMakesRoomForAnotherQuestion) {
  Lookup lookup(kTarget, kOwn, {.results = 8, .parallelism = 2});
  for (const uint64_t distance : {1, 2, 3, 4}) lookup.AddSeed(At(distance), kUnknownRttMs);
  std::vector<uint32_t> indices;
  AskAll(lookup, &indices);
  lookup.Answered(indices[1], {}, {});
  EXPECT_EQ(AskAll(lookup), (std::vector<uint64_t>{3}));
}

TEST(Lookup, WidensWhereSomebodyIsSlow) {
  Lookup lookup(kTarget, kOwn, {.results = 8, .parallelism = 1});
  for (const uint64_t distance : {1, 2, 3}) lookup.AddSeed(At(distance), kUnknownRttMs);
  std::vector<uint32_t> indices;
  AskAll(lookup, &indices);
  EXPECT_TRUE(AskAll(lookup).empty());
  lookup.Slow(indices[0]);
  EXPECT_EQ(AskAll(lookup, &indices), (std::vector<uint64_t>{2}));
  // Answers that come late count, and do not make room a second time.
  lookup.Answered(indices[0], {}, {});
  EXPECT_TRUE(AskAll(lookup).empty());
  EXPECT_EQ(Hits(lookup, 8), (std::vector<uint64_t>{1}));
}

TEST(Lookup, IsDoneWhenTheBestThatCanBeReachedHaveAnswered) {
  Lookup lookup(kTarget, kOwn, {.results = 2, .parallelism = 3});
  for (const uint64_t distance : {1, 2, 3, 4}) lookup.AddSeed(At(distance), kUnknownRttMs);
  std::vector<uint32_t> indices;
  EXPECT_EQ(AskAll(lookup, &indices), (std::vector<uint64_t>{1, 2}));  // 3 is not among the best 2
  lookup.Failed(indices[0]);
  EXPECT_EQ(AskAll(lookup, &indices), (std::vector<uint64_t>{3}));
  lookup.Answered(indices[1], {}, {});
  EXPECT_FALSE(lookup.done());
  lookup.Answered(indices[2], {}, {});
  EXPECT_TRUE(lookup.done());
  EXPECT_EQ(Hits(lookup, 2), (std::vector<uint64_t>{2, 3}));
}

TEST(Lookup, WaitsForTheSlowOnlyWhereTooFewAnswered) {
  for (const bool enough : {false, true}) {
    Lookup lookup(kTarget, kOwn, {.results = 2, .parallelism = 3});
    for (const uint64_t distance : {1, 2}) lookup.AddSeed(At(distance), kUnknownRttMs);
    if (enough) lookup.AddSeed(At(3), kUnknownRttMs);
    std::vector<uint32_t> indices;
    AskAll(lookup, &indices);
    lookup.Slow(indices[0]);
    AskAll(lookup, &indices);
    for (size_t i = 1; i < indices.size(); ++i) lookup.Answered(indices[i], {}, {});
    EXPECT_EQ(lookup.done(), enough);
    lookup.Failed(indices[0]);
    EXPECT_TRUE(lookup.done());
  }
}

TEST(Lookup, WithNobodyToAskIsDoneAtOnce) {
  Lookup lookup(kTarget, kOwn, {});
  EXPECT_EQ(lookup.Next(), std::nullopt);
  EXPECT_TRUE(lookup.done());
  EXPECT_EQ(lookup.hops(), 0);
  EXPECT_TRUE(lookup.Closest(8).empty());
}

TEST(Lookup, AsksNobodyAfterFinish) {
  Lookup lookup(kTarget, kOwn, {});
  lookup.AddSeed(At(1), kUnknownRttMs);
  lookup.Finish();
  EXPECT_EQ(lookup.Next(), std::nullopt);
  EXPECT_TRUE(lookup.done());
}

TEST(Lookup, TellsTheHopAndTheTokenOfEachHit) {
  Lookup lookup(kTarget, kOwn, {.results = 8, .parallelism = 3});
  lookup.AddSeed(At(100), kUnknownRttMs);
  const auto first = lookup.Next();
  const Contact nearer = At(5);
  const base::Bytes token = {1, 2, 3};
  lookup.Answered(first->index, {&nearer, 1}, token);
  EXPECT_EQ(lookup.hops(), 1);
  const auto second = lookup.Next();
  lookup.Answered(second->index, {}, {});
  const auto hits = lookup.Closest(8);
  ASSERT_EQ(hits.size(), 2u);
  EXPECT_EQ(hits[0].hop, 2);
  EXPECT_TRUE(hits[0].token.empty());
  EXPECT_EQ(hits[1].hop, 1);
  EXPECT_EQ(hits[1].token, token);
  EXPECT_EQ(lookup.hops(), 2);
}

TEST(Lookup, NeverAsksOurselvesNorAddressesThatCannotBeSentTo) {
  Lookup lookup(kTarget, kOwn, {});
  lookup.AddSeed({kOwn, Host(1)}, kUnknownRttMs);
  lookup.AddSeed({IdOf(1), Host(1, 0)}, kUnknownRttMs);
  lookup.AddSeed({IdOf(2), base::Endpoint::V4(224, 0, 0, 1, 9)}, kUnknownRttMs);
  EXPECT_EQ(lookup.Next(), std::nullopt);
}

TEST(Lookup, TakesEachIdAndEachAddressOnce) {
  Lookup lookup(kTarget, kOwn, {.results = 8, .parallelism = 8});
  lookup.AddSeed(At(1, 1), kUnknownRttMs);
  lookup.AddSeed(At(1, 2), kUnknownRttMs);
  lookup.AddSeed(At(2, 1), kUnknownRttMs);
  EXPECT_EQ(AskAll(lookup), (std::vector<uint64_t>{1}));
}

TEST(Lookup, NamesThatMeanNothingChangeNothing) {
  Lookup lookup(kTarget, kOwn, {});
  lookup.AddSeed(At(1), kUnknownRttMs);
  const auto ask = lookup.Next();
  const Contact more = At(9);
  for (const uint32_t index : {ask->index + 1, uint32_t{1} << 31}) {
    lookup.Answered(index, {&more, 1}, {});
    lookup.Slow(index);
    lookup.Failed(index);
  }
  EXPECT_EQ(lookup.answered(), 0u);
  lookup.Answered(ask->index, {}, {});
  lookup.Answered(ask->index, {&more, 1}, {});
  lookup.Failed(ask->index);
  EXPECT_EQ(lookup.answered(), 1u);
  EXPECT_TRUE(lookup.done());
}

// A liar invents ever closer contacts; what a lookup holds and asks stays bounded.
TEST(Lookup, AnswersWithoutEndAreCutOff) {
  Lookup lookup(kTarget, kOwn, {.results = kMaxCandidates, .parallelism = 1});
  lookup.AddSeed(At(uint64_t{1} << 62), kUnknownRttMs);
  crypto::SeededRandom random(1);
  uint32_t host = 0;
  std::vector<uint32_t> indices;
  for (int i = 0; i < 50; ++i) {
    const auto ask = lookup.Next();
    ASSERT_TRUE(ask.has_value());
    std::vector<Contact> lies;
    for (int j = 0; j < 64; ++j) lies.push_back(At(Draw(random, uint64_t{1} << 61), ++host));
    lookup.Answered(ask->index, lies, base::Bytes(8));
  }
  size_t left = 0;
  while (const auto ask = lookup.Next()) {
    lookup.Failed(ask->index);
    ++left;
  }
  EXPECT_LE(left, kMaxCandidates);
}

TEST(Lookup, ALiarWhoAlwaysKnowsOfSomebodyCloserDoesNotKeepItGoing) {
  Lookup lookup(kTarget, kOwn, {});
  uint32_t host = 0;
  uint64_t distance = UINT64_MAX;
  lookup.AddSeed(At(distance, ++host), kUnknownRttMs);
  while (const auto ask = lookup.Next()) {
    ASSERT_LE(lookup.asked(), kMaxAsked);
    const Contact closer = At(--distance, ++host);
    lookup.Answered(ask->index, {&closer, 1}, {});
  }
  EXPECT_TRUE(lookup.done());
}

// Nodes that know their surroundings, and a few far ones, as Kademlia's do.
class FakeNetwork {
 public:
  FakeNetwork(base::RandomSource& random, size_t nodes, size_t id_bytes, size_t bucket_size)
      : contacts_(RandomContacts(random, nodes, id_bytes)) {
    for (const Contact& own : contacts_) {
      RoutingTable table(kStart, own.id, {.bucket_size = bucket_size});
      for (size_t i = 0, first = Draw(random, nodes); i < nodes; ++i) {
        table.Answered(kStart, contacts_[(first + i) % nodes], {});
      }
      tables_.emplace(own.endpoint, std::move(table));
    }
  }
  const std::vector<Contact>& contacts() const { return contacts_; }
  std::vector<Contact> Ask(const base::Endpoint& whom, const NodeId& target, size_t count) const {
    std::vector<Contact> told;
    tables_.at(whom).Closest(
        target, count, [&](const RoutingTable::Entry& entry) { told.push_back(entry.contact); });
    return told;
  }

 private:
  std::vector<Contact> contacts_;
  std::map<base::Endpoint, RoutingTable> tables_;
};

TEST(Lookup, ConvergesToTheClosestThereAre) {
  crypto::SeededRandom random(2);
  for (const auto& [id_bytes, k] : {std::pair<size_t, size_t>{20, 8}, {32, 20}}) {
    const FakeNetwork network(random, 400, id_bytes, k);
    for (int run = 0; run < 40; ++run) {
      const NodeId target = RandomId(random, id_bytes);
      Lookup lookup(target, kOwn, {.results = k, .parallelism = 3});
      const Contact& start = network.contacts()[Draw(random, 400)];
      lookup.AddSeed(start, kUnknownRttMs);
      std::deque<Lookup::Ask> asked;
      for (;;) {
        while (const auto ask = lookup.Next()) asked.push_back(*ask);
        if (asked.empty()) break;
        // Answers overtake each other.
        std::swap(asked.front(), asked[Draw(random, asked.size())]);
        const Lookup::Ask ask = asked.front();
        asked.pop_front();
        lookup.Answered(ask.index, network.Ask(ask.contact.endpoint, target, k), {});
      }
      ASSERT_TRUE(lookup.done());
      std::vector<NodeId> found;
      for (const Lookup::Hit& hit : lookup.Closest(k)) found.push_back(hit.contact.id);
      EXPECT_EQ(found, ClosestByBruteForce(target, network.contacts(), k));
      EXPECT_LT(lookup.asked(), 5 * k);
    }
  }
}

TEST(Lookup, NoContactAndNoAddressServesTwoPaths) {
  crypto::SeededRandom random(3);
  const size_t k = 16;
  const FakeNetwork network(random, 500, 20, k);
  for (const size_t paths : {2, 4, 8}) {
    size_t found = 0;
    for (int run = 0; run < 20; ++run) {
      const NodeId target = RandomId(random, 20);
      Lookup lookup(target, kOwn, {.results = k, .parallelism = paths, .disjoint_paths = paths});
      for (size_t i = 0; i < 2 * paths; ++i) {
        lookup.AddSeed(network.contacts()[Draw(random, 500)], kUnknownRttMs);
      }
      std::set<NodeId> ids;
      std::set<base::Endpoint> endpoints;
      std::deque<Lookup::Ask> asked;
      for (;;) {
        while (const auto ask = lookup.Next()) {
          EXPECT_TRUE(ids.insert(ask->contact.id).second);
          EXPECT_TRUE(endpoints.insert(ask->contact.endpoint).second);
          asked.push_back(*ask);
        }
        if (asked.empty()) break;
        std::swap(asked.front(), asked[Draw(random, asked.size())]);
        const Lookup::Ask ask = asked.front();
        asked.pop_front();
        lookup.Answered(ask.index, network.Ask(ask.contact.endpoint, target, k), {});
      }
      EXPECT_TRUE(lookup.done());
      const std::vector<NodeId> closest = ClosestByBruteForce(target, network.contacts(), k);
      for (const Lookup::Hit& hit : lookup.Closest(k)) {
        found += std::ranges::find(closest, hit.contact.id) != closest.end() ? 1 : 0;
      }
    }
    EXPECT_GT(found, 20 * k / 3) << paths;  // the more paths, the fewer results each
  }
}

TEST(Lookup, AfterItsPathsAreMergedTheClosestOfAllHaveAnswered) {
  crypto::SeededRandom random(5);
  const size_t k = 16;
  const FakeNetwork network(random, 500, 20, k);
  for (const size_t paths : {4, 8, 16}) {
    for (int run = 0; run < 20; ++run) {
      const NodeId target = RandomId(random, 20);
      Lookup lookup(target, kOwn, {.results = k, .parallelism = paths, .disjoint_paths = paths});
      for (size_t i = 0; i < 2 * paths; ++i) {
        lookup.AddSeed(network.contacts()[Draw(random, 500)], kUnknownRttMs);
      }
      for (const bool merged : {false, true}) {
        if (merged) lookup.Merge();
        while (const auto ask = lookup.Next()) {
          lookup.Answered(ask->index, network.Ask(ask->contact.endpoint, target, k), {});
        }
        EXPECT_TRUE(lookup.done());
      }
      std::vector<NodeId> found;
      for (const Lookup::Hit& hit : lookup.Closest(k)) found.push_back(hit.contact.id);
      EXPECT_EQ(found, ClosestByBruteForce(target, network.contacts(), k)) << paths;
    }
  }
}

// Its inventions are closer than anybody, and more than all results.
TEST(Lookup, ALiarCannotPutTheOtherPathsOutOfTheResultsWhenTheyAreMerged) {
  crypto::SeededRandom random(6);
  const size_t k = 16;
  const FakeNetwork network(random, 500, 20, k);
  const NodeId target = RandomId(random, 20);
  Lookup lookup(target, kOwn, {.results = k, .parallelism = 4, .disjoint_paths = 4});
  uint32_t invented = 100'000;
  const Contact liar{RandomId(random, 20), Host(99'999)};
  lookup.AddSeed(liar, kUnknownRttMs);
  for (int i = 0; i < 7; ++i) lookup.AddSeed(network.contacts()[Draw(random, 500)], 1);
  const auto lies = [&](const Contact& contact) {
    return contact == liar || contact.id.words[0] == target.words[0];
  };
  for (const bool merged : {false, true}) {
    if (merged) lookup.Merge();
    while (const auto ask = lookup.Next()) {
      std::vector<Contact> told;
      if (!lies(ask->contact)) told = network.Ask(ask->contact.endpoint, target, k);
      for (int i = 0; lies(ask->contact) && i < 16; ++i) {
        NodeId close = target;
        close.words[2] ^= ++invented;
        told.push_back({close, Host(invented)});
      }
      lookup.Answered(ask->index, told, {});
    }
  }
  const std::vector<NodeId> closest = ClosestByBruteForce(target, network.contacts(), k);
  size_t honest = 0;
  for (const Lookup::Hit& hit : lookup.Results(k)) {
    honest += std::ranges::find(closest, hit.contact.id) != closest.end();
  }
  EXPECT_GE(honest, k / 4);
  EXPECT_LE(lookup.Results(k).size(), 2 * k);
}

// Whoever served a path and was forgotten for closer ones still served it.
TEST(Lookup, AForgottenContactServesNoOtherPathEither) {
  Lookup lookup(kTarget, kOwn, {.results = 2, .parallelism = 2, .disjoint_paths = 2});
  const Contact far = At(uint64_t{1} << 60, 7777);
  lookup.AddSeed(far, kUnknownRttMs);
  lookup.AddSeed(At(uint64_t{1} << 61, 8888), kUnknownRttMs);
  const auto first = lookup.Next(), second = lookup.Next();
  ASSERT_TRUE(first && second);
  const bool far_is_first = first->contact == far;
  uint32_t host = 1;
  std::vector<Contact> closer;
  for (uint64_t i = 1; i <= kMaxContactsPerMessage; ++i) closer.push_back(At(1000 + i, ++host));
  lookup.Answered((far_is_first ? first : second)->index, closer, {});
  lookup.Answered((far_is_first ? second : first)->index, {&far, 1}, {});
  while (const auto ask = lookup.Next()) {
    EXPECT_NE(ask->contact, far);
    lookup.Answered(ask->index, {}, {});
  }
}

TEST(Lookup, ALiarLeadsOnlyItsOwnPathAstray) {
  crypto::SeededRandom random(4);
  const size_t k = 16;
  const FakeNetwork network(random, 500, 20, k);
  for (int run = 0; run < 20; ++run) {
    const NodeId target = RandomId(random, 20);
    Lookup lookup(target, kOwn, {.results = k, .parallelism = 4, .disjoint_paths = 4});
    uint32_t invented = 100'000;
    const auto lie = [&] {
      std::vector<Contact> lies;
      for (int i = 0; i < 16; ++i) {
        NodeId close = target;
        close.words[2] ^= ++invented;
        lies.push_back({close, Host(invented)});
      }
      return lies;
    };
    const Contact liar{RandomId(random, 20), Host(99'999)};
    lookup.AddSeed(liar, kUnknownRttMs);
    for (int i = 0; i < 7; ++i) lookup.AddSeed(network.contacts()[Draw(random, 500)], 1);
    const auto lies = [&](const Contact& contact) {
      return contact == liar || contact.id.words[0] == target.words[0];
    };
    while (!lookup.done()) {
      const auto ask = lookup.Next();
      ASSERT_TRUE(ask.has_value());
      lookup.Answered(ask->index,
                      lies(ask->contact) ? lie() : network.Ask(ask->contact.endpoint, target, k),
                      {});
    }
    size_t honest = 0;
    const std::vector<NodeId> closest = ClosestByBruteForce(target, network.contacts(), k / 4);
    for (const Lookup::Hit& hit : lookup.Closest(4 * kMaxCandidates)) {
      honest += std::ranges::find(closest, hit.contact.id) != closest.end();
    }
    EXPECT_EQ(honest, closest.size());
  }
}

}  // namespace
}  // namespace shadw::dht
