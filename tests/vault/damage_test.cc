// SPDX-License-Identifier: Apache-2.0
//
// What nodes do to bytes: flips, overwritten headers. Never a wrong byte, always named.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "libshadw/store/store.h"
#include "tests/vault/test_vault.h"

namespace shadw::vault {
namespace {

// Lets a test change stored bytes behind the vault's back.
class TamperStore : public store::Store {
 public:
  explicit TamperStore(std::shared_ptr<store::Store> inner) : inner_(std::move(inner)) {}

  void Flip(const store::StorageId& id, uint64_t offset, uint8_t bits = 1) {
    flips_[id].emplace_back(offset, bits);
  }
  void Restore() { flips_.clear(); }

  const store::NodeId& node_id() const override { return inner_->node_id(); }
  absl::Status Put(const store::StorageId& id, base::ByteSpan bytes,
                   const store::TokenHash& hash) override {
    return inner_->Put(id, bytes, hash);
  }
  absl::StatusOr<size_t> Get(const store::StorageId& id, uint64_t offset,
                             base::MutableByteSpan out) const override {
    const auto got = inner_->Get(id, offset, out);
    const auto flips = flips_.find(id);
    if (!got.ok() || flips == flips_.end()) return got;
    for (const auto& [at, bits] : flips->second) {
      if (at >= offset && at < offset + *got) out[at - offset] ^= bits;
    }
    return got;
  }
  absl::Status Delete(const store::StorageId& id, const store::DeleteToken& token) override {
    return inner_->Delete(id, token);
  }
  absl::StatusOr<std::vector<store::StorageId>> List(std::optional<store::StorageId> after,
                                                     size_t limit) const override {
    return inner_->List(after, limit);
  }
  absl::StatusOr<std::vector<std::optional<store::BlobStat>>> StatMany(
      std::span<const store::StorageId> ids) const override {
    return inner_->StatMany(ids);
  }
  absl::Status Flush() override { return inner_->Flush(); }

 private:
  std::shared_ptr<store::Store> inner_;
  std::map<store::StorageId, std::vector<std::pair<uint64_t, uint8_t>>> flips_;
};

class DamageTest : public testing::Test {
 protected:
  static constexpr uint64_t kStoredCell = shard::kCellBytes + shard::kTagBytes;

  DamageTest() {
    test_.code = {10, 4};
    options_ = test_.MakeOptions();
    for (auto& store : options_.stores) {
      tampered_.push_back(std::make_shared<TamperStore>(store));
      store = tampered_.back();
    }
    vault_.emplace(Vault::Open(options_, test_.Keys()).value());
  }

  // Fifteen stripes, so that each shard can be hurt in a stripe of its own.
  void PutObject() {
    plain_ = test_.RandomBytes(15 * 10 * (shard::kCellBytes - shard::kTagBytes) - 77);
    const auto receipt = vault_->Put("a", SourceOf(plain_), {.public_audit = true});
    ASSERT_TRUE(receipt.ok()) << receipt.status();
    shards_ = receipt->shards;
    ASSERT_EQ(shards_.size(), 14u);
  }

  TamperStore& StoreOf(const ShardReceipt& shard) {
    for (const auto& store : tampered_) {
      if (store->node_id() == shard.node) return *store;
    }
    ADD_FAILURE() << "a shard on no store";
    return *tampered_.front();
  }

  base::Bytes Fetch() {
    base::Bytes bytes;
    const auto got = vault_->Get("a", AppendTo(bytes));
    EXPECT_TRUE(got.ok()) << got.status();
    return bytes;
  }

  TestVault test_{14};
  Options options_;
  std::vector<std::shared_ptr<TamperStore>> tampered_;
  std::optional<Vault> vault_;
  base::Bytes plain_;
  std::vector<ShardReceipt> shards_;
};

TEST_F(DamageTest, OneByteFlippedInEveryShardInFourteenStripesCostsNothingAndIsNamed) {
  PutObject();
  for (const ShardReceipt& shard : shards_) {
    StoreOf(shard).Flip(shard.id, shard::kHeaderBytes + shard.index * kStoredCell + 1234);
  }
  EXPECT_EQ(Fetch(), plain_);
  const auto verify = vault_->Verify("a");
  ASSERT_TRUE(verify.ok()) << verify.status();
  ASSERT_EQ(verify->faults.size(), 14u);
  for (const ShardCondition& fault : verify->faults) {
    EXPECT_EQ(fault.state, ShardCondition::State::kDamaged);
    EXPECT_EQ(fault.bad_cells, std::vector<uint32_t>{fault.index});
  }
}

TEST_F(DamageTest, TheHeadersOfAnyFourShardsMayBeOverwritten) {
  PutObject();
  for (int round = 0; round < 5; ++round) {
    std::set<size_t> chosen;
    while (chosen.size() < 4) chosen.insert(test_.random.Array<1>()[0] % 14);
    for (size_t j : chosen) {
      for (uint64_t at = 0; at < shard::kHeaderBytes; at += 3) {
        StoreOf(shards_[j]).Flip(shards_[j].id, at, 0xa5);
      }
    }
    EXPECT_EQ(Fetch(), plain_);
    const auto verify = vault_->Verify("a");
    ASSERT_EQ(verify->faults.size(), 4u);
    for (const ShardCondition& fault : verify->faults) {
      EXPECT_EQ(fault.state, ShardCondition::State::kHeaderDamaged);
      EXPECT_TRUE(chosen.contains(fault.index));
    }
    for (const auto& store : tampered_) store->Restore();
  }
}

// Small cells and a length that leaves padding cells, so that flips fall everywhere.
TEST_F(DamageTest, AThousandFlipsNeverGiveAWrongByteAndAreAlwaysAttributed) {
  plain_ = test_.RandomBytes(90'000);
  const auto receipt = vault_->Put("a", SourceOf(plain_));
  ASSERT_TRUE(receipt.ok());
  const uint64_t shard_bytes = receipt->stored_bytes / receipt->shards.size();
  for (int i = 0; i < 1000; ++i) {
    const auto draw = test_.random.Array<8>();
    const ShardReceipt& shard = receipt->shards[draw[0] % 14];
    const uint64_t offset = (draw[1] | draw[2] << 8 | draw[3] << 16) % shard_bytes;
    const auto bits = static_cast<uint8_t>(1 << draw[4] % 8);
    StoreOf(shard).Flip(shard.id, offset, bits);
    ASSERT_EQ(Fetch(), plain_) << shard.index << " at " << offset;
    const auto verify = vault_->Verify("a");
    ASSERT_EQ(verify->faults.size(), 1u) << shard.index << " at " << offset;
    EXPECT_EQ(verify->faults[0].index, shard.index);
    if (offset >= shard::kHeaderBytes) {
      const uint64_t stored_cell = shard::kSmallCellBytes + shard::kTagBytes;
      const auto cell = static_cast<uint32_t>((offset - shard::kHeaderBytes) / stored_cell);
      EXPECT_EQ(verify->faults[0].bad_cells, std::vector<uint32_t>{cell});
    } else {
      EXPECT_EQ(verify->faults[0].state, ShardCondition::State::kHeaderDamaged);
    }
    StoreOf(shard).Restore();
  }
}

TEST_F(DamageTest, RepairReplacesDamagedShardsWhereTheyAre) {
  PutObject();
  for (int j : {0, 5, 12}) {
    StoreOf(shards_[j]).Flip(shards_[j].id, shard::kHeaderBytes + 7);
  }
  const auto repaired = vault_->Repair("a");
  ASSERT_TRUE(repaired.ok()) << repaired.status();
  EXPECT_EQ(repaired->shards_rebuilt, 3u);
  EXPECT_EQ(repaired->shards_removed, 3u);
  EXPECT_TRUE(vault_->Verify("a")->whole());
  EXPECT_EQ(Fetch(), plain_);
}

}  // namespace
}  // namespace shadw::vault
