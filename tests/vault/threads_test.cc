// SPDX-License-Identifier: Apache-2.0
//
// A vault with threads stores, returns and reports what one without does.
#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "tests/vault/hooked_store.h"
#include "tests/vault/test_vault.h"

namespace shadw::vault {
namespace {

// Bytes that compress, or do not.
base::Bytes Content(TestVault& vault, size_t size, bool text) {
  base::Bytes bytes = vault.RandomBytes(size);
  if (text) {
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>('a' + byte % 4);
  }
  return bytes;
}

struct Threaded {
  std::map<store::StorageId, base::Bytes> blobs;
  base::Bytes got;
  std::set<std::thread::id> ids;  // that a store was called by
};

struct Case {
  size_t bytes;
  bool text = false;
  PutOptions options;
};

Threaded PutAndGet(const Case& c, size_t threads) {
  TestVault test(9);
  test.memory_budget_bytes = 8 * base::kMiB;
  const base::Bytes plain = Content(test, c.bytes, c.text);
  Threaded result;
  std::mutex mutex;
  const auto hooks = std::make_shared<StoreHooks>();
  hooks->before = [&](const StoreCall&) {
    const std::lock_guard lock(mutex);
    result.ids.insert(std::this_thread::get_id());
    return absl::OkStatus();
  };
  Options options = test.MakeOptions();
  options.threads = threads;
  for (auto& store : options.stores) store = std::make_shared<HookedStore>(store, hooks);
  Vault vault = Vault::Open(options, test.Keys()).value();
  const auto put = vault.Put("object", SourceOf(plain), c.options);
  EXPECT_TRUE(put.ok()) << put.status();
  const auto got = vault.Get("object", AppendTo(result.got));
  EXPECT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(result.got, plain);
  for (const auto& store : test.stores) {
    const std::vector<store::StorageId> ids = store->List(std::nullopt, 10'000).value();
    for (const store::StorageId& id : ids) {
      base::Bytes blob(store->StatMany({&id, 1}).value().front()->bytes);
      EXPECT_TRUE(store->Get(id, 0, blob).ok());
      result.blobs[id] = std::move(blob);
    }
  }
  return result;
}

TEST(VaultThreads, AnyNumberOfThemStoresTheSameBytes) {
  const std::vector<Case> cases = {
      {.bytes = 3'000'000},
      {.bytes = 5'000'001, .options = {.compress = false, .public_audit = true}},
      {.bytes = 2'000'000, .options = {.bound = true}},
      {.bytes = 6'000'000, .text = true},
      {.bytes = 3'000'000, .options = {.code = erasure::Code{4, 2}, .cell_bytes = 4096}},
      {.bytes = 100}};
  for (size_t i = 0; i < cases.size(); ++i) {
    const Threaded alone = PutAndGet(cases[i], 1);
    EXPECT_EQ(alone.ids, std::set{std::this_thread::get_id()});
    for (size_t threads : {2u, 4u}) {
      const Threaded together = PutAndGet(cases[i], threads);
      EXPECT_EQ(together.blobs, alone.blobs) << i << " " << threads;
      EXPECT_LE(together.ids.size(), threads) << i;
    }
  }
}

TEST(VaultThreads, AStoreThatFailsIsReplacedByAnother) {
  for (size_t threads : {1u, 3u}) {
    TestVault test(8);
    const base::Bytes plain = test.RandomBytes(1'000'000);
    const auto hooks = std::make_shared<StoreHooks>();
    const store::NodeId failing = test.stores[2]->node_id();
    hooks->before = [&](const StoreCall& call) {
      const bool fails = call.node == failing && call.kind == StoreCall::Kind::kPut;
      return fails ? absl::UnavailableError("test: broken") : absl::OkStatus();
    };
    Options options = test.MakeOptions();
    options.threads = threads;
    for (auto& store : options.stores) store = std::make_shared<HookedStore>(store, hooks);
    Vault vault = Vault::Open(options, test.Keys()).value();
    const auto put = vault.Put("object", SourceOf(plain));
    ASSERT_TRUE(put.ok()) << put.status();
    EXPECT_EQ(put->shards.size(), 6u);
    for (size_t i = 0; i < put->shards.size(); ++i) {
      EXPECT_EQ(put->shards[i].index, i);
      EXPECT_NE(put->shards[i].node, failing);
    }
    base::Bytes got;
    EXPECT_TRUE(vault.Get("object", AppendTo(got)).ok());
    EXPECT_EQ(got, plain);
  }
}

TEST(VaultThreads, NoneAndTooManyAreRefused) {
  TestVault test(6);
  for (size_t threads : {size_t{0}, base::kMaxThreads + 1}) {
    Options options = test.MakeOptions();
    options.threads = threads;
    EXPECT_EQ(Vault::Open(options, test.Keys()).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace shadw::vault
