// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/peer_store.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/dht/strangers.h"

namespace shadw::dht {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

StoredPeer Peer(uint8_t key, uint8_t record = 0) { return {.key = {key}, .record = {record}}; }

class PeerStoreTest : public testing::Test {
 protected:
  bool Put(base::Time now, uint64_t target, const StoredPeer& peer) {
    return peers_.Put(now, IdOf(target), peer, Host(peer.key[0]));
  }
  std::set<uint8_t> Keys(base::Time now, uint64_t target, size_t count = 1000) {
    std::set<uint8_t> keys;
    size_t taken = 0;
    peers_.Sample(now, IdOf(target), count, &random_, [&](const StoredPeer& peer) {
      ++taken;
      keys.insert(peer.key[0]);
    });
    EXPECT_EQ(taken, keys.size());
    return keys;
  }

  crypto::SeededRandom random_{1};
  PeerStore peers_{{.max_targets = 3, .max_peers_of_target = 4, .lifetime = minutes(30)}, IdOf(0)};
};

using KeySet = std::set<uint8_t>;

TEST_F(PeerStoreTest, GivesOutWhoAnnouncedUnderTheTarget) {
  Put(kStart, 1, Peer(1));
  Put(kStart, 1, Peer(2));
  Put(kStart, 2, Peer(3));
  EXPECT_EQ(Keys(kStart, 1), (KeySet{1, 2}));
  EXPECT_EQ(Keys(kStart, 2), (KeySet{3}));
  EXPECT_TRUE(Keys(kStart, 9).empty());
}

TEST_F(PeerStoreTest, AnnouncingAgainReplacesTheRecordAndItsTimeBeginsAnew) {
  Put(kStart, 1, Peer(1, 7));
  Put(kStart + minutes(20), 1, Peer(1, 8));
  EXPECT_EQ(Keys(kStart + minutes(49), 1), (KeySet{1}));
  std::vector<base::Bytes> records;
  peers_.Sample(kStart + minutes(49), IdOf(1), 9, &random_,
                [&](const StoredPeer& peer) { records.push_back(peer.record); });
  EXPECT_EQ(records, (std::vector<base::Bytes>{{8}}));
}

TEST_F(PeerStoreTest, AnnouncementsExpire) {
  Put(kStart, 1, Peer(1));
  EXPECT_FALSE(Keys(kStart + minutes(30) - seconds(1), 1).empty());
  EXPECT_TRUE(Keys(kStart + minutes(30), 1).empty());
  peers_.ForgetExpired(kStart + minutes(30));
  EXPECT_EQ(peers_.targets(), 0u);
}

TEST_F(PeerStoreTest, ThePeerThatAnnouncedLongestAgoMakesWay) {
  for (uint8_t key = 1; key <= 5; ++key) Put(kStart + seconds(key), 1, Peer(key));
  EXPECT_EQ(Keys(kStart + seconds(9), 1), (KeySet{2, 3, 4, 5}));
}

TEST_F(PeerStoreTest, AFartherTargetIsRefusedUntilAnOldOneExpires) {
  for (uint64_t target = 1; target <= 3; ++target) EXPECT_TRUE(Put(kStart, target, Peer(1)));
  EXPECT_FALSE(Put(kStart, 4, Peer(1)));
  EXPECT_TRUE(Put(kStart, 3, Peer(2)));
  EXPECT_EQ(peers_.targets(), 3u);
  EXPECT_TRUE(Put(kStart + minutes(31), 4, Peer(1)));
}

// Else whoever fills it first keeps every honest announcement out.
TEST_F(PeerStoreTest, TheTargetFarthestFromOurIdMakesWayForACloserOne) {
  for (const uint64_t target : {10u, 30u, 20u}) EXPECT_TRUE(Put(kStart, target, Peer(1)));
  EXPECT_TRUE(Put(kStart, 30, Peer(2)));
  EXPECT_FALSE(Put(kStart, 40, Peer(1)));
  EXPECT_TRUE(Put(kStart, 5, Peer(1)));
  EXPECT_TRUE(Keys(kStart, 30).empty());
  EXPECT_EQ(peers_.targets(), 3u);
  const std::vector<NodeId> sample = peers_.SampleTargets(9, &random_);
  EXPECT_EQ(std::set<NodeId>(sample.begin(), sample.end()),
            (std::set<NodeId>{IdOf(5), IdOf(10), IdOf(20)}));
  // What went is forgotten in every respect.
  peers_.ForgetExpired(kStart + minutes(31));
  EXPECT_EQ(peers_.targets(), 0u);
}

TEST_F(PeerStoreTest, WhichTargetIsFarthestFollowsOurId) {
  for (const uint64_t target : {10u, 20u, 30u}) EXPECT_TRUE(Put(kStart, target, Peer(1)));
  peers_.SetOwnId(IdOf(30));
  EXPECT_TRUE(Put(kStart, 31, Peer(1)));
  EXPECT_TRUE(Keys(kStart, 10).empty());
  EXPECT_FALSE(Keys(kStart, 30).empty());
}

TEST_F(PeerStoreTest, WhoTakesItsAnnouncementBackIsGone) {
  Put(kStart, 1, Peer(1));
  Put(kStart, 1, Peer(2));
  peers_.Remove(IdOf(1), base::Bytes{9});
  peers_.Remove(IdOf(7), base::Bytes{1});
  peers_.Remove(IdOf(1), base::Bytes{1});
  EXPECT_EQ(Keys(kStart, 1), (KeySet{2}));
  peers_.Remove(IdOf(1), base::Bytes{2});
  EXPECT_EQ(peers_.targets(), 0u);
}

TEST_F(PeerStoreTest, EveryPeerIsSampledNowAndThen) {
  for (uint8_t key = 1; key <= 4; ++key) Put(kStart, 1, Peer(key));
  std::set<uint8_t> seen;
  for (int i = 0; i < 100; ++i) {
    const std::set<uint8_t> sample = Keys(kStart, 1, 2);
    EXPECT_EQ(sample.size(), 2u);
    seen.insert(sample.begin(), sample.end());
  }
  EXPECT_EQ(seen.size(), 4u);
}

TEST_F(PeerStoreTest, SamplesOfTargetsAreDistinctAndReachAll) {
  EXPECT_TRUE(peers_.SampleTargets(5, &random_).empty());
  for (uint64_t target = 1; target <= 3; ++target) Put(kStart, target, Peer(1));
  std::set<NodeId> seen;
  for (int i = 0; i < 50; ++i) {
    const std::vector<NodeId> sample = peers_.SampleTargets(2, &random_);
    EXPECT_EQ(std::set<NodeId>(sample.begin(), sample.end()).size(), 2u);
    seen.insert(sample.begin(), sample.end());
  }
  EXPECT_EQ(seen.size(), 3u);
  EXPECT_EQ(peers_.SampleTargets(9, &random_).size(), 3u);
}

// Whoever announces many others under a name must not put out the one it belongs to.
TEST_F(PeerStoreTest, TheOwnerOfATargetIsKnownAndStays) {
  Put(kStart, 1, Peer(1));
  EXPECT_EQ(peers_.Owner(kStart, IdOf(1)), nullptr);
  EXPECT_EQ(peers_.Owner(kStart, IdOf(2)), nullptr);
  EXPECT_TRUE(peers_.Put(kStart, IdOf(1), Peer(2), Host(2), true));
  for (uint8_t key = 10; key < 30; ++key) Put(kStart + seconds(key), 1, Peer(key));
  const auto* owner = peers_.Owner(kStart + minutes(29), IdOf(1));
  ASSERT_NE(owner, nullptr);
  EXPECT_EQ(owner->peer.key, base::Bytes{2});
  EXPECT_EQ(owner->from, Host(2));
  EXPECT_EQ(peers_.Owner(kStart + minutes(30), IdOf(1)), nullptr);
  peers_.Remove(IdOf(1), base::Bytes{2});
  EXPECT_EQ(peers_.Owner(kStart + minutes(29), IdOf(1)), nullptr);
  EXPECT_EQ(Keys(kStart + minutes(29), 1).size(), 3u);
}

TEST(PeerStoreShares, OneAddressAnnouncesNoMoreThanItsShare) {
  PeerStore peers({.max_announcements_of_address = 2, .lifetime = minutes(30)}, IdOf(0));
  const auto put = [&](uint64_t target, const base::Endpoint& from, base::Time now = kStart) {
    return peers.Put(now, IdOf(target), Peer(7), from);
  };
  EXPECT_TRUE(put(1, Host(1)));
  EXPECT_TRUE(put(2, Host(1)));
  EXPECT_FALSE(put(3, Host(1, 9)));
  EXPECT_EQ(peers.targets(), 2u);
  EXPECT_TRUE(put(3, Host(2)));
  EXPECT_TRUE(put(2, Host(1), kStart + minutes(10)));
  // The other end of what it had is room again: expired, taken back, or another's now.
  EXPECT_TRUE(put(4, Host(1), kStart + minutes(30)));
  EXPECT_FALSE(put(5, Host(1), kStart + minutes(30)));
  peers.Remove(IdOf(4), base::Bytes{7});
  EXPECT_TRUE(put(5, Host(1), kStart + minutes(30)));
  EXPECT_TRUE(put(5, Host(2), kStart + minutes(30)));
  EXPECT_TRUE(put(6, Host(1), kStart + minutes(30)));
  for (uint64_t target = 10; target < 20; ++target) EXPECT_TRUE(put(target, Local(1)));
}

TEST(PeerStoreShares, OfIpv6A48HasOneShare) {
  PeerStore peers({.max_announcements_of_address = 1, .lifetime = minutes(30)}, IdOf(0));
  base::Endpoint neighbour = Host6(1);
  neighbour.address[7] = 9;  // another /64 of the same /48
  EXPECT_TRUE(peers.Put(kStart, IdOf(1), Peer(7), Host6(1)));
  EXPECT_FALSE(peers.Put(kStart, IdOf(2), Peer(8), neighbour));
  EXPECT_TRUE(peers.Put(kStart, IdOf(2), Peer(8), Host6(2)));
}

TEST(PeerStoreShares, WhatMadeWayTakesNothingOfTheShareOfItsAddress) {
  PeerStore peers({.max_targets = 1, .max_announcements_of_address = 1, .lifetime = minutes(30)},
                  IdOf(0));
  EXPECT_TRUE(peers.Put(kStart, IdOf(9), Peer(7), Host(1)));
  EXPECT_TRUE(peers.Put(kStart, IdOf(8), Peer(8), Host(2)));
  EXPECT_TRUE(peers.Put(kStart, IdOf(7), Peer(7), Host(1)));
  // Who has no share left puts nobody out.
  EXPECT_FALSE(peers.Put(kStart, IdOf(6), Peer(7), Host(1)));
  crypto::SeededRandom random(1);
  EXPECT_EQ(peers.SampleTargets(9, &random), std::vector<NodeId>{IdOf(7)});
}

// Nobody waits for all that expired at once.
TEST(PeerStoreShares, AnAnnouncementForgetsOnlySoManyOthers) {
  PeerStore peers({.lifetime = minutes(30)}, IdOf(0));
  const size_t many = 3 * PeerStore::kMaxForgottenAtOnce;
  for (uint64_t target = 0; target < many; ++target) {
    peers.Put(kStart, IdOf(target), Peer(7), Local(1));
  }
  peers.Put(kStart + minutes(31), IdOf(many), Peer(7), Local(1));
  EXPECT_EQ(peers.targets(), many + 1 - PeerStore::kMaxForgottenAtOnce);
  peers.ForgetExpired(kStart + minutes(31));
  EXPECT_EQ(peers.targets(), 1u);
}

}  // namespace
}  // namespace shadw::dht
