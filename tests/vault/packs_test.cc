// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/packs.h"

#include <gtest/gtest.h>

#include <set>

#include "libshadw/vault/dead_list.h"
#include "tests/vault/hooked_store.h"
#include "tests/vault/live_blobs.h"
#include "tests/vault/test_vault.h"

namespace shadw::vault {
namespace {

class PacksTest : public testing::Test {
 protected:
  PacksTest() : test_(6) {}

  Objects Small(size_t count, size_t bytes, const std::string& prefix = "small/") {
    Objects contents;
    for (size_t i = 0; i < count; ++i) {
      contents[prefix + std::to_string(i)] = test_.RandomBytes(bytes + i % 7);
    }
    return contents;
  }

  Vault OpenHooked(const std::shared_ptr<StoreHooks>& hooks) {
    Options options = test_.MakeOptions();
    for (auto& store : options.stores) store = std::make_shared<HookedStore>(store, hooks);
    return Vault::Open(options, test_.Keys()).value();
  }

  // A pack of one, and `work` again and again: before each of its calls once, another writer
  // replaces the member, so that the pack goes.
  template <typename Work>
  void ReplaceBeforeEveryCallOf(Work work) {
    ASSERT_TRUE(test_.Open().PutMany(ItemsOf(Small(1, 100))).ok());
    auto hooks = std::make_shared<StoreHooks>();
    Vault vault = OpenHooked(hooks);
    uint64_t calls = 0;
    uint64_t replaced_at = 0;
    hooks->before = [&](const StoreCall&) {
      if (++calls == replaced_at) {
        EXPECT_TRUE(test_.Open().PutMany(ItemsOf(Small(1, 100))).ok());
      }
      return absl::OkStatus();
    };
    ASSERT_TRUE(work(vault).ok());
    const uint64_t calls_of_one = calls;
    for (replaced_at = 1; replaced_at <= calls_of_one; ++replaced_at) {
      calls = 0;
      const absl::Status status = work(vault);
      ASSERT_TRUE(status.ok()) << replaced_at << ": " << status;
    }
  }

  static base::Bytes Get(Vault& vault, const std::string& name) {
    base::Bytes got;
    const auto report = vault.Get(name, AppendTo(got));
    EXPECT_TRUE(report.ok()) << name << ": " << report.status();
    return got;
  }

  static void ExpectAll(Vault& vault, const Objects& contents) {
    for (const auto& [name, content] : contents) EXPECT_EQ(Get(vault, name), content) << name;
    EXPECT_EQ(vault.List()->size(), contents.size());
  }

  std::vector<std::string> Dead(const Objects& contents) {
    std::vector<std::string> names;
    for (const auto& [name, content] : contents) names.push_back(name);
    const Options options = test_.MakeOptions();
    return DeadBlobs(options.stores, options, test_.Keys(), names);
  }

  TestVault test_;
};

TEST_F(PacksTest, ManySmallObjectsShareAPackAndComeBack) {
  const Objects contents = Small(300, 1000);
  Vault vault = test_.Open();
  const auto receipt = vault.PutMany(ItemsOf(contents));
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_TRUE(receipt->listed.ok()) << receipt->listed;
  EXPECT_EQ(receipt->objects, 300u);
  EXPECT_EQ(receipt->packed, 300u);
  EXPECT_LE(receipt->packs, 3u);
  ExpectAll(vault, contents);
  EXPECT_TRUE(Dead(contents).empty());
  Vault again = test_.Open();
  ExpectAll(again, contents);
}

TEST_F(PacksTest, LengthsAroundTheLimitAndEmptyOnes) {
  Objects contents;
  for (size_t bytes : {size_t{0}, size_t{1}, shard::kMaxMemberBytes - 1, shard::kMaxMemberBytes,
                       shard::kMaxMemberBytes + 1, size_t{300'000}}) {
    contents["n" + std::to_string(bytes)] = test_.RandomBytes(bytes);
  }
  contents["text"] = base::Bytes(50'000, 'x');
  Vault vault = test_.Open();
  const auto receipt = vault.PutMany(ItemsOf(contents));
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_EQ(receipt->objects, 7u);
  EXPECT_EQ(receipt->packed, 5u);
  ExpectAll(vault, contents);
  EXPECT_TRUE(vault.Info("text")->packed);
  EXPECT_FALSE(vault.Info("n65537")->packed);
  EXPECT_TRUE(Dead(contents).empty());
}

TEST_F(PacksTest, InfoSaysWhatWasPut) {
  Vault vault = test_.Open();
  ASSERT_TRUE(vault.PutMany(ItemsOf(Small(3, 100))).ok());
  const auto info = vault.Info("small/1");
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_EQ(info->name, "small/1");
  EXPECT_EQ(info->object_bytes, 101u);
  EXPECT_EQ(info->mode, 0640u);
  EXPECT_EQ(info->mtime_ns, 77);
  EXPECT_EQ(info->sequence, 1u);
  EXPECT_EQ(vault.Info("small/3").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(PacksTest, ARangeOfAMember) {
  const Objects contents = Small(3, 5000);
  Vault vault = test_.Open();
  ASSERT_TRUE(vault.PutMany(ItemsOf(contents)).ok());
  base::Bytes got;
  ASSERT_TRUE(vault.Get("small/2", AppendTo(got), 100, 50).ok());
  const base::ByteSpan whole = contents.at("small/2");
  EXPECT_TRUE(std::ranges::equal(got, whole.subspan(100, 50)));
  EXPECT_EQ(vault.Get("small/2", AppendTo(got), 5003).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(PacksTest, APackedObjectIsReplacedByAPackedOne) {
  Objects contents = Small(200, 500);
  Vault vault = test_.Open();
  ASSERT_TRUE(vault.PutMany(ItemsOf(contents)).ok());
  contents["small/5"] = test_.RandomBytes(900);
  ASSERT_TRUE(vault.PutMany(ItemsOf({{"small/5", contents["small/5"]}})).ok());
  EXPECT_EQ(vault.Info("small/5")->sequence, 2u);
  ExpectAll(vault, contents);
  EXPECT_TRUE(Dead(contents).empty());
}

TEST_F(PacksTest, AnObjectWithHeadsWinsOverAPackedOne) {
  Objects contents = Small(20, 500);
  Vault vault = test_.Open();
  ASSERT_TRUE(vault.PutMany(ItemsOf(contents)).ok());
  // A large object over a packed one.
  contents["small/1"] = test_.RandomBytes(100'000);
  ASSERT_TRUE(vault.Put("small/1", SourceOf(contents["small/1"])).ok());
  EXPECT_FALSE(vault.Info("small/1")->packed);
  ExpectAll(vault, contents);
  // A small one over an object with heads stays by itself.
  contents["small/1"] = test_.RandomBytes(10);
  const auto receipt = vault.PutMany(ItemsOf({{"small/1", contents["small/1"]}}));
  ASSERT_TRUE(receipt.ok());
  EXPECT_EQ(receipt->packed, 0u);
  ExpectAll(vault, contents);
  // Removed, it is gone for good, also for those who look at the pack.
  ASSERT_TRUE(vault.Remove("small/1").ok());
  contents.erase("small/1");
  EXPECT_EQ(vault.Info("small/1").status().code(), absl::StatusCode::kNotFound);
  ExpectAll(vault, contents);
}

TEST_F(PacksTest, OfTwoItemsWithOneNameTheLaterOneCounts) {
  const base::Bytes first = test_.RandomBytes(100);
  const base::Bytes large = test_.RandomBytes(100'000);
  const base::Bytes last = test_.RandomBytes(200);
  const std::vector<base::ByteSpan> order = {first, large, last};
  Vault vault = test_.Open();
  size_t at = 0;
  const ItemSource next = [&]() -> absl::StatusOr<std::optional<PutItem>> {
    if (at == order.size()) return std::nullopt;
    return PutItem{.name = "n", .source = SourceOf(order[at++])};
  };
  ASSERT_TRUE(vault.PutMany(next).ok());
  EXPECT_EQ(Get(vault, "n"), last);
  EXPECT_EQ(vault.List()->size(), 1u);
}

TEST_F(PacksTest, RemovingOneLeavesTheOthers) {
  Objects contents = Small(50, 800);
  Vault vault = test_.Open();
  ASSERT_TRUE(vault.PutMany(ItemsOf(contents)).ok());
  ASSERT_TRUE(vault.Remove("small/7").ok());
  contents.erase("small/7");
  EXPECT_EQ(vault.Info("small/7").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(vault.Remove("small/7").code(), absl::StatusCode::kNotFound);
  ExpectAll(vault, contents);
  EXPECT_TRUE(Dead(contents).empty());
}

TEST_F(PacksTest, APackThatIsMostlyDeadIsCompactedAndOneThatIsAllDeadIsGone) {
  Objects contents = Small(40, 4000);
  Vault vault = test_.Open();
  ASSERT_TRUE(vault.PutMany(ItemsOf(contents)).ok());
  const auto stored = [&] {
    uint64_t bytes = 0;
    for (const auto& store : test_.stores) bytes += store->used_bytes();
    return bytes;
  };
  const uint64_t before = stored();
  for (int i = 0; i < 32; ++i) {
    const std::string name = "small/" + std::to_string(i);
    ASSERT_TRUE(vault.Remove(name).ok());
    contents.erase(name);
    if (i % 4 == 0) ExpectAll(vault, contents);
  }
  EXPECT_LT(stored(), before * 2 / 3);
  EXPECT_TRUE(Dead(contents).empty());
  for (int i = 32; i < 40; ++i) {
    ASSERT_TRUE(vault.Remove("small/" + std::to_string(i)).ok());
  }
  EXPECT_TRUE(vault.List()->empty());
  // What is left are the catalogue's page, and heads.
  EXPECT_LT(stored(), before / 4);
}

TEST_F(PacksTest, RemovesFromAPackWhoseCodeIsNotTheVaults) {
  Objects contents = Small(40, 4000);
  const PutOptions put{.code = test_.code};
  test_.code = {10, 4};  // more than there are stores
  Vault vault = test_.Open();
  ASSERT_TRUE(vault.PutMany(ItemsOf(contents), put).ok());
  for (int i = 0; i < 30; ++i) {
    const std::string name = "small/" + std::to_string(i);
    const absl::Status removed = vault.Remove(name);
    ASSERT_TRUE(removed.ok()) << removed;
    contents.erase(name);
  }
  ExpectAll(vault, contents);
  EXPECT_TRUE(Dead(contents).empty());
}

TEST_F(PacksTest, ACapabilityOfAMemberSurvivesCompaction) {
  Objects contents = Small(40, 4000);
  Vault vault = test_.Open();
  ASSERT_TRUE(vault.PutMany(ItemsOf(contents)).ok());
  const std::string capability = vault.Share("small/39", shard::Right::kRead).value();
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(vault.Remove("small/" + std::to_string(i)).ok());
  auto shared = SharedObject::Open(test_.MakeOptions(), capability);
  ASSERT_TRUE(shared.ok()) << shared.status();
  base::Bytes got;
  const auto report = shared->Get(AppendTo(got));
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(got, contents["small/39"]);
  EXPECT_EQ(shared->Info()->name, "small/39");
  EXPECT_EQ(shared->Info()->object_bytes, got.size());
}

TEST_F(PacksTest, CompactReclaimsWhatIsDeadBelowAHalf) {
  Objects contents = Small(40, 4000);
  Vault vault = test_.Open();
  ASSERT_TRUE(vault.PutMany(ItemsOf(contents)).ok());
  EXPECT_EQ(vault.Compact()->packs_rewritten, 0u);
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(vault.Remove("small/" + std::to_string(i)).ok());
    contents.erase("small/" + std::to_string(i));
  }
  const auto report = vault.Compact();
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->packs_rewritten, 1u);
  EXPECT_LT(report->bytes_after * 4, report->bytes_before * 3 + 1000);
  ExpectAll(vault, contents);
  EXPECT_EQ(vault.Compact()->packs_rewritten, 0u);
  EXPECT_TRUE(Dead(contents).empty());
}

TEST_F(PacksTest, CompactLeavesAPackAloneWhoseWriterIsNotDone) {
  const Objects contents = Small(40, 4000);
  Vault vault = test_.Open();
  Vault other = test_.Open();
  size_t handed_out = 0;
  bool compacted = false;
  const ItemSource items = ItemsOf(contents);
  const ItemSource next = [&]() -> absl::StatusOr<std::optional<PutItem>> {
    if (++handed_out > contents.size() && !compacted) {
      compacted = true;
      const auto report = other.Compact();
      EXPECT_TRUE(report.ok());
      EXPECT_EQ(report->packs_rewritten + report->packs_removed, 0u);
    }
    return items();
  };
  ASSERT_TRUE(vault.PutMany(next).ok());
  ExpectAll(vault, contents);
}

// A batch that comes and goes while the catalogue is walked is seen on some pages only.
TEST_F(PacksTest, CompactLosesNothingOfABatchThatIsPutMeanwhile) {
  Objects contents = Small(kSplitEntries + 100, 1);
  ASSERT_TRUE(test_.Open().PutMany(ItemsOf(contents)).ok());
  auto hooks = std::make_shared<StoreHooks>();
  Vault compacting = OpenHooked(hooks);
  uint64_t calls = 0;
  hooks->before = [&](const StoreCall&) {
    ++calls;
    return absl::OkStatus();
  };
  ASSERT_TRUE(compacting.Compact().ok());
  const uint64_t calls_of_one = calls;
  for (uint64_t part = 1; part < 8; ++part) {
    const Objects batch = Small(60, 3000, "batch " + std::to_string(part) + "/");
    calls = 0;
    hooks->before = [&](const StoreCall&) {
      if (++calls == calls_of_one * part / 8) {
        EXPECT_TRUE(test_.Open().PutMany(ItemsOf(batch)).ok());
      }
      return absl::OkStatus();
    };
    ASSERT_TRUE(compacting.Compact().ok());
    ASSERT_GE(calls, calls_of_one * part / 8);
    contents.insert(batch.begin(), batch.end());
    Vault vault = test_.Open();
    for (const auto& [name, content] : batch) EXPECT_EQ(Get(vault, name), content) << name;
  }
  EXPECT_EQ(test_.Open().List()->size(), contents.size());
}

TEST_F(PacksTest, CompactPassesOverAPackThatGoesMeanwhile) {
  ReplaceBeforeEveryCallOf([](Vault& vault) { return vault.Compact().status(); });
}

TEST_F(PacksTest, RepairDoesNotListWhatIsRemovedMeanwhile) {
  Objects contents = Small(10, 500);
  ASSERT_TRUE(test_.Open().PutMany(ItemsOf(contents)).ok());
  Options options = test_.MakeOptions();
  auto hooks = std::make_shared<StoreHooks>();
  for (auto& store : options.stores) store = std::make_shared<HookedStore>(store, hooks);
  Vault repairing = Vault::Open(options, test_.Keys()).value();
  uint64_t calls = 0;
  const auto repair_with = [&](const std::string& name, uint64_t at) {
    calls = 0;
    hooks->before = [&, at](const StoreCall&) {
      if (++calls == at) {
        EXPECT_TRUE(test_.Open().Remove(name).ok());
      }
      return absl::OkStatus();
    };
    return repairing.Repair(name).status();
  };
  ASSERT_TRUE(repair_with("small/0", 0).ok());
  const uint64_t calls_of_one = calls;
  for (uint64_t part = 1; part < 10; ++part) {
    const std::string name = "small/" + std::to_string(part);
    repair_with(name, calls_of_one * part / 10).IgnoreError();
    EXPECT_EQ(test_.Open().Info(name).status().code(), absl::StatusCode::kNotFound) << name;
  }
  EXPECT_EQ(test_.Open().List()->size(), 1u);
}

TEST_F(PacksTest, AReaderOfOneMemberCannotOpenItsNeighbour) {
  const Objects contents = Small(4, 1000);
  Vault vault = test_.Open();
  ASSERT_TRUE(vault.PutMany(ItemsOf(contents)).ok());
  const auto mine =
      shard::DecodeMemberCapability(vault.Share("small/0", shard::Right::kRead).value());
  const auto theirs =
      shard::DecodeMemberCapability(vault.Share("small/1", shard::Right::kRead).value());
  ASSERT_TRUE(mine.ok() && theirs.ok());
  EXPECT_EQ(mine->pack.id(), theirs->pack.id());
  // With all that his capability gives, under the neighbour's record id.
  auto attack = SharedObject::Open(
      test_.MakeOptions(), shard::MemberKeys{mine->pack, theirs->record, mine->key.Clone()});
  ASSERT_TRUE(attack.ok());
  base::Bytes got;
  EXPECT_EQ(attack->Get(AppendTo(got)).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(got.empty());
  EXPECT_FALSE(attack->Info().ok());
  // Nor does he see a name or a byte of it in what he can decrypt: the pack.
  base::Bytes pack;
  auto whole = SharedObject::Open(test_.MakeOptions(), mine->pack);
  ASSERT_TRUE(whole.ok());
  ASSERT_TRUE(whole->Get(AppendTo(pack)).ok());
  for (const auto& [name, content] : contents) {
    EXPECT_TRUE(std::ranges::search(pack, base::AsBytes(name)).empty());
    EXPECT_TRUE(std::ranges::search(pack, base::ByteSpan(content).first(16)).empty());
  }
}

TEST_F(PacksTest, LossIsOvercomeAndRepaired) {
  const Objects contents = Small(100, 2000);
  Vault vault = test_.Open();
  ASSERT_TRUE(vault.PutMany(ItemsOf(contents)).ok());
  ASSERT_TRUE(vault.Remove("small/99").ok());
  test_.stores.erase(test_.stores.begin(), test_.stores.begin() + 2);
  test_.AddStore();
  test_.AddStore();
  Vault after = test_.Open();
  EXPECT_EQ(Get(after, "small/50"), contents.at("small/50"));
  EXPECT_FALSE(after.Verify("small/50")->whole());
  ASSERT_TRUE(after.Repair("small/50").ok());
  EXPECT_TRUE(after.Verify("small/50")->whole());
  test_.stores.erase(test_.stores.begin(), test_.stores.begin() + 2);
  test_.AddStore();
  test_.AddStore();
  Vault last = test_.Open();
  EXPECT_EQ(Get(last, "small/50"), contents.at("small/50"));
  EXPECT_EQ(last.Info("small/99").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(PacksTest, ABatchThatFailsKeepsWhatCameBefore) {
  const Objects contents = Small(10, 100);
  const ItemSource items = ItemsOf(contents);
  size_t handed_out = 0;
  const ItemSource next = [&]() -> absl::StatusOr<std::optional<PutItem>> {
    if (handed_out++ == 5) return absl::UnavailableError("the disk is gone");
    return items();
  };
  Vault vault = test_.Open();
  EXPECT_EQ(vault.PutMany(next).status().message(), "the disk is gone");
  EXPECT_EQ(vault.List()->size(), 5u);
  EXPECT_EQ(vault.PutMany(ItemsOf({{std::string("a\0b", 3), {}}})).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(PacksTest, WhatADeadWriterPackedIsListedAfterItsLease) {
  const Objects contents = Small(30, 300);
  const Options options = test_.MakeOptions();
  const Environment env(options);
  const shard::VaultKeys keys = test_.Keys();
  IntentBook intents(env, keys);
  Catalogue catalogue(env, keys, intents);
  Packs packs(env, keys, intents, catalogue);
  shard::MemberSealer sealer;
  std::vector<SealedRecord> records;
  std::vector<uint32_t> offsets;
  uint32_t offset = 0;
  for (const auto& [name, content] : contents) {
    const auto id = test_.random.Array<16>();
    shard::Member member{.metadata = {.name = name}, .put_time_ns = 5, .content = content};
    auto record = sealer.Seal(id, keys.MemberKey(id), member, true, env.Seal());
    ASSERT_TRUE(record.ok());
    offsets.push_back(offset);
    offset += static_cast<uint32_t>(record->size());
    records.push_back({*std::move(record), EntryOfMember({}, member, {.record = id})});
  }
  ASSERT_TRUE(packs.Put(records, offsets, {}).ok());
  // Dead: nothing was entered, the intent stands.
  EXPECT_TRUE(test_.Open().List()->empty());
  test_.clock.Advance(options.intent_lease * 2);
  Vault vault = test_.Open();
  ExpectAll(vault, contents);
  EXPECT_TRUE(intents.All().empty());
  EXPECT_TRUE(Dead(contents).empty());
}

TEST_F(PacksTest, ABatchReplacesMembersOfMorePacksThanThereAreIntents) {
  Objects contents = Small(kIntentSlots + 6, 20);
  Vault vault = test_.Open();
  for (const auto& [name, content] : contents) {
    ASSERT_TRUE(vault.PutMany(ItemsOf({{name, content}})).ok());
  }
  for (auto& [name, content] : contents) content = test_.RandomBytes(30);
  const auto receipt = vault.PutMany(ItemsOf(contents));
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_TRUE(receipt->listed.ok()) << receipt->listed;
  ExpectAll(vault, contents);
  EXPECT_TRUE(vault.Put("another", SourceOf(contents["small/1"])).ok());
}

class PacksOfADeadWriter : public PacksTest {
 protected:
  PacksOfADeadWriter() : intents_(env_, keys_) {}

  // One pack, one member, an intent that stands.
  bool Put(const std::string& name, const base::Bytes& content) {
    const auto id = test_.random.Array<16>();
    shard::Member member{.metadata = {.name = name}, .put_time_ns = 5, .content = content};
    auto record = shard::MemberSealer().Seal(id, keys_.MemberKey(id), member, true, env_.Seal());
    EXPECT_TRUE(record.ok());
    std::vector<SealedRecord> records;
    records.push_back({*std::move(record), EntryOfMember({}, member, {.record = id})});
    const std::vector<uint32_t> offsets = {0};
    return packs_.Put(records, offsets, {}).ok();
  }

  const Options options_ = test_.MakeOptions();
  const Environment env_{options_};
  const shard::VaultKeys keys_ = test_.Keys();
  IntentBook intents_;
  Catalogue catalogue_{env_, keys_, intents_};
  Packs packs_{env_, keys_, intents_, catalogue_};
};

TEST_F(PacksOfADeadWriter, AreListedAlsoWhereTheirIntentsTakeEverySlot) {
  Objects contents;
  for (int i = 0;; ++i) {
    const base::Bytes content = test_.RandomBytes(20);
    if (!Put(std::to_string(i), content)) break;
    contents[std::to_string(i)] = content;
  }
  EXPECT_GT(contents.size(), kIntentSlots / 2);
  test_.clock.Advance(options_.intent_lease * 2);
  Vault vault = test_.Open();
  ExpectAll(vault, contents);
  EXPECT_TRUE(intents_.All().empty());
}

TEST_F(PacksTest, AWriterWhoSleptLongerThanHisLeaseBringsNothingBack) {
  Objects contents = Small(4, 100);
  Vault sleeper = test_.Open();
  const base::Bytes newer = test_.RandomBytes(50);
  bool slept = false;
  const ProgressCallback sleep = [&](const Progress&) {
    if (std::exchange(slept, true)) return;
    test_.clock.Advance(test_.MakeOptions().intent_lease * 2);
    Vault other = test_.Open();
    EXPECT_EQ(other.List()->size(), contents.size());
    EXPECT_TRUE(other.Remove("small/0").ok());
    EXPECT_TRUE(other.PutMany(ItemsOf({{"small/1", newer}})).ok());
  };
  ASSERT_TRUE(sleeper.PutMany(ItemsOf(contents), {.progress = sleep}).ok());
  ASSERT_TRUE(slept);
  contents.erase("small/0");
  contents["small/1"] = newer;
  Vault vault = test_.Open();
  ExpectAll(vault, contents);
  ASSERT_TRUE(vault.Compact().ok());
  ExpectAll(vault, contents);
}

// Its pack goes when the last member is replaced, maybe after the entry was read.
TEST_F(PacksTest, AnObjectThatIsReplacedMeanwhileIsFound) {
  ReplaceBeforeEveryCallOf([](Vault& vault) { return vault.Info("small/0").status(); });
}

// One that has heads is put by itself, and there another writer can be faster.
TEST_F(PacksTest, ABatchGoesOnAfterAnObjectThatAnotherWriterPutsMeanwhile) {
  ASSERT_TRUE(test_.Open().Put("small/3", SourceOf(test_.RandomBytes(10))).ok());
  auto hooks = std::make_shared<StoreHooks>();
  Vault slower = OpenHooked(hooks);
  Objects contents = Small(6, 100);
  const base::Bytes theirs = test_.RandomBytes(70'000);
  uint64_t changes = 0;
  hooks->before = [&](const StoreCall& call) {
    // The first change is the intent of the one with heads.
    if (call.changes() && ++changes == 2) {
      EXPECT_TRUE(test_.Open().Put("small/3", SourceOf(theirs)).ok());
    }
    return absl::OkStatus();
  };
  const auto receipt = slower.PutMany(ItemsOf(contents));
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_EQ(receipt->overtaken, std::vector<std::string>{"small/3"});
  EXPECT_EQ(receipt->objects, contents.size() - 1);
  contents["small/3"] = theirs;
  Vault vault = test_.Open();
  ExpectAll(vault, contents);
}

TEST(CatalogueEdit, RulesBetweenPackedAndOther) {
  using Kind = CatalogueEdit::Kind;
  const auto packed = [](uint8_t record, int64_t put_time) {
    return CatalogueEntry{.name = "n",
                          .sequence = 1,
                          .put_time_ns = put_time,
                          .packed = PackedPlace{.record = {record}, .pack_sequence = 1}};
  };
  const CatalogueEntry own{.name = "n", .sequence = 3};
  std::vector<CatalogueEntry> page;
  std::vector<CatalogueEntry> gone;
  EXPECT_TRUE(ApplyEdit({Kind::kEnter, packed(1, 10)}, page, gone));
  EXPECT_FALSE(ApplyEdit({Kind::kEnter, packed(1, 10)}, page, gone));
  // A dead writer's loses against one that was put later, and wins over one put before.
  EXPECT_FALSE(ApplyEdit({Kind::kEnterLate, packed(2, 9)}, page, gone));
  ASSERT_EQ(gone.size(), 1u);
  EXPECT_EQ(gone.back().packed->record[0], 2);
  EXPECT_TRUE(ApplyEdit({Kind::kEnterLate, packed(3, 11)}, page, gone));
  EXPECT_EQ(gone.back().packed->record[0], 1);
  EXPECT_EQ(page[0].sequence, 2u);
  // A clock that went backwards does not lose a put.
  EXPECT_TRUE(ApplyEdit({Kind::kEnter, packed(4, 1)}, page, gone));
  EXPECT_EQ(gone.back().packed->record[0], 3);
  // Removing or moving another record changes nothing.
  EXPECT_FALSE(ApplyEdit({Kind::kRemove, packed(3, 0)}, page, gone));
  CatalogueEntry moved = packed(4, 0);
  moved.packed->pack_sequence = 2;
  moved.packed->offset = 99;
  EXPECT_TRUE(ApplyEdit({Kind::kMove, moved}, page, gone));
  EXPECT_EQ(page[0].packed->offset, 99u);
  EXPECT_EQ(page[0].put_time_ns, 1);
  EXPECT_FALSE(ApplyEdit({Kind::kMove, packed(4, 0)}, page, gone));
  // Heads win, whatever the sequence.
  gone.clear();
  EXPECT_TRUE(ApplyEdit({Kind::kEnter, own}, page, gone));
  EXPECT_EQ(gone.size(), 1u);
  EXPECT_FALSE(ApplyEdit({Kind::kEnter, packed(5, 100)}, page, gone));
  EXPECT_EQ(gone.size(), 2u);
  EXPECT_EQ(page[0], own);
}

TEST(DeadList, ComesBackAndRefusesWhatIsMalformed) {
  DeadList list{.pack = {1, 2},
                .records = {{{5}, {100, "a"}}, {{6}, {200, std::string(4096, 'n')}}}};
  const base::Bytes bytes = EncodeDeadList(list);
  EXPECT_EQ(DecodeDeadList(bytes).value(), list);
  EXPECT_EQ(list.bytes(), 300u);
  for (size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_FALSE(DecodeDeadList(base::ByteSpan(bytes).first(length)).ok()) << length;
  }
  base::Bytes longer = bytes;
  longer.push_back(0);
  EXPECT_FALSE(DecodeDeadList(longer).ok());
}

}  // namespace
}  // namespace shadw::vault
