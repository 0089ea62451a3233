// SPDX-License-Identifier: Apache-2.0
//
// What is put, and got again.
#include <map>
#include <set>

#include "tests/dht/node_fixture.h"

namespace shadw::dht {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class NodeRecords : public NodeTest {};

TEST_P(NodeRecords, AnImmutableRecordIsFoundByOthers) {
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

TEST_P(NodeRecords, AGetEndsWhenAsManyAgreeAsItsQuorum) {
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

TEST_P(NodeRecords, AMutableRecordIsFoundAndItsUpdateToo) {
  net_.AddServers(30);
  EXPECT_EQ(Put(3, Signed("one", 1)).stored, protocol().traits().bucket_size);
  EXPECT_EQ(Put(3, Signed("two", 2)).stored, protocol().traits().bucket_size);
  const GetReport get = GetMutable(17);
  ASSERT_GE(get.versions.size(), 1u);
  EXPECT_EQ(get.versions[0].record, Signed("two", 2));
  // The reader may be one of the closest, and does not ask itself.
  EXPECT_GE(get.versions[0].agreed, protocol().traits().bucket_size - 1);
}

TEST_P(NodeRecords, AnEmptyMutableValueIsFound) {
  net_.AddServers(30);
  EXPECT_EQ(Put(3, Signed("", 1)).stored, protocol().traits().bucket_size);
  const GetReport get = GetMutable(17);
  ASSERT_EQ(get.versions.size(), 1u);
  EXPECT_EQ(get.versions[0].record, Signed("", 1));
}

TEST_P(NodeRecords, APutThatComesTooLateSaysWhoRefusedItAndWhy) {
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

TEST_P(NodeRecords, APutSaysWhoStoredInTheOrderOfTheirDistance) {
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

TEST_P(NodeRecords, APutSaysWhoWasSilent) {
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

TEST_P(NodeRecords, ALostPutIsSentOnceMore) {
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

// Only hyperdht sends a fresh token with the refusal.
TEST_P(NodeRecords, APutRefusedForItsTokenIsSentOnceMoreWithTheFreshOne) {
  net_.AddServers(12);
  std::map<base::Endpoint, int> puts;
  uint8_t spoils_fresh = 0;
  net_.network().SetBystander([&](sim::Passing& passing) {
    Message message;
    if (!protocol().Decode(passing.bytes, passing.from, message)) return true;
    puts[passing.to] += message.kind == Kind::kQuery && message.method == Method::kPutMutable;
    if (passing.to != net_.endpoint(3) || message.kind == Kind::kQuery || message.token.empty()) {
      return true;
    }
    const uint8_t mask = message.kind == Kind::kError ? spoils_fresh : uint8_t{1};
    passing.bytes[static_cast<size_t>(message.token.data() - passing.bytes.data())] ^= mask;
    return true;
  });
  for (const bool fresh_is_good : {true, false}) {
    spoils_fresh = fresh_is_good ? 0 : 2;
    puts.clear();
    const bool stored = fresh_is_good && !mainline();
    const PutReport put = Put(3, Signed("one", 1));
    EXPECT_FALSE(put.outcomes.empty());
    EXPECT_EQ(put.stored, stored ? put.outcomes.size() : 0);
    for (const PutOutcome& outcome : put.outcomes) {
      EXPECT_EQ(outcome.code, stored ? 0 : protocol().CodeOf(Refusal::kBadToken));
      EXPECT_EQ(outcome.text.empty(), !mainline());
      EXPECT_EQ(puts[outcome.contact.endpoint], mainline() ? 1 : 2);
    }
  }
}

TEST_P(NodeRecords, NobodyIsWrittenToTwice) {
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
TEST_P(NodeRecords, NobodyIsWrittenToTwiceWhereTheTargetIsCrowded) {
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

TEST_P(NodeRecords, WhoAnnouncedIsFoundByOthers) {
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

TEST_P(NodeRecords, WhomThePutCouldNotBeWrittenToIsNotCalledSilent) {
  net_.AddServers(12);
  // One gives no token, so nothing can be put there.
  const base::Endpoint mute = net_.endpoint(5);
  std::vector<base::Endpoint> asked;
  net_.network().SetBystander([&](sim::Passing& passing) {
    Message message;
    if (!protocol().Decode(passing.bytes, passing.from, message)) return true;
    if (message.method == Method::kPutMutable) asked.push_back(passing.to);
    if (passing.from != mute || message.token.empty()) return true;
    message.method = Method::kFindNode;
    message.token = message.value = {};
    base::Bytes bytes;
    EXPECT_TRUE(protocol().Encode(message, passing.to, bytes));
    passing.bytes = bytes;
    return true;
  });
  const PutReport put = Put(3, Signed("one", 1));
  size_t not_sent = 0;
  for (const PutOutcome& outcome : put.outcomes) {
    not_sent += outcome.result == PutResult::kNotSent;
    EXPECT_EQ(outcome.result == PutResult::kNotSent, outcome.contact.endpoint == mute);
    EXPECT_NE(outcome.result, PutResult::kSilent);
  }
  EXPECT_EQ(std::ranges::count(asked, mute), 0);
  EXPECT_EQ(put.stored + not_sent, put.outcomes.size());
}

TEST_P(NodeRecords, AGetWantsNothingOlderThanItsLeastSequenceNumber) {
  net_.AddServers(20);
  Put(3, Signed("five", 5));
  size_t values = 0;
  net_.network().SetBystander([&](sim::Passing& passing) {
    Message message;
    if (protocol().Decode(passing.bytes, passing.from, message) &&
        message.kind == Kind::kResponse && protocol().Interpret(Method::kGetMutable, message)) {
      values += message.value.empty() ? 0 : 1;
    }
    return true;
  });
  for (const int64_t least : {0, 5, 6}) {
    values = 0;
    const GetReport get = net_.Do<GetReport>(9, [&](Node& node) {
      return node.GetMutable(net_.now(), Signer().public_key(), {}, {}, least);
    });
    EXPECT_EQ(get.versions.size(), least <= 5 ? 1u : 0u) << least;
    EXPECT_EQ(values > 0, least <= 5) << least;
  }
}

// A burst may be more than an address is answered, so nothing heard is no proof.
TEST_P(NodeRecords, AGetThatFindsNothingAsksTheSilentAgainAndTellsOfThem) {
  net_.AddServers(12);
  const Record record{.value = Value("hello")};
  Put(3, record);
  std::map<base::Endpoint, int> seen;
  int deaf_to = 1;
  net_.network().SetBystander([&](sim::Passing& passing) {
    Message message;
    return !protocol().Decode(passing.bytes, passing.from, message) ||
           message.kind != Kind::kQuery || message.method == Method::kPing ||
           passing.from != net_.endpoint(9) || ++seen[passing.to] > deaf_to;
  });
  const NodeId target = protocol().ImmutableTarget(record.value);
  const GetReport again = Get(9, target);
  EXPECT_EQ(again.versions.size(), 1u);
  EXPECT_GT(again.lookup.silent, 0u);
  seen.clear();
  deaf_to = 9;
  const GetReport in_vain = Get(9, target);
  EXPECT_TRUE(in_vain.versions.empty());
  EXPECT_EQ(in_vain.lookup.silent, in_vain.lookup.messages);
}

// A contact serves one path only, so each path knows but a part of the closest.
TEST_P(NodeRecords, APutAlongManyPathsReachesTheClosestThereAre) {
  net_.AddServers(80);
  net_.Run(minutes(30));
  std::vector<Contact> everybody;
  for (sim::MachineIndex i = 0; i < 80; ++i) {
    if (i != 5) everybody.push_back({net_.node(i).id(), net_.endpoint(i)});
  }
  const size_t k = protocol().traits().bucket_size;
  for (const size_t paths : {2, 4, 8}) {
    const PutReport put = Put(5, Signed("one", 1), {}, {.disjoint_paths = paths});
    std::set<NodeId> stored;
    for (const PutOutcome& outcome : put.outcomes) {
      if (outcome.result == PutResult::kStored) stored.insert(outcome.contact.id);
    }
    for (const NodeId& id : ClosestByBruteForce(MutableTarget(), everybody, k)) {
      EXPECT_TRUE(stored.contains(id)) << paths;
    }
    EXPECT_LE(stored.size(), 2 * k);
  }
}

INSTANTIATE_TEST_SUITE_P(Both, NodeRecords, kBothNetworks, NetworkName);

}  // namespace
}  // namespace shadw::dht
