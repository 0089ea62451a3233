// SPDX-License-Identifier: Apache-2.0
//
// What recovery makes of puts that never were finished, and of names in each other's way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "libshadw/store/directory_store.h"
#include "libshadw/vault/recover.h"
#include "tests/store/temporary_directory.h"
#include "tests/vault/hooked_store.h"
#include "tests/vault/test_vault.h"

namespace shadw::vault {
namespace {

class Recovery : public testing::Test {
 protected:
  Recovery() {
    test_.code = {2, 1};
    options_ = test_.MakeOptions();
    for (int i = 0; i < 3; ++i) {
      auto store = store::DirectoryStore::Open({.directory = Folder("stores") / std::to_string(i),
                                                .sync = false,
                                                .random = &test_.random});
      options_.stores.push_back(
          std::make_shared<HookedStore>(std::shared_ptr<store::Store>(*std::move(store)), hooks_));
    }
  }
  std::filesystem::path Folder(const char* name) {
    const std::filesystem::path path = directory_.path() / name;
    std::filesystem::create_directories(path);
    return path;
  }
  Vault Open() { return Vault::Open(options_, test_.Keys()).value(); }
  void Put(Vault& vault, const std::string& name, const std::string& text) {
    ASSERT_TRUE(vault.Put(name, SourceOf(base::AsBytes(text))).ok()) << name;
  }
  // A put whose writer dies when the first head is due: all segments are stored.
  void PutAndDieBeforeTheHead(const std::string& name, const std::string& text) {
    Vault vault = Open();
    int bare = 0;
    bool dead = false;
    hooks_->before = [&](const StoreCall& call) {
      // Two copies of the intent come first.
      if (call.bytes == shard::kHeaderBytes && ++bare == 3) dead = true;
      return dead ? absl::UnavailableError("gone") : absl::OkStatus();
    };
    EXPECT_FALSE(vault.Put(name, SourceOf(base::AsBytes(text))).ok());
    EXPECT_TRUE(dead);
    *hooks_ = {};
  }
  RecoverReport RecoverAll() {
    return Recover(test_.Keys(), {.directories = {Folder("stores")}, .out = Folder("out")}).value();
  }
  static std::string Read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }

  store::TemporaryDirectory directory_{store::TemporaryDirectory::On::kMemory};
  std::shared_ptr<StoreHooks> hooks_ = std::make_shared<StoreHooks>();
  TestVault test_{0};
  Options options_;
};

TEST_F(Recovery, LeavesOutWhatWasNeverCommitted) {
  Vault vault = Open();
  Put(vault, "a", "old");
  PutAndDieBeforeTheHead("a", "new");
  PutAndDieBeforeTheHead("b", "first");
  const RecoverReport report = RecoverAll();
  ASSERT_EQ(report.objects.size(), 1u);
  EXPECT_TRUE(report.objects[0].restored) << report.objects[0].why_not;
  EXPECT_EQ(Read(Folder("out") / "a"), "old");
  EXPECT_FALSE(std::filesystem::exists(Folder("out") / "b"));
}

TEST_F(Recovery, RestoresANameThatIsAnotherOnesFolder) {
  Vault vault = Open();
  for (int i = 0; i < 4; ++i) {
    Put(vault, "x" + std::to_string(i), "file");
    Put(vault, "x" + std::to_string(i) + "/y", "below");
  }
  const RecoverReport report = RecoverAll();
  ASSERT_EQ(report.objects.size(), 8u);
  for (const RecoveredObject& object : report.objects) {
    ASSERT_TRUE(object.restored) << object.name << ": " << object.why_not;
    EXPECT_EQ(Read(object.path), object.name.ends_with("/y") ? "below" : "file");
  }
}

TEST_F(Recovery, TakesTheNewestVersionOfTheNewestGeneration) {
  Vault vault = Open();
  for (int i = 1; i <= 5; ++i) Put(vault, "a", std::to_string(i));
  const std::string raised = "raised";
  ASSERT_TRUE(vault.Put("a", SourceOf(base::AsBytes(raised)), {.raise_generation = true}).ok());
  Put(vault, "a", "newest");
  const RecoverReport report = RecoverAll();
  ASSERT_EQ(report.objects.size(), 1u);
  EXPECT_EQ(Read(Folder("out") / "a"), "newest");
  // A second time nothing is overwritten.
  const RecoverReport again = RecoverAll();
  EXPECT_FALSE(again.objects[0].restored);
  EXPECT_THAT(again.objects[0].why_not, testing::HasSubstr("exists"));
  EXPECT_EQ(Read(Folder("out") / "a"), "newest");
}

TEST_F(Recovery, OfAnEmptyFolderFindsNothing) {
  const RecoverReport report =
      Recover(test_.Keys(), {.directories = {Folder("empty")}, .out = Folder("out")}).value();
  EXPECT_EQ(report.files_scanned, 0u);
  EXPECT_TRUE(report.objects.empty());
}

}  // namespace
}  // namespace shadw::vault
