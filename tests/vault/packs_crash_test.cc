// SPDX-License-Identifier: Apache-2.0
//
// Writers of packs that die at any change of any store: every object has its old or its
// new content, and after the lease stores hold nothing that nobody needs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/vault/hooked_store.h"
#include "tests/vault/live_blobs.h"
#include "tests/vault/test_vault.h"

namespace shadw::vault {
namespace {

// A vault of three stores with twelve packed objects, whose writer dies.
class DyingWriter {
 public:
  DyingWriter() : test_(3) {
    test_.code = {2, 1};
    for (int i = 0; i < 12; ++i) before_["n" + std::to_string(i)] = test_.RandomBytes(2000);
    Vault vault = test_.Open();
    EXPECT_TRUE(vault.PutMany(ItemsOf(before_)).ok());
  }

  // Lets `act` run until the given change of a store, on either side of it. Returns
  // whether it came so far.
  bool Run(uint64_t dies_at, bool after, const std::function<void(Vault&)>& act) {
    Options options = test_.MakeOptions();
    auto hooks = std::make_shared<StoreHooks>();
    hooks->stage = dies_at % 2 == 1;
    for (auto& store : options.stores) store = std::make_shared<HookedStore>(store, hooks);
    Vault vault = Vault::Open(options, test_.Keys()).value();
    uint64_t changes = 0;
    bool dead = false;
    const auto die = [&](const StoreCall& call) -> absl::Status {
      if (call.changes() && changes++ == dies_at) dead = true;
      return dead ? absl::UnavailableError("dead") : absl::OkStatus();
    };
    const auto refuse_the_dead = [&](const StoreCall&) -> absl::Status {
      return dead ? absl::UnavailableError("dead") : absl::OkStatus();
    };
    hooks->before = after ? std::function<absl::Status(const StoreCall&)>(refuse_the_dead) : die;
    if (after) hooks->after = die;
    act(vault);
    return dead;
  }

  // Every name of `now` has its content there, or where it may not have come to that its
  // content before; what is in neither is gone.
  void ExpectOldOrNew(const Objects& now, bool& all_new) {
    test_.clock.Advance(std::chrono::hours(1));
    Vault vault = test_.Open();
    std::vector<std::string> names;
    const auto listed = vault.List();
    ASSERT_TRUE(listed.ok()) << listed.status();
    for (const CatalogueEntry& entry : *listed) {
      names.push_back(entry.name);
      base::Bytes got;
      const auto read = vault.Get(entry.name, AppendTo(got));
      ASSERT_TRUE(read.ok()) << entry.name << ": " << read.status();
      const bool is_new = now.contains(entry.name) && now.at(entry.name) == got;
      const bool is_old = before_.contains(entry.name) && before_.at(entry.name) == got;
      EXPECT_TRUE(is_new || is_old) << entry.name;
    }
    for (const auto& [name, content] : before_) {
      if (now.contains(name)) {
        EXPECT_THAT(names, testing::Contains(name));
      }
    }
    all_new = names.size() == now.size();
    const Options options = test_.MakeOptions();
    EXPECT_THAT(DeadBlobs(options.stores, options, test_.Keys(), names), testing::IsEmpty());
    const Environment env(options);
    EXPECT_TRUE(IntentBook(env, test_.Keys()).All().empty());
  }

  TestVault test_;
  Objects before_;
};

// At every `step`th change; every single one passes too, and takes minutes.
void DieEverywhere(uint64_t step, const std::function<void(DyingWriter&, Objects&)>& plan,
                   const std::function<void(Vault&, const Objects&)>& act) {
  for (const bool after : {false, true}) {
    bool died = true;
    for (uint64_t at = 0; died && !testing::Test::HasFailure(); at += step) {
      SCOPED_TRACE(testing::Message() << (after ? "after " : "before ") << at);
      DyingWriter writer;
      Objects now = writer.before_;
      plan(writer, now);
      died = writer.Run(at, after, [&](Vault& vault) { act(vault, now); });
      bool all_new = false;
      writer.ExpectOldOrNew(now, all_new);
      EXPECT_TRUE(died || all_new);
    }
  }
}

TEST(DyingWriterOfPacks, WhoReplacesAndAdds) {
  Objects changed;
  DieEverywhere(
      11,
      [&](DyingWriter& writer, Objects& now) {
        changed.clear();
        for (int i = 8; i < 20; ++i) {
          const std::string name = "n" + std::to_string(i);
          changed[name] = now[name] = writer.test_.RandomBytes(1500);
        }
      },
      [&](Vault& vault, const Objects&) { vault.PutMany(ItemsOf(changed)).IgnoreError(); });
}

TEST(DyingWriterOfPacks, WhoReplacesAll) {
  DieEverywhere(
      11,
      [&](DyingWriter& writer, Objects& now) {
        for (auto& [name, content] : now) content = writer.test_.RandomBytes(1500);
      },
      [&](Vault& vault, const Objects& now) { vault.PutMany(ItemsOf(now)).IgnoreError(); });
}

TEST(DyingWriterOfPacks, WhoReplacesOneByAnObjectOfItsOwn) {
  DieEverywhere(
      11, [&](DyingWriter& writer, Objects& now) { now["n3"] = writer.test_.RandomBytes(70'000); },
      [&](Vault& vault, const Objects& now) {
        vault.Put("n3", SourceOf(now.at("n3"))).IgnoreError();
      });
}

TEST(DyingWriterOfPacks, WhoRemovesUntilThePackIsCompactedAndGone) {
  DieEverywhere(
      37, [](DyingWriter&, Objects& now) { now.clear(); },
      [](Vault& vault, const Objects&) {
        for (int i = 0; i < 12; ++i) {
          vault.Remove("n" + std::to_string(i)).IgnoreError();
        }
      });
}

// Others go on in the pack before the dead writer's lease has ended: what he had not come to
// is there all the time.
TEST(DyingWriterOfPacks, WhoReplacesSomeWhileOthersRemoveTheRest) {
  for (uint64_t at = 0, died = 1; died != 0 && !testing::Test::HasFailure(); at += 3) {
    SCOPED_TRACE(testing::Message() << "at " << at);
    DyingWriter writer;
    Objects changed;
    for (int i = 0; i < 4; ++i) changed["n" + std::to_string(i)] = writer.test_.RandomBytes(1500);
    died =
        writer.Run(at, true, [&](Vault& vault) { vault.PutMany(ItemsOf(changed)).IgnoreError(); });
    Vault other = writer.test_.Open();
    for (int i = 4; i < 12; ++i) ASSERT_TRUE(other.Remove("n" + std::to_string(i)).ok());
    for (const auto& [name, content] : changed) {
      base::Bytes got;
      const auto read = other.Get(name, AppendTo(got));
      ASSERT_TRUE(read.ok()) << name << ": " << read.status();
      EXPECT_TRUE(got == content || got == writer.before_[name]) << name;
    }
  }
}

TEST(DyingWriterOfPacks, WhoRemovesOneBeforeOthersRemoveMore) {
  for (uint64_t at = 0, died = 1; died != 0 && !testing::Test::HasFailure(); at += 3) {
    SCOPED_TRACE(testing::Message() << "at " << at);
    DyingWriter writer;
    died = writer.Run(at, true, [&](Vault& vault) { vault.Remove("n0").IgnoreError(); });
    ASSERT_TRUE(writer.test_.Open().Remove("n1").ok());
    writer.test_.clock.Advance(std::chrono::hours(1));
    Vault vault = writer.test_.Open();
    for (int i = 2; i < 10; ++i) ASSERT_TRUE(vault.Remove("n" + std::to_string(i)).ok());
    const auto listed = vault.List();
    ASSERT_TRUE(listed.ok());
    for (const CatalogueEntry& entry : *listed) {
      base::Bytes got;
      const auto read = vault.Get(entry.name, AppendTo(got));
      EXPECT_TRUE(read.ok()) << entry.name << ": " << read.status();
    }
  }
}

// A writer sleeps past his lease before one of his changes, and others replace meanwhile what
// he is putting.
void SleepBefore(uint64_t at, bool& slept) {
  TestVault test(3);
  test.code = {2, 1};
  const auto contents = [&test](int count) {
    Objects made;
    for (int i = 0; i < count; ++i) made["n" + std::to_string(i)] = test.RandomBytes(500);
    return made;
  };
  const Objects old = contents(12);
  ASSERT_TRUE(test.Open().PutMany(ItemsOf(old)).ok());
  Options options = test.MakeOptions();
  auto hooks = std::make_shared<StoreHooks>();
  for (auto& store : options.stores) store = std::make_shared<HookedStore>(store, hooks);
  Vault sleeper = Vault::Open(options, test.Keys()).value();
  const Objects mine = contents(6);
  const Objects newer = contents(5);
  uint64_t changes = 0;
  hooks->before = [&](const StoreCall& call) {
    if (!slept && call.changes() && ++changes == at) {
      slept = true;
      test.clock.Advance(options.intent_lease * 2);
      EXPECT_TRUE(test.Open().PutMany(ItemsOf(newer)).ok());
    }
    return absl::OkStatus();
  };
  sleeper.PutMany(ItemsOf(mine)).IgnoreError();
  test.clock.Advance(options.intent_lease * 3);
  Vault vault = test.Open();
  const auto listed = vault.List();
  ASSERT_TRUE(listed.ok());
  EXPECT_EQ(listed->size(), old.size());
  for (const auto& [name, content] : old) {
    base::Bytes got;
    const auto read = vault.Get(name, AppendTo(got));
    ASSERT_TRUE(read.ok()) << name << ": " << read.status();
    if (slept && newer.contains(name)) {
      EXPECT_EQ(got, newer.at(name)) << name;
    }
  }
}

TEST(SleepingWriterOfPacks, TakesNothingBackThatCameMeanwhile) {
  bool slept = true;
  for (uint64_t at = 1; slept && !testing::Test::HasFailure(); ++at) {
    SCOPED_TRACE(testing::Message() << "before change " << at);
    slept = false;
    SleepBefore(at, slept);
  }
}

}  // namespace
}  // namespace shadw::vault
