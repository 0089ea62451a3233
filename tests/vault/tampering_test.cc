// SPDX-License-Identifier: Apache-2.0
//
// Nodes that cut, stretch, swap and change what they hold, heads and pages included.
// Property P4.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libshadw/vault/segments.h"
#include "tests/vault/damaged_store.h"
#include "tests/vault/test_vault.h"

namespace shadw::vault {
namespace {

class Tampering : public testing::Test {
 protected:
  // 14 stores that can be tampered with, one object of several stripes, small cells.
  void SetUp() override {
    for (int i = 0; i < 14; ++i) {
      stores_.push_back(std::make_shared<DamagedStore>(test_.random.Array<32>()));
    }
    options_ = test_.MakeOptions();
    options_.code = {10, 4};
    options_.stores.assign(stores_.begin(), stores_.end());
    plain_ = test_.RandomBytes(14 * 10 * 4080);
    Vault vault = Open();
    ASSERT_TRUE(vault.Put("a", SourceOf(plain_), {.compress = false, .cell_bytes = 4096}).ok());
    const Environment env(options_);
    const shard::ObjectKeys keys = test_.Keys().ForName("a", 0);
    head_ = *FindNewestHead(env, keys).value();
    located_ = LocateSegment(env, keys, SegmentId::Of(*head_, 0), Search::kAllNodes);
    ASSERT_EQ(located_.shards.size(), 14u);
  }
  Vault Open() { return Vault::Open(options_, test_.Keys()).value(); }
  DamagedStore& StoreOf(const LocatedShard& shard) { return *stores_[shard.node]; }

  void ExpectIdentical() {
    Vault vault = Open();
    base::Bytes bytes;
    const auto got = vault.Get("a", AppendTo(bytes));
    ASSERT_TRUE(got.ok()) << got.status();
    EXPECT_TRUE(bytes == plain_);
  }

  TestVault test_{0};
  std::vector<std::shared_ptr<DamagedStore>> stores_;
  Options options_;
  base::Bytes plain_;
  std::optional<FoundHead> head_;
  LocatedSegment located_;
};

constexpr size_t kStored = 4096 + 16;

TEST_F(Tampering, WithFiveHeadersIsAnErrorThatCounts) {
  for (size_t i = 0; i < 5; ++i) {
    const LocatedShard& shard = located_.shards[i * 2];
    StoreOf(shard).Overwrite(shard.id, 0, test_.RandomBytes(shard::kHeaderBytes));
  }
  Vault vault = Open();
  base::Bytes bytes;
  const auto got = vault.Get("a", AppendTo(bytes));
  EXPECT_EQ(got.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(got.status().message(), "vault: got 9 shards of segment 0, need 10 (k=10, m=4)");
  EXPECT_TRUE(bytes.empty());
  EXPECT_EQ(vault.Repair("a").status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(Tampering, OfAnyByteOfAHeadOrAPageCostsNothingAndIsSeen) {
  struct Place {
    size_t store;
    store::StorageId id;
    uint64_t bytes;
  };
  std::vector<Place> places;
  uint64_t total = 0;
  for (size_t i = 0; i < stores_.size(); ++i) {
    const std::vector<store::StorageId> ids = stores_[i]->List(std::nullopt, 10'000).value();
    for (const store::StorageId& id : ids) {
      // Of shards: damage_test.cc.
      if (std::ranges::find(located_.shards, id, &LocatedShard::id) != located_.shards.end()) {
        continue;
      }
      places.push_back({i, id, stores_[i]->Read(id).size()});
      total += places.back().bytes;
    }
  }
  Vault vault = Open();
  const auto page = vault.List();
  ASSERT_TRUE(page.ok());
  const shard::ObjectKeys keys = test_.Keys().ForName("a", 0);
  for (int i = 0; i < 60 && !HasFailure(); ++i) {
    uint64_t at = 0;
    test_.random.Fill({reinterpret_cast<uint8_t*>(&at), sizeof(at)});
    const uint8_t bit = static_cast<uint8_t>(1 << (at & 7));
    at = (at >> 3) % total;
    const Place* place = places.data();
    while (at >= place->bytes) at -= (place++)->bytes;
    SCOPED_TRACE(testing::Message() << "byte " << at << " of " << place->bytes);
    DamagedStore& store = *stores_[place->store];
    store.Flip(place->id, at, bit);
    ExpectIdentical();
    if (keys.HeadStorageId(1, store.node_id()) == place->id) {
      EXPECT_EQ(vault.Verify("a")->head_copies, 4u);
    } else {
      // A page of the catalogue or its head.
      EXPECT_EQ(vault.List()->size(), 1u);
    }
    store.Flip(place->id, at, bit);
  }
  EXPECT_TRUE(vault.Verify("a")->whole());
}

TEST_F(Tampering, ByCuttingOrStretchingIsNamed) {
  const LocatedShard& cut = located_.shards[2];
  base::Bytes bytes = StoreOf(cut).Read(cut.id);
  bytes.resize(bytes.size() - 1);
  StoreOf(cut).Replace(cut.id, bytes);
  const LocatedShard& grown = located_.shards[5];
  bytes = StoreOf(grown).Read(grown.id);
  bytes.push_back(0);
  StoreOf(grown).Replace(grown.id, bytes);
  const LocatedShard& empty = located_.shards[7];
  StoreOf(empty).Replace(empty.id, {});
  ExpectIdentical();
  Vault vault = Open();
  const auto report = vault.Verify("a");
  ASSERT_TRUE(report.ok());
  ASSERT_EQ(report->faults.size(), 3u);
  EXPECT_EQ(report->faults[0].index, 2);
  EXPECT_EQ(report->faults[1].index, 5);
  EXPECT_EQ(report->faults[1].remark, "its length or its delete record is wrong");
  EXPECT_EQ(report->faults[2].index, 7);
  EXPECT_TRUE(vault.Repair("a").ok());
  EXPECT_TRUE(vault.Verify("a")->whole());
}

// Swapped between nodes, indices, objects and versions: each blob is whole, but not what
// was asked for.
TEST_F(Tampering, BySwappingBlobsIsNamed) {
  Vault vault = Open();
  ASSERT_TRUE(vault
                  .Put("b", SourceOf(test_.RandomBytes(plain_.size())),
                       {.compress = false, .cell_bytes = 4096})
                  .ok());
  const Environment env(options_);
  const shard::ObjectKeys other = test_.Keys().ForName("b", 0);
  const FoundHead other_head = *FindNewestHead(env, other).value();
  const LocatedSegment others =
      LocateSegment(env, other, SegmentId::Of(other_head, 0), Search::kAllNodes);
  const LocatedShard& first = located_.shards[0];
  const LocatedShard& second = located_.shards[1];
  const base::Bytes saved = StoreOf(first).Read(first.id);
  StoreOf(first).Replace(first.id, StoreOf(second).Read(second.id));
  StoreOf(second).Replace(second.id, saved);
  const LocatedShard& third = located_.shards[2];
  const LocatedShard& foreign = others.shards[2];
  StoreOf(third).Replace(third.id, StoreOf(foreign).Read(foreign.id));
  ExpectIdentical();
  const auto report = vault.Verify("a");
  ASSERT_TRUE(report.ok());
  ASSERT_EQ(report->faults.size(), 3u);
  for (const ShardCondition& fault : report->faults) {
    EXPECT_EQ(fault.state, ShardCondition::State::kHeaderDamaged);
    EXPECT_LE(fault.index, 2);
  }
}

TEST(Repair, GoesAroundStoresThatAreFull) {
  TestVault test(3);
  test.code = {2, 1};
  const base::Bytes plain = test.RandomBytes(100'000);
  {
    Vault vault = test.Open();
    ASSERT_TRUE(vault.Put("a", SourceOf(plain)).ok());
  }
  test.stores.erase(test.stores.begin());
  for (int i = 0; i < 6; ++i) test.AddStore(10'000);
  test.AddStore();
  Vault vault = test.Open();
  const auto repaired = vault.Repair("a");
  ASSERT_TRUE(repaired.ok()) << repaired.status();
  const auto report = vault.Verify("a");
  EXPECT_TRUE(report->faults.empty());
}

}  // namespace
}  // namespace shadw::vault
