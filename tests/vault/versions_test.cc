// SPDX-License-Identifier: Apache-2.0
//
// Versions: which one is the newest, who wins where two are written at once, what shuts
// readers out, and what garbage at a place of ours can do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "libshadw/vault/catalogue.h"
#include "tests/vault/hooked_store.h"
#include "tests/vault/live_blobs.h"
#include "tests/vault/test_vault.h"

namespace shadw::vault {
namespace {

using testing::IsEmpty;

base::Bytes Text(std::string_view text) { return base::ToBytes(base::AsBytes(text)); }

absl::StatusOr<std::string> Read(Vault& vault, std::string_view name) {
  base::Bytes bytes;
  const auto got = vault.Get(name, AppendTo(bytes));
  if (!got.ok()) return got.status();
  return std::string(base::AsText(bytes));
}

std::vector<std::string> Dead(TestVault& test, const std::vector<std::string>& names) {
  const Options options = test.MakeOptions();
  return DeadBlobs(options.stores, options, test.Keys(), names);
}

class SmallVault : public TestVault {
 public:
  explicit SmallVault(size_t store_count = 4, uint64_t seed = 1) : TestVault(store_count, seed) {
    code = {2, 1};
  }
  // Puts the text itself; returns the receipt or dies.
  PutReceipt Put(Vault& vault, std::string_view name, std::string_view text,
                 const PutOptions& options = {}) {
    const base::Bytes bytes = Text(text);
    return vault.Put(name, SourceOf(bytes), options).value();
  }
};

// What a dishonest node keeps to show it again later.
class Snapshot {
 public:
  explicit Snapshot(const TestVault& test) {
    for (const auto& store : test.stores) {
      auto copy = std::make_shared<store::MemoryStore>(
          store::MemoryStore::Options{.node_id = store->node_id()});
      const std::vector<store::StorageId> ids = store->List(std::nullopt, 10'000).value();
      for (const store::StorageId& id : ids) {
        base::Buffer bytes(store->StatMany({&id, 1})->front()->bytes);
        EXPECT_TRUE(store->Get(id, 0, bytes.span()).ok());
        const store::TokenHash token = store->StatMany({&id, 1})->front()->token_hash;
        EXPECT_TRUE(copy->Put(id, bytes.span(), token).ok());
      }
      stores.push_back(std::move(copy));
    }
  }
  std::vector<std::shared_ptr<store::MemoryStore>> stores;
};

// A store whose inside can be exchanged behind the vault's back.
class FickleStore : public store::Store {
 public:
  explicit FickleStore(std::shared_ptr<store::Store> inner) : inner_(std::move(inner)) {}
  void Become(std::shared_ptr<store::Store> inner) { inner_ = std::move(inner); }

  const store::NodeId& node_id() const override { return inner_->node_id(); }
  absl::Status Put(const store::StorageId& id, base::ByteSpan bytes,
                   const store::TokenHash& token_hash) override {
    return inner_->Put(id, bytes, token_hash);
  }
  absl::StatusOr<size_t> Get(const store::StorageId& id, uint64_t offset,
                             base::MutableByteSpan out) const override {
    return inner_->Get(id, offset, out);
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
};

TEST(Versions, RollbackToAnOldVersionIsNoticedByWhoHasSeenANewerOne) {
  SmallVault test;
  Options options = test.MakeOptions();
  std::vector<std::shared_ptr<FickleStore>> fickle;
  for (auto& store : options.stores) {
    fickle.push_back(std::make_shared<FickleStore>(store));
    store = fickle.back();
  }
  Vault vault = Vault::Open(options, test.Keys()).value();
  test.Put(vault, "a", "one");
  const std::string capability = vault.Share("a", shard::Right::kRead).value();
  SharedObject reader =
      SharedObject::Open(options, shard::DecodeCapability(capability).value()).value();
  const Snapshot old(test);
  test.Put(vault, "a", "two");
  base::Bytes bytes;
  ASSERT_TRUE(reader.Get(AppendTo(bytes)).ok());
  for (size_t i = 0; i < fickle.size(); ++i) fickle[i]->Become(old.stores[i]);
  const auto status = Read(vault, "a").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), testing::HasSubstr("need at least 2"));
  EXPECT_EQ(vault.Put("a", SourceOf({})).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(reader.Get(AppendTo(bytes)).status().code(), absl::StatusCode::kFailedPrecondition);
  // Without that memory it shows as soon as one honest store answers.
  fickle[0]->Become(test.stores[0]);
  fickle[1]->Become(test.stores[1]);
  fickle[2]->Become(test.stores[2]);
  Vault fresh = Vault::Open(options, test.Keys()).value();
  EXPECT_EQ(Read(fresh, "a").value(), "two");
}

TEST(Versions, UpToTwoHundredAreFoundFromAnyThatIsKnown) {
  SmallVault test(3);
  Vault vault = test.Open();
  const Environment env(test.MakeOptions());
  const shard::ObjectKeys keys = test.Keys().ForName("a", 0);
  for (uint64_t n = 1; n <= 200; ++n) {
    ASSERT_EQ(test.Put(vault, "a", std::to_string(n)).sequence, n);
    // What a reader with no memory finds, and one who saw some version long ago.
    for (const uint64_t known : {uint64_t{0}, n / 3, n / 2, n - 1, n}) {
      const auto head = FindNewestHead(env, keys, known);
      ASSERT_TRUE(head.ok()) << head.status();
      ASSERT_TRUE(*head);
      ASSERT_EQ((*head)->sequence(), n) << known;
    }
    for (uint64_t sequence = 1; sequence <= n; ++sequence) {
      if (n % 37 != 0) break;
      const std::vector<uint64_t> kept = shard::KeptSequences(n);
      EXPECT_EQ(LookAtHead(env, keys, sequence).head.has_value(),
                std::ranges::binary_search(kept, sequence))
          << sequence << " of " << n;
    }
  }
  EXPECT_EQ(Read(vault, "a").value(), "200");
  EXPECT_THAT(Dead(test, {"a"}), IsEmpty());
}

TEST(Versions, TombstonesHideWhatWasRemovedAndLaterVersionsHideThem) {
  SmallVault test;
  Vault vault = test.Open();
  test.Put(vault, "a", "one");
  ASSERT_TRUE(vault.Remove("a").ok());
  EXPECT_EQ(Read(vault, "a").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(vault.Remove("a").code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(vault.Share("a", shard::Right::kRead).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Read(*std::make_unique<Vault>(test.Open()), "a").status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_THAT(Dead(test, {"a"}), IsEmpty());
  EXPECT_EQ(test.Put(vault, "a", "three").sequence, 3u);
  EXPECT_EQ(Read(vault, "a").value(), "three");
  EXPECT_EQ(vault.List()->size(), 1u);
  EXPECT_THAT(Dead(test, {"a"}), IsEmpty());
}

TEST(Generations, ShutReadersOutOfLaterVersions) {
  SmallVault test;
  Vault vault = test.Open();
  for (int i = 1; i <= 5; ++i) test.Put(vault, "a", "before");
  const std::string capability = vault.Share("a", shard::Right::kRead).value();
  const shard::ObjectKeys old_keys = shard::DecodeCapability(capability).value();
  SharedObject old_reader = SharedObject::Open(test.MakeOptions(), old_keys).value();
  const Snapshot before(test);
  const PutReceipt raised = test.Put(vault, "a", "after", {.raise_generation = true});
  EXPECT_EQ(raised.generation, 1u);
  EXPECT_EQ(Read(vault, "a").value(), "after");
  base::Bytes bytes;
  EXPECT_FALSE(old_reader.Get(AppendTo(bytes)).ok());
  EXPECT_THAT(bytes, IsEmpty());
  EXPECT_THAT(Dead(test, {"a"}), IsEmpty());
  // Not one header of the new version opens with the old keys.
  const Environment env(test.MakeOptions());
  for (const auto& [node, id] : StoredBlobs(env.options.stores)) {
    base::ByteArray<shard::kHeaderBytes> header{};
    for (const auto& store : test.stores) {
      if (store->node_id() == node) {
        ASSERT_TRUE(store->Get(id, 0, header).ok());
      }
    }
    const auto opened = shard::OpenHeader(header, old_keys, shard::OpenTo::kAudit);
    EXPECT_TRUE(!opened.ok() || opened->audit.sequence <= 5);
  }
  // But of earlier ones: whoever kept the bytes can read them.
  Options kept = test.MakeOptions();
  kept.stores.assign(before.stores.begin(), before.stores.end());
  SharedObject of_kept = SharedObject::Open(kept, old_keys).value();
  ASSERT_TRUE(of_kept.Get(AppendTo(bytes)).ok());
  EXPECT_EQ(base::AsText(bytes), "before");
}

TEST(Generations, AreFoundByWhoeverKnowsNothingOfEarlierOnes) {
  SmallVault test(3);
  uint32_t generation = 0;
  Vault vault = test.Open();
  for (int n = 1; n <= 40; ++n) {
    SCOPED_TRACE(n);
    const bool raise = n % 7 == 0;
    generation += raise ? 1 : 0;
    const std::string text = std::to_string(n);
    EXPECT_EQ(test.Put(vault, "a", text, {.raise_generation = raise}).generation, generation);
    EXPECT_EQ(Read(vault, "a").value(), text);
    Vault fresh = test.Open();
    EXPECT_EQ(Read(fresh, "a").value(), text);
    const std::string capability = vault.Share("a", shard::Right::kRead).value();
    SharedObject reader =
        SharedObject::Open(test.MakeOptions(), shard::DecodeCapability(capability).value()).value();
    base::Bytes bytes;
    ASSERT_TRUE(reader.Get(AppendTo(bytes)).ok());
    EXPECT_EQ(base::AsText(bytes), text);
  }
  EXPECT_THAT(Dead(test, {"a"}), IsEmpty());
}

TEST(Garbage, AtTheNextHeadsPlaceRaisesTheGeneration) {
  SmallVault test;
  Vault vault = test.Open();
  for (int i = 1; i <= 4; ++i) test.Put(vault, "a", "before");
  const shard::ObjectKeys keys = test.Keys().ForName("a", 0);
  const base::Bytes garbage = test.RandomBytes(1024);
  for (const auto& store : test.stores) {
    ASSERT_TRUE(store->Put(keys.HeadStorageId(5, store->node_id()), garbage, {}).ok());
  }
  const PutReceipt receipt = test.Put(vault, "a", "after");
  EXPECT_EQ(receipt.generation, 1u);
  EXPECT_EQ(Read(vault, "a").value(), "after");
  Vault fresh = test.Open();
  EXPECT_EQ(Read(fresh, "a").value(), "after");
  EXPECT_EQ(test.Put(fresh, "a", "again").generation, 1u);
  EXPECT_EQ(Dead(test, {"a"}).size(), test.stores.size());
}

// Squatters who know a shard's place before it is put: a store that answers every put of
// a certain size with "taken", once.
TEST(Garbage, AtAShardsPlaceMovesTheShardToTheNextEpoch) {
  SmallVault test(3);
  auto hooks = std::make_shared<StoreHooks>();
  Options options = test.MakeOptions();
  for (auto& store : options.stores) store = std::make_shared<HookedStore>(store, hooks);
  Vault vault = Vault::Open(options, test.Keys()).value();
  std::map<store::NodeId, int> refusals;
  hooks->before = [&](const StoreCall& call) {
    const bool shard = call.kind == StoreCall::Kind::kPut && call.bytes > shard::kHeaderBytes;
    return shard && refusals[call.node]++ < 2 ? absl::AlreadyExistsError("taken")
                                              : absl::OkStatus();
  };
  const base::Bytes plain = test.RandomBytes(10'000);
  const auto receipt = vault.Put("a", SourceOf(plain));
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  *hooks = {};
  base::Bytes bytes;
  ASSERT_TRUE(vault.Get("a", AppendTo(bytes)).ok());
  EXPECT_EQ(bytes, plain);
  const Environment env(test.MakeOptions());
  const shard::ObjectKeys keys = test.Keys().ForName("a", 0);
  const auto head = FindNewestHead(env, keys);
  const LocatedSegment located =
      LocateSegment(env, keys, SegmentId::Of(**head, 0), Search::kAllNodes);
  ASSERT_EQ(located.shards.size(), 3u);
  for (const LocatedShard& shard : located.shards) {
    EXPECT_EQ(shard.header.audit.epoch, env.EpochNow() + 2);
  }
  EXPECT_TRUE(vault.Verify("a")->whole());
}

// Two heads with one sequence, as writers leave them who did not see each other.
class CompetingHeads : public testing::Test {
 protected:
  struct Rival {
    shard::VersionId version{};
    std::vector<size_t> nodes;
  };
  void Write(uint64_t sequence, const Rival& rival) {
    const shard::HeadLabel label{.sequence = sequence,
                                 .version = rival.version,
                                 .segment_count = 1,
                                 .code = test_.code,
                                 .epoch = env_.EpochNow(),
                                 .time_ns = base::ToUnixNanos(env_.Now())};
    const auto sealer = shard::HeadSealer::Create(keys_, label, {}, env_.Seal());
    ASSERT_TRUE(sealer.ok()) << sealer.status();
    for (size_t node : rival.nodes) {
      const store::NodeId& node_id = env_.roster.node_id(node);
      const store::StorageId id = keys_.HeadStorageId(sequence, node_id);
      const auto token = store::HashToken(keys_.TokenFor(node_id, id));
      ASSERT_TRUE(test_.stores[node]->Put(id, sealer->ForNode(node_id, 0), token).ok());
    }
  }
  shard::VersionId Winner(uint64_t sequence) {
    return LookAtHead(env_, keys_, sequence).head->version();
  }

  SmallVault test_{5};
  Environment env_{test_.MakeOptions()};
  shard::ObjectKeys keys_ = test_.Keys().ForName("a", 0);
};

TEST_F(CompetingHeads, AreWonByTheMostCopies) {
  Write(1, {{1}, {0, 1}});
  Write(1, {{2}, {2, 3, 4}});
  EXPECT_EQ(Winner(1), shard::VersionId{2});
}

TEST_F(CompetingHeads, WithEqualCopiesAreWonByTheSmallestId) {
  Write(1, {{3}, {0, 1}});
  Write(1, {{2}, {2, 4}});
  Write(1, {{4}, {3}});
  EXPECT_EQ(Winner(1), shard::VersionId{2});
  EXPECT_EQ(LookAtHead(env_, keys_, 1).competitors.size(), 2u);
}

// Two writers who saw the same version. The second one's whole put happens inside each
// call of the first one's, in turn.
enum class Second { kPut, kRemove, kRaise, kManyPuts };

void ExpectOneWinnerAtEveryPoint(Second second, uint64_t stride) {
  for (uint64_t at = 0; !testing::Test::HasFailure(); at += stride) {
    SCOPED_TRACE(at);
    SmallVault test;
    auto hooks = std::make_shared<StoreHooks>();
    Options hooked = test.MakeOptions();
    for (auto& store : hooked.stores) store = std::make_shared<HookedStore>(store, hooks);
    Vault other = test.Open();
    test.Put(other, "a", "old");
    Vault first = Vault::Open(hooked, test.Keys()).value();
    uint64_t calls = 0;
    bool met = false;
    absl::StatusOr<PutReceipt> inner = absl::UnknownError("not run");
    hooks->before = [&](const StoreCall&) {
      if (calls++ != at) return absl::OkStatus();
      met = true;
      const base::Bytes theirs = Text("theirs");
      for (int i = 0; i < (second == Second::kManyPuts ? 7 : 1); ++i) {
        if (second == Second::kRemove) {
          const absl::Status removed = other.Remove("a");
          inner = removed.ok() ? absl::StatusOr<PutReceipt>(PutReceipt{}) : removed;
        } else {
          inner = other.Put("a", SourceOf(theirs), {.raise_generation = second == Second::kRaise});
        }
      }
      return absl::OkStatus();
    };
    const base::Bytes mine = Text("mine");
    const auto outer = first.Put("a", SourceOf(mine));
    *hooks = {};
    if (!met) return;
    for (const absl::Status& status : {outer.status(), inner.status()}) {
      EXPECT_TRUE(status.ok() || absl::IsAborted(status)) << status;
    }
    EXPECT_TRUE(outer.ok() || inner.ok());
    Vault fresh = test.Open();
    const auto read = Read(fresh, "a");
    if (outer.ok() && inner.ok()) {
      // The later one of the two, where they followed each other.
      const uint64_t newest = std::max(outer->sequence, inner->sequence);
      if (second != Second::kRemove) {
        ASSERT_TRUE(read.ok()) << read.status();
        EXPECT_EQ(*read, outer->sequence == newest && outer->generation >= inner->generation
                             ? "mine"
                             : "theirs");
      } else {
        EXPECT_TRUE(read.ok() ? *read == "mine" : absl::IsNotFound(read.status()));
      }
    } else if (outer.ok()) {
      EXPECT_EQ(read.value(), "mine");
    } else if (second == Second::kRemove) {
      EXPECT_EQ(read.status().code(), absl::StatusCode::kNotFound);
    } else {
      EXPECT_EQ(read.value(), "theirs");
    }
    EXPECT_EQ(fresh.List()->size(), read.ok() ? 1u : 0u);
    test.clock.Advance(std::chrono::hours(1));
    Vault later = test.Open();
    EXPECT_THAT(Dead(test, {"a"}), IsEmpty());
    EXPECT_EQ(later.Verify("a").ok(), read.ok());
  }
}

TEST(TwoPutsOfOneName, WhereverTheyMeetOneWinsWholeAndTheOtherSaysSo) {
  ExpectOneWinnerAtEveryPoint(Second::kPut, 2);
}

TEST(TwoPutsOfOneName, WithManyVersionsInBetweenDoNotBringBackAnOldOne) {
  ExpectOneWinnerAtEveryPoint(Second::kManyPuts, 11);
}

TEST(TwoPutsOfOneName, WithANewGenerationInBetweenOneWins) {
  ExpectOneWinnerAtEveryPoint(Second::kRaise, 4);
}

TEST(PutAndRemove, WhereverTheyMeetTheCatalogueSaysWhatIsThere) {
  ExpectOneWinnerAtEveryPoint(Second::kRemove, 3);
}

// A writer who is stopped for longer than his lease, anywhere, while others clean up.
TEST(Lease, ThatEndedWhileItsWriterWasStoppedLetsHimCommitNothingThatIsGone) {
  for (uint64_t at = 0; !HasFailure(); at += 4) {
    SCOPED_TRACE(at);
    SmallVault test;
    auto hooks = std::make_shared<StoreHooks>();
    Options hooked = test.MakeOptions();
    for (auto& store : hooked.stores) store = std::make_shared<HookedStore>(store, hooks);
    Vault first = Vault::Open(hooked, test.Keys()).value();
    test.Put(first, "a", "old");
    uint64_t calls = 0;
    bool met = false;
    hooks->before = [&](const StoreCall&) {
      if (calls++ != at) return absl::OkStatus();
      met = true;
      test.clock.Advance(std::chrono::hours(1));
      test.Open();
      return absl::OkStatus();
    };
    const base::Bytes mine = Text("mine");
    const auto put = first.Put("a", SourceOf(mine));
    *hooks = {};
    if (!met) return;
    EXPECT_TRUE(put.ok() || absl::IsAborted(put.status())) << put.status();
    test.clock.Advance(std::chrono::hours(1));
    Vault later = test.Open();
    const auto read = Read(later, "a");
    ASSERT_TRUE(read.ok()) << read.status() << "; the put said " << put.status();
    EXPECT_EQ(*read, put.ok() ? "mine" : "old");
    EXPECT_TRUE(later.Verify("a")->whole());
    EXPECT_EQ(later.List()->size(), 1u);
    EXPECT_THAT(Dead(test, {"a"}), IsEmpty());
  }
}

}  // namespace
}  // namespace shadw::vault
