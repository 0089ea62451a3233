// SPDX-License-Identifier: Apache-2.0
//
// Pages of the catalogue that split while writers die, meet, or lose stores.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libshadw/vault/catalogue.h"
#include "tests/vault/hooked_store.h"
#include "tests/vault/live_blobs.h"
#include "tests/vault/test_vault.h"

namespace shadw::vault {
namespace {

using testing::IsEmpty;

std::string Numbered(int i) { return "name-" + std::to_string(10'000 + i); }

// A vault whose catalogue is one page that splits with the next name. Its entries stand
// for objects that nobody put: a page costs the same, they would cost minutes.
class FullPage {
 public:
  explicit FullPage(erasure::Code code = {1, 0}, size_t store_count = 2) : test(store_count) {
    test.code = code;
    const Environment env(test.MakeOptions());
    const shard::VaultKeys keys = test.Keys();
    IntentBook intents(env, keys);
    Page page;
    for (size_t i = 0; i < kSplitEntries; ++i) {
      page.entries.push_back({.name = Numbered(static_cast<int>(i)), .sequence = 1});
    }
    const shard::ObjectKeys root = keys.ForSalt(keys.PageSalt(0, {}), 0);
    const base::Bytes bytes = EncodePage(page);
    PutRequest request;
    request.metadata.kind = shard::ObjectKind::kPage;
    const auto put =
        PutObject(env, root, 0, std::nullopt, request, {.code = code}, SourceOf(bytes), intents);
    EXPECT_TRUE(put.ok()) << put.status();
    FinishPut(env, root, *put, intents);
  }

  Options HookedOptions() {
    Options options = test.MakeOptions();
    for (auto& store : options.stores) store = std::make_shared<HookedStore>(store, hooks);
    return options;
  }

  absl::Status Enter(const Options& options, const std::string& name) {
    const Environment env(options);
    const shard::VaultKeys keys = test.Keys();
    IntentBook intents(env, keys);
    std::vector<CatalogueEntry> gone;
    return Catalogue(env, keys, intents).Enter({.name = name, .sequence = 1}, test.code, gone);
  }

  std::vector<std::string> Dead() {
    const Options options = test.MakeOptions();
    return DeadBlobs(options.stores, options, test.Keys(), {});
  }

  TestVault test;
  std::shared_ptr<StoreHooks> hooks = std::make_shared<StoreHooks>();
};

TEST(SplittingPage, WhoseWriterDiesAnywhereLosesNoName) {
  // Every tenth change of the stores, on either side of it: some forty deaths.
  for (uint64_t at = 0; !HasFailure(); at += 10) {
    SCOPED_TRACE(at);
    FullPage page;
    uint64_t changes = 0;
    bool dead = false;
    page.hooks->before = [&](const StoreCall& call) {
      if (call.changes() && changes++ == at) dead = true;
      return dead ? absl::UnavailableError("gone") : absl::OkStatus();
    };
    page.Enter(page.HookedOptions(), "one more").IgnoreError();
    if (!dead) break;
    *page.hooks = {};
    const auto between = page.test.Open().List();
    ASSERT_TRUE(between.ok()) << between.status();
    EXPECT_GE(between->size(), kSplitEntries);
    ASSERT_TRUE(page.Enter(page.test.MakeOptions(), "one more").ok());
    page.test.clock.Advance(std::chrono::hours(1));
    EXPECT_EQ(page.test.Open().List()->size(), kSplitEntries + 1);
    EXPECT_THAT(page.Dead(), IsEmpty());
  }
}

TEST(SplittingPage, OfTwoWritersWhoMeetLosesNoName) {
  for (uint64_t at = 0; !HasFailure(); at += 150) {
    SCOPED_TRACE(at);
    FullPage page;
    uint64_t calls = 0;
    bool met = false;
    page.hooks->before = [&](const StoreCall&) {
      if (calls++ != at) return absl::OkStatus();
      met = true;
      for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(page.Enter(page.test.MakeOptions(), "theirs " + std::to_string(i)).ok());
      }
      return absl::OkStatus();
    };
    EXPECT_TRUE(page.Enter(page.HookedOptions(), "mine").ok());
    if (!met) break;
    const auto list = page.test.Open().List();
    ASSERT_TRUE(list.ok()) << list.status();
    EXPECT_EQ(list->size(), kSplitEntries + 4);
    EXPECT_THAT(page.Dead(), IsEmpty());
  }
}

TEST(SplittingPage, ListsByPrefixAcrossItsParts) {
  FullPage page;
  ASSERT_TRUE(page.Enter(page.test.MakeOptions(), "other").ok());
  Vault vault = page.test.Open();
  EXPECT_EQ(vault.List("name-")->size(), kSplitEntries);
  EXPECT_EQ(vault.List("name-1123")->size(), 10u);
  EXPECT_EQ(vault.List("other")->size(), 1u);
  const auto all = vault.List();
  EXPECT_TRUE(std::ranges::is_sorted(*all, {}, &CatalogueEntry::name));
}

TEST(CataloguePages, AreRepairedAsAWhole) {
  FullPage page({2, 1}, 3);
  ASSERT_TRUE(page.Enter(page.test.MakeOptions(), "a").ok());
  // One store after the other is lost and replaced: without repair nothing would be left.
  for (int round = 0; round < 3; ++round) {
    page.test.stores.erase(page.test.stores.begin());
    page.test.AddStore();
    Vault vault = page.test.Open();
    const RepairReport repaired = vault.RepairCatalogue();
    ASSERT_TRUE(repaired.catalogue.ok()) << repaired.catalogue;
    // Sixteen pages and the one that was split.
    EXPECT_EQ(repaired.shards_rebuilt, 17u);
    EXPECT_EQ(vault.List()->size(), kSplitEntries + 1);
  }
}

TEST(CatalogueWriters, WhoTakeTurnsEnterEveryName) {
  TestVault test(3);
  test.code = {2, 1};
  auto hooks = std::make_shared<StoreHooks>();
  Options options = test.MakeOptions();
  for (auto& store : options.stores) store = std::make_shared<HookedStore>(store, hooks);
  Vault first = Vault::Open(options, test.Keys()).value();
  Vault second = test.Open();
  uint64_t calls = 0;
  int theirs = 0;
  hooks->before = [&](const StoreCall&) {
    if (++calls % 301 != 0) return absl::OkStatus();
    const std::string name = "b" + std::to_string(theirs++);
    EXPECT_TRUE(second.Put(name, SourceOf(base::AsBytes(name))).ok());
    return absl::OkStatus();
  };
  for (int i = 0; i < 30; ++i) {
    const std::string name = "a" + std::to_string(i);
    const auto receipt = first.Put(name, SourceOf(base::AsBytes(name)));
    ASSERT_TRUE(receipt.ok()) << receipt.status();
    EXPECT_TRUE(receipt->listed.ok()) << receipt->listed;
  }
  *hooks = {};
  EXPECT_GT(theirs, 10);
  EXPECT_EQ(test.Open().List()->size(), 30u + theirs);
}

}  // namespace
}  // namespace shadw::vault
