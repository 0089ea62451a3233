// SPDX-License-Identifier: Apache-2.0
//
// Nodes that are away while others work, and nodes that fail for a moment.
#include <gmock/gmock.h>

#include <memory>
#include <string>

#include "tests/vault/hooked_store.h"
#include "tests/vault/live_blobs.h"
#include "tests/vault/test_vault.h"

namespace shadw::vault {
namespace {

using testing::IsEmpty;

struct Killed {};

// Puts three segments of "a" and goes no further, as if the process had been killed.
void DieInThePut(TestVault& test) {
  test.memory_budget_bytes = kMinMemoryBudgetBytes;
  Vault vault = test.Open();
  size_t given = 0;
  const ByteSource source = [&](base::MutableByteSpan out) -> absl::StatusOr<size_t> {
    if (given > 6'000'000) throw Killed();
    given += out.size();
    test.random.Fill(out);
    return out.size();
  };
  EXPECT_THROW(vault.Put("a", source, {.compress = false}).IgnoreError(), Killed);
}

std::vector<std::string> Dead(TestVault& test) {
  const Options options = test.MakeOptions();
  return DeadBlobs(options.stores, options, test.Keys(), {"a"});
}

TEST(AbsentStore, KeepsTheIntentUntilItsShardsOfADeadPutCanBeRemoved) {
  for (size_t away = 0; away < 8; ++away) {
    TestVault test(8, away + 1);
    DieInThePut(test);
    ASSERT_GT(test.BlobCount(), 12u);
    test.clock.Advance(std::chrono::hours(1));
    const auto hidden = test.stores[away];
    test.stores.erase(test.stores.begin() + static_cast<ptrdiff_t>(away));
    test.Open();
    test.stores.push_back(hidden);
    test.Open();
    EXPECT_THAT(Dead(test), IsEmpty()) << "store " << away << " was away";
    EXPECT_EQ(test.BlobCount(), 0u);
  }
}

TEST(Repair, GoesOnPastASegmentThatIsBeyondIt) {
  TestVault test(3);
  test.code = {2, 1};
  test.memory_budget_bytes = kMinMemoryBudgetBytes;
  Vault vault = test.Open();
  const auto put = vault.Put("a", SourceOf(test.RandomBytes(6'000'000)), {.compress = false});
  ASSERT_TRUE(put.ok());
  ASSERT_GE(put->segments, 3u);
  const shard::ObjectKeys keys = test.Keys().ForName("a", 0);
  const Environment env(test.MakeOptions());
  for (const ShardReceipt& shard : put->shards) {
    // Two shards of segment 0, one of each other.
    if (shard.index != 0 && (shard.segment != 0 || shard.index != 1)) continue;
    for (const auto& store : test.stores) {
      if (store->node_id() != shard.node) continue;
      ASSERT_TRUE(store->Delete(shard.id, keys.TokenFor(shard.node, shard.id)).ok());
    }
  }
  EXPECT_EQ(vault.Repair("a").status().code(), absl::StatusCode::kFailedPrecondition);
  const auto report = vault.Verify("a");
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->faults.size(), 2u);
  EXPECT_THAT(report->endangered_segments, testing::ElementsAre(0));
}

TEST(Repair, DeletesNoShardThatItsStoreCannotReadForAMoment) {
  TestVault test(7);
  const auto hooks = std::make_shared<StoreHooks>();
  Options options = test.MakeOptions();
  for (auto& store : options.stores) store = std::make_shared<HookedStore>(store, hooks);
  Vault vault = Vault::Open(options, test.Keys()).value();
  const auto put = vault.Put("a", SourceOf(test.RandomBytes(100'000)), {.compress = false});
  ASSERT_TRUE(put.ok());
  const ShardReceipt& shard = put->shards[1];
  hooks->before = [&](const StoreCall& call) {
    return call.kind == StoreCall::Kind::kGet && call.node == shard.node
               ? absl::UnavailableError("store: a moment, please")
               : absl::OkStatus();
  };
  const auto repaired = vault.Repair("a");
  ASSERT_TRUE(repaired.ok()) << repaired.status();
  EXPECT_GE(repaired->shards_rebuilt, 1u);
  *hooks = {};
  for (const auto& store : test.stores) {
    if (store->node_id() != shard.node) continue;
    EXPECT_TRUE(store->StatMany({&shard.id, 1})->front());
  }
  // Two copies are one too many, no more.
  EXPECT_TRUE(vault.Verify("a")->whole());
  EXPECT_TRUE(vault.Repair("a").ok());
  EXPECT_THAT(Dead(test), IsEmpty());
}

}  // namespace
}  // namespace shadw::vault
