// SPDX-License-Identifier: Apache-2.0
//
// Stores that fail at any one call, or from some call on: a put succeeds whole or leaves
// the old version and, once its lease has ended, nothing else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/vault/hooked_store.h"
#include "tests/vault/live_blobs.h"
#include "tests/vault/test_vault.h"

namespace shadw::vault {
namespace {

using testing::IsEmpty;

// A vault with one object, whose stores can be made to fail.
class FaultyVault : public TestVault {
 public:
  explicit FaultyVault(size_t store_count = 4) : TestVault(store_count) {
    code = {2, 1};
    old_content = RandomBytes(9'000);
    new_content = RandomBytes(9'001);
    Vault vault = Open();
    EXPECT_TRUE(vault.Put("a", SourceOf(RandomBytes(10))).ok());
    EXPECT_TRUE(vault.Put("a", SourceOf(old_content)).ok());
  }

  Options HookedOptions() {
    Options options = MakeOptions();
    for (auto& store : options.stores) store = std::make_shared<HookedStore>(store, hooks);
    return options;
  }
  Vault OpenHooked() { return Vault::Open(HookedOptions(), Keys()).value(); }

  absl::StatusOr<PutReceipt> PutNew(Vault& vault) {
    return vault.Put("a", SourceOf(new_content), {.compress = false});
  }

  base::Bytes Content() {
    Vault vault = Open();
    base::Bytes bytes;
    const auto got = vault.Get("a", AppendTo(bytes));
    EXPECT_TRUE(got.ok()) << got.status();
    return bytes;
  }

  std::vector<std::string> DeadAfterLease() {
    clock.Advance(std::chrono::hours(1));
    Vault vault = Open();
    EXPECT_EQ(vault.List()->size(), 1u);
    return DeadNow();
  }
  std::vector<std::string> DeadNow() {
    const Options options = MakeOptions();
    return DeadBlobs(options.stores, options, Keys(), {"a"});
  }

  std::shared_ptr<StoreHooks> hooks = std::make_shared<StoreHooks>();
  base::Bytes old_content;
  base::Bytes new_content;
};

struct Fault {
  absl::StatusCode code = absl::StatusCode::kUnavailable;
  bool done_all_the_same = false;
  bool (*applies)(const StoreCall&) = [](const StoreCall&) { return true; };
};

// Lets the call with this number fail. Returns whether there was one.
class OneFault {
 public:
  OneFault(StoreHooks& hooks, const Fault& fault, uint64_t at) : fault_(fault), at_(at) {
    const auto hook = [this](const StoreCall& call) {
      if (!fault_.applies(call)) return absl::OkStatus();
      const uint64_t number = calls_++;
      const bool fails = number == at_;
      hit_ |= fails;
      return fails ? absl::Status(fault_.code, "the store fails") : absl::OkStatus();
    };
    (fault.done_all_the_same ? hooks.after : hooks.before) = hook;
  }
  bool hit() const { return hit_; }

 private:
  Fault fault_;
  uint64_t at_;
  uint64_t calls_ = 0;
  bool hit_ = false;
};

// Puts once for every call that the put makes. Returns how often it failed.
int PutWithEveryFault(const Fault& fault, bool stage, uint64_t stride) {
  int failures = 0;
  for (uint64_t at = 0; !testing::Test::HasFailure(); at += stride) {
    SCOPED_TRACE(at);
    FaultyVault test;
    test.hooks->stage = stage;
    Vault vault = test.OpenHooked();
    const OneFault one(*test.hooks, fault, at);
    const auto receipt = test.PutNew(vault);
    *test.hooks = {};
    if (!one.hit()) return failures;
    failures += receipt.ok() ? 0 : 1;
    EXPECT_EQ(test.Content(), receipt.ok() ? test.new_content : test.old_content)
        << receipt.status();
    EXPECT_THAT(test.DeadAfterLease(), IsEmpty());
    EXPECT_EQ(test.Content(), receipt.ok() ? test.new_content : test.old_content);
  }
  return failures;
}

// With stores that stage and with stores that do not.
void PutWithEveryFault(const Fault& fault, uint64_t stride = 1) {
  for (const bool stage : {false, true}) {
    SCOPED_TRACE(stage);
    PutWithEveryFault(fault, stage, stride);
  }
}

bool IsChange(const StoreCall& call) { return call.changes(); }
bool IsPut(const StoreCall& call) { return call.kind == StoreCall::Kind::kPut; }
bool IsFlush(const StoreCall& call) { return call.kind == StoreCall::Kind::kFlush; }
bool IsQuestion(const StoreCall& call) {
  return !call.changes() && call.kind != StoreCall::Kind::kFlush;
}

TEST(FailingStore, ThatIsFullOnceLeavesAPutWholeOrUndone) {
  PutWithEveryFault({.code = absl::StatusCode::kResourceExhausted, .applies = IsPut});
}

TEST(FailingStore, ThatCannotStageOnceCostsNoPut) {
  const auto stages = [](const StoreCall& call) { return call.kind == StoreCall::Kind::kStage; };
  EXPECT_EQ(PutWithEveryFault({.applies = stages}, true, 1), 0);
}

TEST(FailingStore, ThatFailsOneChangeLeavesAPutWholeOrUndone) {
  PutWithEveryFault({.applies = IsChange});
}

TEST(FailingStore, ThatMakesAChangeAndDeniesItLeavesAPutWholeOrUndone) {
  PutWithEveryFault({.done_all_the_same = true, .applies = IsChange});
}

TEST(FailingStore, ThatCannotFlushOnceLeavesAPutWholeOrUndone) {
  PutWithEveryFault({.applies = IsFlush});
}

TEST(FailingStore, ThatDoesNotAnswerOnceLeavesAPutWholeOrUndone) {
  PutWithEveryFault({.applies = IsQuestion}, 5);
}

// A writer that dies makes no call any more: what others find is one of the versions.
TEST(FailingStore, ThatIsGoneFromAnyChangeOnLeavesOldOrNewAndThenNothingElse) {
  for (const int way : {0, 1, 2, 3}) {
    const bool last_is_done = way % 2 == 1, stage = way / 2 == 1;
    for (uint64_t at = 0; !HasFailure(); ++at) {
      SCOPED_TRACE(at);
      FaultyVault test;
      Vault vault = test.OpenHooked();
      uint64_t changes = 0;
      bool dead = false;
      const auto before = [&](const StoreCall& call) {
        if (!last_is_done && call.changes() && changes++ == at) dead = true;
        return dead ? absl::UnavailableError("gone") : absl::OkStatus();
      };
      const auto after = [&](const StoreCall& call) {
        if (last_is_done && call.changes() && changes++ == at) dead = true;
        return dead ? absl::UnavailableError("gone") : absl::OkStatus();
      };
      *test.hooks = {before, after, stage};
      test.PutNew(vault).IgnoreError();
      *test.hooks = {};
      if (!dead) break;
      const base::Bytes content = test.Content();
      EXPECT_TRUE(content == test.old_content || content == test.new_content);
      EXPECT_THAT(test.DeadAfterLease(), IsEmpty());
      EXPECT_EQ(test.Content(), content);
    }
  }
}

TEST(FailingStore, IsReplacedByASpareDuringAPut) {
  FaultyVault test(4);
  Vault vault = test.OpenHooked();
  const store::NodeId broken = test.stores[1]->node_id();
  test.hooks->before = [&](const StoreCall& call) {
    const bool refused = call.node == broken && call.kind == StoreCall::Kind::kPut;
    return refused ? absl::UnavailableError("broken") : absl::OkStatus();
  };
  const auto receipt = test.PutNew(vault);
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  for (const ShardReceipt& shard : receipt->shards) EXPECT_NE(shard.node, broken);
  EXPECT_EQ(test.Content(), test.new_content);
  EXPECT_TRUE(vault.Verify("a")->whole());
  EXPECT_THAT(test.DeadNow(), IsEmpty());
}

TEST(FailingStore, WithoutASpareFailsThePutAndKeepsTheOldVersion) {
  FaultyVault test(3);
  Vault vault = test.OpenHooked();
  const store::NodeId broken = test.stores[1]->node_id();
  test.hooks->before = [&](const StoreCall& call) {
    const bool refused = call.node == broken && call.kind == StoreCall::Kind::kPut;
    return refused ? absl::UnavailableError("broken") : absl::OkStatus();
  };
  EXPECT_EQ(test.PutNew(vault).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(test.Content(), test.old_content);
  EXPECT_THAT(test.DeadNow(), IsEmpty());
}

TEST(FullStores, RefuseAPutClearlyAndLoseNothing) {
  TestVault test(0);
  test.code = {2, 1};
  for (int i = 0; i < 3; ++i) test.AddStore(400'000);
  Vault vault = test.Open();
  const base::Bytes plain = test.RandomBytes(100'000);
  ASSERT_TRUE(vault.Put("a", SourceOf(plain)).ok());
  const auto receipt = vault.Put("b", SourceOf(test.RandomBytes(3'000'000)));
  EXPECT_EQ(receipt.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(receipt.status().message(), testing::HasSubstr("bytes to keep, need at most"));
  EXPECT_EQ(vault.List()->size(), 1u);
  base::Bytes read;
  ASSERT_TRUE(vault.Get("a", AppendTo(read)).ok());
  EXPECT_EQ(read, plain);
  const Options options = test.MakeOptions();
  EXPECT_THAT(DeadBlobs(options.stores, options, test.Keys(), {"a"}), IsEmpty());
}

// Room for the object, none for the catalogue's page: the object is stored and says so.
TEST(FullStores, ThatCannotListAnObjectKeepItAndListItLater) {
  TestVault test(3);
  test.code = {2, 1};
  auto hooks = std::make_shared<StoreHooks>();
  Options options = test.MakeOptions();
  for (auto& store : options.stores) store = std::make_shared<HookedStore>(store, hooks);
  Vault vault = Vault::Open(options, test.Keys()).value();
  ASSERT_TRUE(vault.Put("a", SourceOf(test.RandomBytes(100))).ok());
  const base::Bytes plain = test.RandomBytes(5000);
  int heads = 0;
  hooks->before = [&](const StoreCall& call) {
    if (call.kind != StoreCall::Kind::kPut) return absl::OkStatus();
    // Two copies of the intent, two of the head.
    if (call.bytes == shard::kHeaderBytes) ++heads;
    return heads > 4 ? absl::ResourceExhaustedError("full") : absl::OkStatus();
  };
  const auto receipt = vault.Put("b", SourceOf(plain));
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_EQ(receipt->listed.code(), absl::StatusCode::kResourceExhausted);
  base::Bytes read;
  ASSERT_TRUE(vault.Get("b", AppendTo(read)).ok());
  EXPECT_EQ(read, plain);
  EXPECT_EQ(vault.List()->size(), 1u);
  // A vault opens though it cannot complete the catalogue, and an object can be removed.
  test.clock.Advance(std::chrono::hours(1));
  Vault full = Vault::Open(options, test.Keys()).value();
  EXPECT_EQ(full.List()->size(), 1u);
  *hooks = {};
  Vault later = Vault::Open(options, test.Keys()).value();
  EXPECT_EQ(later.List()->size(), 2u);
}

TEST(FullStores, LetAnObjectBeRemoved) {
  TestVault test(0);
  test.code = {2, 1};
  for (int i = 0; i < 3; ++i) test.AddStore(60'000);
  Vault vault = test.Open();
  ASSERT_TRUE(vault.Put("a", SourceOf(test.RandomBytes(60'000)), {.compress = false}).ok());
  while (vault.Put("filler", SourceOf(test.RandomBytes(100))).ok() &&
         test.stores[0]->used_bytes() < 52'000) {
  }
  ASSERT_TRUE(vault.Remove("a").ok());
  EXPECT_EQ(vault.Info("a").status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(vault.Put("b", SourceOf(test.RandomBytes(10'000))).ok());
}

// The writer died between the head and the catalogue; the nodes with the head are away
// when the vault is opened next.
TEST(CleanUp, RemovesNoVersionWhileANodeIsMissingThatMayHoldItsHead) {
  FaultyVault test(8);
  Vault vault = test.OpenHooked();
  int bare = 0;
  bool dead = false;
  test.hooks->before = [&](const StoreCall& call) {
    // Two copies of the intent, two of the head.
    if (call.bytes == shard::kHeaderBytes && ++bare == 5) dead = true;
    return dead ? absl::UnavailableError("gone") : absl::OkStatus();
  };
  test.PutNew(vault).IgnoreError();
  EXPECT_TRUE(dead);
  *test.hooks = {};
  test.clock.Advance(std::chrono::hours(1));
  const shard::ObjectKeys keys = test.Keys().ForName("a", 0);
  const Options options = test.MakeOptions();
  const Blobs before = StoredBlobs(options.stores);
  const auto all = test.stores;
  const Environment env(options);
  const HeadPlace place = LookAtHead(env, keys, 3);
  ASSERT_TRUE(place.head);
  ASSERT_EQ(place.head->nodes.size(), 2u);
  std::erase_if(test.stores, [&](const auto& store) {
    return std::ranges::any_of(place.head->nodes, [&](size_t node) {
      return env.roster.node_id(node) == store->node_id();
    });
  });
  test.Open();
  EXPECT_EQ(StoredBlobs(options.stores), before);
  test.stores = all;
  EXPECT_EQ(test.Content(), test.new_content);
  EXPECT_THAT(test.DeadAfterLease(), IsEmpty());
  EXPECT_EQ(test.Content(), test.new_content);
}

}  // namespace
}  // namespace shadw::vault
