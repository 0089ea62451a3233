// SPDX-License-Identifier: Apache-2.0
//
// One store of seven lies, each time in another way. Whatever it says, the owner goes on
// working as with six honest ones.
#include <gmock/gmock.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/vault/damaged_store.h"
#include "tests/vault/hooked_store.h"
#include "tests/vault/test_vault.h"

namespace shadw::vault {
namespace {

using testing::ElementsAre;
using testing::Field;

enum class Lie {
  kHasEverything,      // and serves noise
  kHasEverythingAlas,  // and cannot read it
  kHasNothing,
  kForgets,
  kServesNoise,
  kServesHalf,
  kServesZeros,
  kSaysTaken,
  kKeepsAll,
  kPretendsToDelete,
  kShowsAnOldState,
  kIsDown,
};

class LyingStore : public store::MemoryStore {
 public:
  LyingStore(const Options& options, Lie lie) : MemoryStore(options), lie_(lie) {}

  // From here on an old state is one.
  void Freeze() { frozen_ = true; }

  absl::Status Put(const store::StorageId& id, base::ByteSpan bytes,
                   const store::TokenHash& token_hash) override {
    if (lie_ == Lie::kSaysTaken) return absl::AlreadyExistsError("store: taken");
    if (lie_ == Lie::kIsDown) return Down();
    if (lie_ == Lie::kForgets || lie_ == Lie::kHasNothing || Frozen()) return absl::OkStatus();
    return MemoryStore::Put(id, bytes, token_hash);
  }
  absl::StatusOr<size_t> Get(const store::StorageId& id, uint64_t offset,
                             base::MutableByteSpan out) const override {
    switch (lie_) {
      case Lie::kIsDown:
      case Lie::kHasEverythingAlas:
        return Down();
      case Lie::kHasNothing:
        return absl::NotFoundError("store: no such blob");
      case Lie::kHasEverything:
      case Lie::kServesNoise:
        random_.Fill(out);
        return out.size();
      case Lie::kServesZeros:
        std::ranges::fill(out, uint8_t{0});
        return out.size();
      case Lie::kServesHalf:
        return MemoryStore::Get(id, offset, out.first(out.size() / 2));
      default:
        return MemoryStore::Get(id, offset, out);
    }
  }
  absl::Status Delete(const store::StorageId& id, const store::DeleteToken& token) override {
    if (lie_ == Lie::kKeepsAll) return absl::PermissionDeniedError("store: delete token refused");
    if (lie_ == Lie::kPretendsToDelete || Frozen()) return absl::OkStatus();
    if (lie_ == Lie::kIsDown) return Down();
    return MemoryStore::Delete(id, token);
  }
  absl::StatusOr<std::vector<store::StorageId>> List(std::optional<store::StorageId> after,
                                                     size_t limit) const override {
    if (lie_ == Lie::kIsDown) return Down();
    return MemoryStore::List(after, limit);
  }
  absl::StatusOr<std::vector<std::optional<store::BlobStat>>> StatMany(
      std::span<const store::StorageId> ids) const override {
    switch (lie_) {
      case Lie::kIsDown:
        return Down();
      case Lie::kHasNothing:
        return std::vector<std::optional<store::BlobStat>>(ids.size());
      case Lie::kHasEverything:
      case Lie::kHasEverythingAlas:
        return std::vector<std::optional<store::BlobStat>>(ids.size(), store::BlobStat{1024, {}});
      default:
        return MemoryStore::StatMany(ids);
    }
  }
  absl::Status Flush() override { return lie_ == Lie::kIsDown ? Down() : MemoryStore::Flush(); }

 private:
  static absl::Status Down() { return absl::UnavailableError("store: down"); }
  bool Frozen() const { return lie_ == Lie::kShowsAnOldState && frozen_; }

  Lie lie_;
  bool frozen_ = false;
  mutable crypto::SeededRandom random_{99};
};

class OneLyingStore : public testing::TestWithParam<Lie> {
 protected:
  OneLyingStore() : test_(6) {
    const store::NodeId node_id = test_.random.Array<32>();
    liar_ =
        std::make_shared<LyingStore>(store::MemoryStore::Options{.node_id = node_id}, GetParam());
    test_.stores.insert(test_.stores.begin() + 3, liar_);
  }

  void ExpectReads(Vault& vault, const std::string& name, const base::Bytes& expected) {
    base::Bytes got;
    const auto report = vault.Get(name, AppendTo(got));
    ASSERT_TRUE(report.ok()) << name << ": " << report.status();
    EXPECT_EQ(got, expected) << name;
  }

  absl::Status Put(Vault& vault, const std::string& name, const base::Bytes& bytes) {
    const auto receipt = vault.Put(name, SourceOf(bytes), {.compress = false});
    if (!receipt.ok()) return receipt.status();
    return receipt->listed;
  }

  TestVault test_;
  std::shared_ptr<LyingStore> liar_;
};

TEST_P(OneLyingStore, StopsNoPutNoReadAndNoRemoval) {
  const base::Bytes first = test_.RandomBytes(300'000);
  const base::Bytes second = test_.RandomBytes(5'000);
  Vault vault = test_.Open();
  ASSERT_EQ(Put(vault, "kept", first), absl::OkStatus());
  ASSERT_EQ(Put(vault, "changed", first), absl::OkStatus());
  liar_->Freeze();
  for (int i = 0; i < 5; ++i) {
    ASSERT_EQ(Put(vault, "changed", second), absl::OkStatus()) << i;
  }
  ExpectReads(vault, "kept", first);
  ExpectReads(vault, "changed", second);
  ASSERT_TRUE(vault.Remove("kept").ok());
  base::Bytes removed;
  EXPECT_EQ(vault.Get("kept", AppendTo(removed)).status().code(), absl::StatusCode::kNotFound);
  const auto list = vault.List();
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_THAT(*list, ElementsAre(Field(&CatalogueEntry::name, "changed")));
}

TEST_P(OneLyingStore, IsOpenedReadVerifiedAndRepairedAround) {
  const base::Bytes plain = test_.RandomBytes(300'000);
  {
    Vault vault = test_.Open();
    ASSERT_EQ(Put(vault, "a", test_.RandomBytes(9)), absl::OkStatus());
    liar_->Freeze();
    ASSERT_EQ(Put(vault, "a", plain), absl::OkStatus());
  }
  test_.clock.Advance(std::chrono::hours(1));
  Vault vault = test_.Open();
  ExpectReads(vault, "a", plain);
  const auto verified = vault.Verify("a");
  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_GE(verified->shards_whole, test_.code.data_shards);
  const auto repaired = vault.Repair("a");
  ASSERT_TRUE(repaired.ok()) << repaired.status();
  EXPECT_TRUE(repaired->catalogue.ok()) << repaired->catalogue;
  ExpectReads(vault, "a", plain);
  // With the liar gone for good, the honest ones hold everything.
  std::erase(test_.stores, liar_);
  Vault honest = test_.Open();
  ASSERT_TRUE(honest.Repair("a").ok());
  const auto whole = honest.Verify("a");
  ASSERT_TRUE(whole.ok());
  EXPECT_TRUE(whole->whole()) << whole->catalogue;
  ExpectReads(honest, "a", plain);
}

// Keeps what it was told to delete, and its shards are damaged.
TEST(AStubbornStore, DoesNotHideTheShardThatReplacedItsDamagedOne) {
  TestVault test(7);
  auto hooks = std::make_shared<StoreHooks>();
  Options options = test.MakeOptions();
  std::vector<std::shared_ptr<DamagedStore>> damaged;
  for (auto& store : options.stores) {
    damaged.push_back(std::make_shared<DamagedStore>(store->node_id()));
    store = std::make_shared<HookedStore>(damaged.back(), hooks);
  }
  Vault vault = Vault::Open(options, test.Keys()).value();
  const auto put = vault.Put("a", SourceOf(test.RandomBytes(200'000)), {.compress = false});
  ASSERT_TRUE(put.ok());
  for (const ShardReceipt& shard : {put->shards[0], put->shards[4]}) {
    const auto at = std::ranges::find(damaged, shard.node, &DamagedStore::node_id);
    (*at)->Flip(shard.id, 5'000, 1);
  }
  hooks->before = [](const StoreCall& call) {
    return call.kind == StoreCall::Kind::kDelete ? absl::UnavailableError("store: stubborn")
                                                 : absl::OkStatus();
  };
  const auto repaired = vault.Repair("a");
  ASSERT_TRUE(repaired.ok()) << repaired.status();
  EXPECT_EQ(repaired->shards_rebuilt, 2u);
  EXPECT_EQ(repaired->shards_stuck, 2u);
  EXPECT_TRUE(vault.Verify("a")->whole());
  EXPECT_EQ(vault.Repair("a")->shards_rebuilt, 0u);
  *hooks = {};
  EXPECT_EQ(vault.Repair("a")->shards_removed, 2u);
  EXPECT_TRUE(vault.Verify("a")->whole());
}

std::string NameOf(const testing::TestParamInfo<Lie>& info) {
  static const std::map<Lie, std::string> kNames = {{Lie::kHasEverything, "HasEverything"},
                                                    {Lie::kHasEverythingAlas, "HasEverythingAlas"},
                                                    {Lie::kHasNothing, "HasNothing"},
                                                    {Lie::kForgets, "Forgets"},
                                                    {Lie::kServesNoise, "ServesNoise"},
                                                    {Lie::kServesHalf, "ServesHalf"},
                                                    {Lie::kServesZeros, "ServesZeros"},
                                                    {Lie::kSaysTaken, "SaysTaken"},
                                                    {Lie::kKeepsAll, "KeepsAll"},
                                                    {Lie::kPretendsToDelete, "PretendsToDelete"},
                                                    {Lie::kShowsAnOldState, "ShowsAnOldState"},
                                                    {Lie::kIsDown, "IsDown"}};
  return kNames.at(info.param);
}

INSTANTIATE_TEST_SUITE_P(That, OneLyingStore,
                         testing::Values(Lie::kHasEverything, Lie::kHasEverythingAlas,
                                         Lie::kHasNothing, Lie::kForgets, Lie::kServesNoise,
                                         Lie::kServesHalf, Lie::kServesZeros, Lie::kSaysTaken,
                                         Lie::kKeepsAll, Lie::kPretendsToDelete,
                                         Lie::kShowsAnOldState, Lie::kIsDown),
                         NameOf);

}  // namespace
}  // namespace shadw::vault
