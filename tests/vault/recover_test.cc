// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/recover.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "libshadw/store/directory_store.h"
#include "tests/vault/test_vault.h"

namespace shadw::vault {
namespace {

namespace fs = std::filesystem;

base::Bytes ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return base::Bytes(std::istreambuf_iterator<char>(file), {});
}

// A vault over six directory stores in a folder of its own.
class RecoverTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string folder = (fs::temp_directory_path() / "shadw-recover-XXXXXX").string();
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    folder_ = folder;
    options_ = test_.MakeOptions();
    for (int i = 0; i < 6; ++i) {
      options_.stores.push_back(
          store::DirectoryStore::Open({.directory = folder_ / ("node-" + std::to_string(i)),
                                       .sync = false,
                                       .random = &test_.random})
              .value());
    }
  }
  void TearDown() override { fs::remove_all(folder_); }

  Vault OpenVault() { return Vault::Open(options_, test_.Keys()).value(); }

  // Every stored blob under a random name in one folder; nothing else is left.
  fs::path Scramble() {
    const fs::path pile = folder_ / "pile";
    fs::create_directory(pile);
    for (int i = 0; i < 6; ++i) {
      const fs::path node = folder_ / ("node-" + std::to_string(i));
      for (const auto& entry : fs::recursive_directory_iterator(node)) {
        if (entry.is_regular_file()) {
          fs::rename(entry.path(), pile / base::ToHex(test_.random.Array<8>()));
        }
      }
      fs::remove_all(node);
    }
    return pile;
  }

  void AddForeignFiles(const fs::path& pile, int count) {
    for (int i = 0; i < count; ++i) {
      const fs::path path = pile / base::ToHex(test_.random.Array<8>());
      const base::Bytes beginning = test_.RandomBytes(4096);
      std::ofstream(path, std::ios::binary)
          .write(reinterpret_cast<const char*>(beginning.data()), beginning.size());
      fs::resize_file(path, 1024 + 4 * 4112 + 32);
    }
  }

  RecoverReport RecoverFrom(const fs::path& pile) {
    const auto report = Recover(test_.Keys(), {.directories = {pile}, .out = folder_ / "restored"});
    EXPECT_TRUE(report.ok()) << report.status();
    return report.value();
  }

  TestVault test_{0};
  Options options_;
  fs::path folder_;
};

TEST_F(RecoverTest, RestoresEveryObjectFromRenamedFilesAmongForeignOnes) {
  std::map<std::string, base::Bytes> objects = {
      {"a file", test_.RandomBytes(0)},
      {"folder/b", test_.RandomBytes(70'000)},
      {"ünïcode", base::Bytes(300'000, 'x')},
      {std::string(200, 'n') + "/" + std::string(200, 'm'), test_.RandomBytes(5000)}};
  {
    Vault vault = OpenVault();
    int64_t mtime_ns = 1'234'567'890'123'456'789;
    for (const auto& [name, plain] : objects) {
      ASSERT_TRUE(vault.Put(name, SourceOf(plain), {.mode = 0640, .mtime_ns = mtime_ns}).ok());
    }
  }
  const fs::path pile = Scramble();
  AddForeignFiles(pile, 2000);
  const RecoverReport report = RecoverFrom(pile);
  ASSERT_EQ(report.objects.size(), objects.size());
  for (const RecoveredObject& object : report.objects) {
    ASSERT_TRUE(object.restored) << object.name << ": " << object.why_not;
    EXPECT_EQ(object.path, folder_ / "restored" / object.name);
    EXPECT_EQ(ReadFile(object.path), objects.at(object.name));
    struct stat status;
    ASSERT_EQ(stat(object.path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0640u);
    EXPECT_EQ(status.st_mtim.tv_sec, 1'234'567'890);
    EXPECT_EQ(status.st_mtim.tv_nsec, 123'456'789);
  }
}

TEST_F(RecoverTest, NeedsNoHead) {
  const base::Bytes plain = test_.RandomBytes(200'000);
  ASSERT_TRUE(OpenVault().Put("a", SourceOf(plain), {.mode = 0600}).ok());
  const fs::path pile = Scramble();
  for (const auto& entry : fs::directory_iterator(pile)) {
    // A head is a bare header and the store's 32 bytes.
    if (entry.file_size() == shard::kHeaderBytes + 32) fs::remove(entry.path());
  }
  const RecoverReport report = RecoverFrom(pile);
  ASSERT_EQ(report.objects.size(), 1u);
  ASSERT_TRUE(report.objects[0].restored) << report.objects[0].why_not;
  EXPECT_EQ(ReadFile(folder_ / "restored" / "a"), plain);
}

TEST_F(RecoverTest, PackedObjectsComeBackButNotThoseThatAreGone) {
  std::map<std::string, base::Bytes> objects;
  for (int i = 0; i < 60; ++i) {
    objects["folder/" + std::to_string(i)] = test_.RandomBytes(900);
  }
  const auto put_many = [this](const std::map<std::string, base::Bytes>& contents) {
    Vault vault = OpenVault();
    auto at = contents.begin();
    const ItemSource next = [&]() -> absl::StatusOr<std::optional<PutItem>> {
      if (at == contents.end()) return std::nullopt;
      PutItem item{.name = at->first, .source = SourceOf(at->second), .mode = 0640, .mtime_ns = 5};
      ++at;
      return item;
    };
    ASSERT_TRUE(vault.PutMany(next).ok());
  };
  put_many(objects);
  {
    Vault vault = OpenVault();
    ASSERT_TRUE(vault.Remove("folder/3").ok());
    objects.erase("folder/3");
    // One that is replaced in another pack, and one by an object with heads.
    test_.clock.Advance(std::chrono::seconds(1));
    objects["folder/4"] = test_.RandomBytes(100);
    put_many({{"folder/4", objects["folder/4"]}});
    objects["folder/5"] = test_.RandomBytes(100'000);
    ASSERT_TRUE(vault.Put("folder/5", SourceOf(objects["folder/5"])).ok());
    // One that was packed, got heads, and was removed.
    ASSERT_TRUE(vault.Put("folder/6", SourceOf(objects["folder/6"])).ok());
    ASSERT_TRUE(vault.Remove("folder/6").ok());
    objects.erase("folder/6");
  }
  const RecoverReport report = RecoverFrom(Scramble());
  EXPECT_EQ(report.objects.size(), objects.size());
  for (const RecoveredObject& object : report.objects) {
    ASSERT_TRUE(object.restored) << object.name << ": " << object.why_not;
    ASSERT_TRUE(objects.contains(object.name)) << object.name;
    EXPECT_EQ(ReadFile(object.path), objects.at(object.name)) << object.name;
    struct stat status;
    ASSERT_EQ(stat(object.path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, object.name == "folder/5" ? 0600u : 0640u);
  }
}

TEST_F(RecoverTest, FoldersAndLinksComeBackAndNothingGoesThroughALink) {
  const fs::path outside = folder_ / "outside";
  fs::create_directory(outside);
  const std::string target = outside.string();
  const base::Bytes content = test_.RandomBytes(10);
  std::vector<PutItem> items;
  items.push_back({.name = "empty",
                   .source = SourceOf({}),
                   .mode = 0710,
                   .mtime_ns = 7,
                   .kind = shard::ObjectKind::kDirectory});
  items.push_back({.name = "link",
                   .source = SourceOf(base::AsBytes(target)),
                   .kind = shard::ObjectKind::kSymlink});
  items.push_back({.name = "link/below", .source = SourceOf(content)});
  size_t at = 0;
  Vault vault = OpenVault();
  const ItemSource next = [&]() -> absl::StatusOr<std::optional<PutItem>> {
    if (at == items.size()) return std::nullopt;
    return items[at++];
  };
  ASSERT_TRUE(vault.PutMany(next).ok());
  RecoverFrom(Scramble());
  struct stat status;
  ASSERT_EQ(stat((folder_ / "restored" / "empty").c_str(), &status), 0);
  EXPECT_TRUE(S_ISDIR(status.st_mode));
  EXPECT_EQ(status.st_mode & 07777, 0710u);
  EXPECT_EQ(ReadFile(folder_ / "restored" / "link" / "below"), content);
  EXPECT_TRUE(fs::is_empty(outside));
}

TEST_F(RecoverTest, RestoresTheNewestVersionAndNothingThatWasRemoved) {
  const base::Bytes newest = test_.RandomBytes(10'000);
  {
    Vault vault = OpenVault();
    ASSERT_TRUE(vault.Put("kept", SourceOf(test_.RandomBytes(20'000))).ok());
    ASSERT_TRUE(vault.Put("kept", SourceOf(newest)).ok());
    ASSERT_TRUE(vault.Put("removed", SourceOf(test_.RandomBytes(10'000))).ok());
    ASSERT_TRUE(vault.Remove("removed").ok());
  }
  const RecoverReport report = RecoverFrom(Scramble());
  ASSERT_EQ(report.objects.size(), 1u);
  EXPECT_EQ(report.objects[0].name, "kept");
  EXPECT_EQ(ReadFile(folder_ / "restored" / "kept"), newest);
}

TEST_F(RecoverTest, SaysWhyAnObjectCannotBeRestored) {
  ASSERT_TRUE(OpenVault().Put("a", SourceOf(test_.RandomBytes(100'000))).ok());
  const fs::path pile = Scramble();
  std::set<uintmax_t> sizes;
  for (const auto& entry : fs::directory_iterator(pile)) sizes.insert(entry.file_size());
  std::vector<fs::path> largest;
  for (const auto& entry : fs::directory_iterator(pile)) {
    if (entry.file_size() == *sizes.rbegin()) largest.push_back(entry.path());
  }
  ASSERT_EQ(largest.size(), 6u);
  for (int i = 0; i < 3; ++i) fs::remove(largest[i]);
  const RecoverReport report = RecoverFrom(pile);
  ASSERT_EQ(report.objects.size(), 1u);
  EXPECT_FALSE(report.objects[0].restored);
  EXPECT_NE(report.objects[0].why_not.find("got 3 shards of segment 0, need 4"), std::string::npos)
      << report.objects[0].why_not;
  EXPECT_FALSE(fs::exists(folder_ / "restored" / "a"));
}

TEST_F(RecoverTest, KeepsHostileNamesInsideTheFolder) {
  const std::vector<std::string> names = {
      "../escape", "/abs", "a//b", "..", ".", "x/../../y", std::string(300, 'l')};
  {
    Vault vault = OpenVault();
    for (const std::string& name : names) {
      ASSERT_TRUE(vault.Put(name, SourceOf(base::AsBytes(name))).ok()) << name;
    }
  }
  const RecoverReport report = RecoverFrom(Scramble());
  ASSERT_EQ(report.objects.size(), names.size());
  for (const RecoveredObject& object : report.objects) {
    ASSERT_TRUE(object.restored) << object.name << ": " << object.why_not;
    const fs::path relative = fs::relative(object.path, folder_ / "restored");
    EXPECT_NE(relative.begin()->string(), "..") << object.name;
    EXPECT_EQ(base::AsText(ReadFile(object.path)), object.name);
  }
  EXPECT_FALSE(fs::exists(folder_ / "escape"));
}

TEST_F(RecoverTest, OverwritesNothing) {
  ASSERT_TRUE(OpenVault().Put("a", SourceOf(base::AsBytes("new"))).ok());
  fs::create_directories(folder_ / "restored");
  std::ofstream(folder_ / "restored" / "a") << "old";
  const RecoverReport report = RecoverFrom(Scramble());
  EXPECT_EQ(base::AsText(ReadFile(folder_ / "restored" / "a")), "old");
  EXPECT_EQ(report.objects.size(), 1u);
}

TEST_F(RecoverTest, SaysThatADirectoryIsMissing) {
  const auto report =
      Recover(test_.Keys(), {.directories = {folder_ / "nowhere"}, .out = folder_ / "restored"});
  EXPECT_EQ(report.status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace shadw::vault
