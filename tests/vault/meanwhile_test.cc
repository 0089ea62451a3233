// SPDX-License-Identifier: Apache-2.0
//
// Another writer comes between any two steps of an operation.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "tests/vault/hooked_store.h"
#include "tests/vault/test_vault.h"

namespace shadw::vault {
namespace {

// A vault whose stores call `meanwhile` before call `at`, once.
class Interrupted {
 public:
  Interrupted() : test_(4), hooks_(std::make_shared<StoreHooks>()) {
    test_.code = {2, 1};
    // More than one segment, so that a reader can be in the middle.
    test_.memory_budget_bytes = kMinMemoryBudgetBytes;
    first_ = test_.RandomBytes(2'500'000);
    second_ = test_.RandomBytes(200'000);
    other_.emplace(test_.Open());
    EXPECT_TRUE(other_->Put("a", SourceOf(first_), {.compress = false}).ok());
    Options options = test_.MakeOptions();
    for (auto& store : options.stores) store = std::make_shared<HookedStore>(store, hooks_);
    vault_.emplace(Vault::Open(options, test_.Keys()).value());
  }

  void Before(uint64_t at, const std::function<void()>& meanwhile) {
    hooks_->before = [this, at, meanwhile](const StoreCall&) {
      if (calls_++ == at) meanwhile();
      return absl::OkStatus();
    };
  }
  uint64_t calls() const { return calls_; }
  Vault& vault() { return *vault_; }
  Vault& other() { return *other_; }
  const base::Bytes& first() const { return first_; }
  const base::Bytes& second() const { return second_; }

  // Twice, so that nothing of the version before the last one stays.
  void ReplaceByOther() {
    for (int i = 0; i < 2; ++i) {
      const auto put = other_->Put("a", SourceOf(second_), {.compress = false});
      EXPECT_TRUE(put.ok()) << put.status();
    }
  }

 private:
  TestVault test_;
  std::shared_ptr<StoreHooks> hooks_;
  uint64_t calls_ = 0;
  base::Bytes first_, second_;
  std::optional<Vault> other_, vault_;
};

// Runs `trial` with the interruption before call 0, 1, 2, … until it comes too late.
void AtEveryCall(const std::function<void(Interrupted&, uint64_t at)>& trial) {
  for (uint64_t at = 0;; ++at) {
    Interrupted interrupted;
    trial(interrupted, at);
    if (testing::Test::HasFailure()) FAIL() << "interrupted before call " << at;
    if (interrupted.calls() <= at) return;
  }
}

TEST(Meanwhile, AReaderGetsTheOldContentOrTheNewOrIsTold) {
  int told = 0;
  AtEveryCall([&](Interrupted& reader, uint64_t at) {
    reader.Before(at, [&] { reader.ReplaceByOther(); });
    base::Bytes bytes;
    const auto got = reader.vault().Get("a", AppendTo(bytes));
    if (got.ok()) {
      EXPECT_TRUE(bytes == reader.first() || bytes == reader.second());
    } else {
      ++told;
      EXPECT_EQ(got.status().code(), absl::StatusCode::kAborted) << got.status();
      EXPECT_FALSE(bytes.empty());
    }
  });
  EXPECT_GT(told, 0);
}

TEST(Meanwhile, VerifyAndInfoSpeakOfAVersionThatIsWhole) {
  AtEveryCall([](Interrupted& reader, uint64_t at) {
    reader.Before(at, [&] { reader.ReplaceByOther(); });
    const auto report = reader.vault().Verify("a");
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_TRUE(report->whole()) << report->catalogue;
  });
  AtEveryCall([](Interrupted& reader, uint64_t at) {
    reader.Before(at, [&] { reader.ReplaceByOther(); });
    const auto info = reader.vault().Info("a");
    ASSERT_TRUE(info.ok()) << info.status();
    EXPECT_EQ(info->name, "a");
  });
}

TEST(Meanwhile, RepairOfAReplacedObjectDestroysNothing) {
  AtEveryCall([](Interrupted& agent, uint64_t at) {
    agent.Before(at, [&] { agent.ReplaceByOther(); });
    const auto repaired = agent.vault().Repair("a");
    ASSERT_TRUE(repaired.ok()) << repaired.status();
    base::Bytes bytes;
    ASSERT_TRUE(agent.other().Get("a", AppendTo(bytes)).ok());
    EXPECT_TRUE(agent.other().Verify("a")->whole());
  });
}

TEST(Meanwhile, EveryNameIsListedThoughOthersAreEnteredAtTheSameTime) {
  AtEveryCall([](Interrupted& writer, uint64_t at) {
    writer.Before(at, [&] {
      for (const std::string name : {"x", "y", "z"}) {
        const auto put = writer.other().Put(name, SourceOf(base::AsBytes(name)));
        ASSERT_TRUE(put.ok()) << put.status();
        EXPECT_TRUE(put->listed.ok()) << put->listed;
      }
    });
    const auto put = writer.vault().Put("mine", SourceOf(base::AsBytes("text")));
    ASSERT_TRUE(put.ok()) << put.status();
    EXPECT_TRUE(put->listed.ok()) << put->listed;
    if (writer.calls() <= at) return;
    const auto list = writer.other().List();
    ASSERT_TRUE(list.ok()) << list.status();
    EXPECT_EQ(list->size(), 5u);
  });
}

}  // namespace
}  // namespace shadw::vault
