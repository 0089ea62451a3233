// SPDX-License-Identifier: Apache-2.0
//
// Folders that are put and come back; tests/app has the same through the program.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "libshadw/vault/get_tree.h"
#include "libshadw/vault/put_tree.h"
#include "tests/store/temporary_directory.h"
#include "tests/vault/test_vault.h"

namespace shadw::vault {
namespace {

namespace fs = std::filesystem;
using shard::ObjectKind;

void Write(const fs::path& path, std::string_view content) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

std::string Read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class TreeTest : public testing::Test {
 protected:
  fs::path in() const { return folder_.path() / "in"; }
  fs::path out() const { return folder_.path() / "out"; }

  static std::vector<std::string> NamesOf(TreeWalk& walk, TreeWalk::Remarks& remarks) {
    std::vector<std::string> names;
    while (auto walked = walk.Next(remarks)) names.push_back(walked->name);
    return names;
  }

  store::TemporaryDirectory folder_{store::TemporaryDirectory::On::kMemory};
  TestVault test_{6};
};

TEST(TreeName, IsWhatCpWouldCallTheCopy) {
  const std::map<std::string, std::string> names = {{"photos", "photos"},
                                                    {"photos/", "photos"},
                                                    {"a/photos//", "photos"},
                                                    {"/a/b", "b"},
                                                    {".", ""},
                                                    {"./", ""},
                                                    {"a/.", ""},
                                                    {"..", ""},
                                                    {"/", ""},
                                                    {"", ""},
                                                    {"a/...", "..."}};
  for (const auto& [path, name] : names) EXPECT_EQ(TreeName(path), name) << path;
}

TEST(IsAtOrBelow, EndsAtASlash) {
  EXPECT_TRUE(IsAtOrBelow("photos", "photos"));
  EXPECT_TRUE(IsAtOrBelow("photos/a", "photos"));
  EXPECT_TRUE(IsAtOrBelow("photos/a", "photos/"));
  EXPECT_TRUE(IsAtOrBelow("photos", "photos/"));
  EXPECT_FALSE(IsAtOrBelow("photos2", "photos"));
  EXPECT_FALSE(IsAtOrBelow("photo", "photos"));
  EXPECT_TRUE(IsAtOrBelow("/a", "/"));
  EXPECT_FALSE(IsAtOrBelow("a", "/"));
  EXPECT_TRUE(IsAtOrBelow("a", ""));
}

TEST_F(TreeTest, TheWalkIsInOneOrderAndFollowsNoLink) {
  for (const char* name : {"b/2", "b/1", "a.txt", "b.txt", "c/d/e"}) Write(in() / name, name);
  fs::create_directory_symlink(in() / "b", in() / "link");
  auto walk = TreeWalk::Open(in(), "n");
  ASSERT_TRUE(walk.ok()) << walk.status();
  TreeWalk::Remarks remarks;
  EXPECT_EQ(NamesOf(*walk, remarks),
            (std::vector<std::string>{"n", "n/a.txt", "n/b", "n/b/1", "n/b/2", "n/b.txt", "n/c",
                                      "n/c/d", "n/c/d/e", "n/link"}));
  EXPECT_TRUE(remarks.failed.empty() && remarks.skipped.empty());
  auto bare = TreeWalk::Open(in() / "c/.", "");
  EXPECT_EQ(NamesOf(*bare, remarks), (std::vector<std::string>{"d", "d/e"}));
}

TEST_F(TreeTest, AFolderThatIsMovedWhileItIsWalkedDoesNotLeadElsewhere) {
  for (const char* name : {"a/b/1", "a/c", "z/secret"}) Write(in() / name, name);
  auto walk = TreeWalk::Open(in(), "n");
  TreeWalk::Remarks remarks;
  while (walk->Next(remarks)->name != "n/a/b") {
  }
  fs::rename(in() / "a/b", folder_.path() / "elsewhere");
  EXPECT_EQ(NamesOf(*walk, remarks),
            (std::vector<std::string>{"n/a/b/1", "n/a/c", "n/z", "n/z/secret"}));
  EXPECT_TRUE(remarks.failed.empty());
}

TEST_F(TreeTest, AFolderWhoseParentIsReplacedIsGivenUpAndNamed) {
  for (const char* name : {"a/b/1", "a/c", "z"}) Write(in() / name, name);
  auto walk = TreeWalk::Open(in(), "n");
  TreeWalk::Remarks remarks;
  while (walk->Next(remarks)->name != "n/a/b") {
  }
  fs::rename(in() / "a/b", folder_.path() / "elsewhere");
  fs::rename(in() / "a", folder_.path() / "old");
  Write(in() / "a/c", "another");
  EXPECT_EQ(NamesOf(*walk, remarks), (std::vector<std::string>{"n/a/b/1", "n/z"}));
  ASSERT_EQ(remarks.failed.size(), 1u);
  EXPECT_EQ(remarks.failed[0].path, (in() / "a/").string());
}

TEST_F(TreeTest, WhatIsPutComesBack) {
  Write(in() / "small", "text");
  Write(in() / "folder/large", std::string(100'000, 'x'));
  Write(in() / "folder/empty", "");
  fs::create_directories(in() / "nothing");
  fs::create_symlink("../outside", in() / "link");
  fs::permissions(in() / "nothing", fs::perms(0711));
  fs::permissions(in() / "small", fs::perms(0600));
  Vault vault = test_.Open();
  const auto put = PutTree(vault, {.roots = {{in(), "n"}}, .leave_out = {}, .put = {}});
  ASSERT_TRUE(put.ok()) << put.status();
  EXPECT_EQ(put->receipt.objects, 7u);
  EXPECT_EQ(put->receipt.packed, 6u);
  EXPECT_EQ(put->receipt.object_bytes, 4u + 100'000 + 10);
  const auto got = GetTree(vault, {.prefix = "n", .out = out(), .progress = {}});
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->restored, 7u);
  EXPECT_EQ(got->bytes, put->receipt.object_bytes);
  EXPECT_TRUE(got->failed.empty());
  EXPECT_EQ(Read(out() / "n/small"), "text");
  EXPECT_EQ(Read(out() / "n/folder/large"), std::string(100'000, 'x'));
  EXPECT_EQ(fs::status(out() / "n/nothing").permissions(), fs::perms(0711));
  EXPECT_EQ(fs::status(out() / "n/small").permissions(), fs::perms(0600));
  EXPECT_EQ(fs::read_symlink(out() / "n/link"), "../outside");
  EXPECT_EQ(fs::last_write_time(out() / "n"), fs::last_write_time(in()));
  EXPECT_EQ(GetTree(vault, {.prefix = "m", .out = out(), .progress = {}}).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(TreeTest, ARootThatIsNotThereMeansThatNothingIsPut) {
  Write(in() / "small", "text");
  Vault vault = test_.Open();
  const PutTreeOptions options{
      .roots = {{in(), "n"}, {in() / "none", "m"}}, .leave_out = {}, .put = {}};
  EXPECT_FALSE(PutTree(vault, options).ok());
  EXPECT_TRUE(vault.List()->empty());
}

TEST_F(TreeTest, MoreRootsThanAProcessMayOpen) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  PutTreeOptions options;
  for (int i = 0; i < 100; ++i) {
    const fs::path path = in() / std::to_string(i);
    Write(path, std::string(i == 7 ? 100'000 : 10, 'x'));
    options.roots.push_back({path, TreeName(path.native())});
  }
  Vault vault = test_.Open();
  const rlimit few{.rlim_cur = 40, .rlim_max = before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  const auto put = PutTree(vault, options);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_TRUE(put.ok()) << put.status();
  EXPECT_EQ(put->receipt.objects, 100u);
  EXPECT_TRUE(put->failed.empty());
}

TEST_F(TreeTest, SaysWhatIsRestoredUnderAnotherName) {
  Vault vault = test_.Open();
  const Objects contents = {{"a", {1}}, {"a/b", {2}}, {"../c", {3}}};
  ASSERT_TRUE(vault.PutMany(ItemsOf(contents)).ok());
  const auto got = GetTree(vault, {.prefix = {}, .out = out(), .progress = {}});
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->restored, 3u);
  ASSERT_EQ(got->elsewhere.size(), 2u);
  for (const RestoredElsewhere& object : got->elsewhere) {
    EXPECT_TRUE(object.name == "../c" || object.name == "a/b") << object.name;
    EXPECT_EQ(Read(object.path).size(), 1u);
  }
}

class RestoredTreeTest : public TreeTest {
 protected:
  RestoredTreeTest() { fs::create_directories(outside()); }
  fs::path outside() const { return folder_.path() / "outside"; }

  static std::function<absl::Status(const ByteSink&)> Text(std::string_view text) {
    return [text](const ByteSink& sink) { return sink(base::AsBytes(text)); };
  }
};

TEST_F(RestoredTreeTest, GoesThroughNoLinkThatIsThereAlready) {
  fs::create_directories(out());
  fs::create_directory_symlink(outside(), out() / "a");
  fs::permissions(outside(), fs::perms(0700));
  RestoredTree tree(out());
  EXPECT_TRUE(tree.Add("a/file", {}, Text("x")).ok());  // under another name
  EXPECT_FALSE(tree.Add("a/folder", {ObjectKind::kDirectory, 0777}, {}).ok());
  EXPECT_FALSE(tree.Add("a", {ObjectKind::kDirectory, 0777}, {}).ok());
  EXPECT_FALSE(tree.Add("a/link", {ObjectKind::kSymlink}, Text("x")).ok());
  EXPECT_TRUE(tree.Finish().empty());
  EXPECT_TRUE(fs::is_empty(outside()));
  EXPECT_EQ(fs::status(outside()).permissions(), fs::perms(0700));
}

TEST_F(RestoredTreeTest, ALinkAndWhatWouldGoThroughItDoNotMeet) {
  RestoredTree tree(out());
  ASSERT_TRUE(tree.Add("a", {ObjectKind::kSymlink}, Text(outside().native())).ok());
  ASSERT_TRUE(tree.Add("a/file", {}, Text("x")).ok());
  const std::vector<NotRestored> failed = tree.Finish();
  ASSERT_EQ(failed.size(), 1u);
  EXPECT_EQ(failed[0].name, "a");
  EXPECT_EQ(failed[0].why.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(Read(out() / "a/file"), "x");
  EXPECT_TRUE(fs::is_empty(outside()));
}

TEST_F(RestoredTreeTest, NamesAFileBeforeAnotherObjectNeedsItsName) {
  RestoredTree tree(out());
  ASSERT_TRUE(tree.Add("a", {}, Text("x")).ok());
  EXPECT_FALSE(fs::exists(out() / "a"));
  EXPECT_EQ(tree.Add("a", {}, Text("y")).status().code(), absl::StatusCode::kAlreadyExists);
  ASSERT_TRUE(tree.Add("b", {}, Text("x")).ok());
  EXPECT_EQ(tree.Add("b/c", {}, Text("y")).value().parent_path(), out());  // another name
  EXPECT_TRUE(tree.Finish().empty());
  EXPECT_EQ(Read(out() / "a"), "x");
  EXPECT_EQ(Read(out() / "b"), "x");
  EXPECT_EQ(std::distance(fs::directory_iterator(out()), {}), 3);
}

TEST_F(RestoredTreeTest, RestoresMoreFilesThanItKeepsWithoutNames) {
  RestoredTree tree(out());
  for (int i = 0; i < 300; ++i) {
    const std::string name = "folder/" + std::to_string(i);
    ASSERT_EQ(tree.Add(name, {ObjectKind::kFile, 0640, i}, Text(name)).value(), out() / name);
  }
  std::ofstream(out() / "folder" / "299") << "mine";
  const std::vector<NotRestored> failed = tree.Finish();
  ASSERT_EQ(failed.size(), 1u);
  EXPECT_EQ(failed[0].name, "folder/299");
  EXPECT_EQ(failed[0].why.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(Read(out() / "folder" / "299"), "mine");
  EXPECT_EQ(Read(out() / "folder" / "7"), "folder/7");
  EXPECT_EQ(std::distance(fs::directory_iterator(out() / "folder"), {}), 300);
}

TEST_F(RestoredTreeTest, TheFolderItselfMayBeALink) {
  fs::create_directory_symlink(outside(), out());
  RestoredTree tree(out());
  EXPECT_TRUE(tree.Add("file", {}, Text("x")).ok());
  EXPECT_TRUE(tree.Finish().empty());
  EXPECT_EQ(Read(outside() / "file"), "x");
}

}  // namespace
}  // namespace shadw::vault
