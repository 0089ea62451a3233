// SPDX-License-Identifier: Apache-2.0
//
// What a directory store is on disk, and what it does about what it finds there.
#include "libshadw/store/directory_store.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

#include "libshadw/base/coding.h"
#include "libshadw/crypto/random.h"
#include "libshadw/store/posix.h"
#include "tests/store/temporary_directory.h"

namespace shadw::store {
namespace {

namespace fs = std::filesystem;
using absl::StatusCode;

class DirectoryStoreTest : public testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<DirectoryStore>> Open(bool create = true) {
    return DirectoryStore::Open({.directory = path_, .create = create});
  }
  fs::path FileOf(const StorageId& id) const {
    const std::string name = base::ToHex(id);
    return path_ / "blobs" / name.substr(0, 2) / name.substr(2, 2) / name;
  }
  static void Write(const fs::path& path, std::string_view text) {
    std::ofstream(path, std::ios::binary) << text;
  }
  static std::string Read(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  size_t FilesUnder(const fs::path& path) const {
    size_t files = 0;
    for (const auto& entry : fs::recursive_directory_iterator(path))
      files += entry.is_regular_file();
    return files;
  }

  TemporaryDirectory directory_;
  const fs::path path_ = directory_.path() / "store";
  crypto::SeededRandom random_{1};
  const StorageId id_ = random_.Array<32>();
  const DeleteToken token_ = random_.Array<32>();
  const TokenHash hash_ = HashToken(token_);
  const std::string_view text_ = "seventeen letters";
  base::Bytes out_ = base::Bytes(100);
};

TEST_F(DirectoryStoreTest, KeepsABlobAsItsBytesAndTheTokenHashAndNothingElse) {
  auto store = Open().value();
  ASSERT_TRUE(store->Put(id_, base::AsBytes(text_), hash_).ok());
  EXPECT_EQ(Read(FileOf(id_)), std::string(text_) + std::string(base::AsText(hash_)));
  EXPECT_EQ(fs::status(FileOf(id_)).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(DirectoryStoreTest, KeepsItsNodeIdAndBlobsWhenClosedMovedAndOpened) {
  auto store = Open().value();
  const NodeId node = store->node_id();
  EXPECT_NE(node, NodeId{});
  ASSERT_TRUE(store->Put(id_, base::AsBytes(text_), hash_).ok());
  ASSERT_TRUE(store->Flush().ok());
  store.reset();
  fs::rename(path_, directory_.path() / "elsewhere");
  store =
      DirectoryStore::Open({.directory = directory_.path() / "elsewhere", .create = false}).value();
  EXPECT_EQ(store->node_id(), node);
  EXPECT_EQ(store->Get(id_, 0, out_).value(), text_.size());
}

TEST_F(DirectoryStoreTest, DrawsItsNodeIdFromTheSourceGiven) {
  crypto::SeededRandom random(5);
  const auto store = DirectoryStore::Open({.directory = path_, .random = &random}).value();
  EXPECT_EQ(store->node_id(), crypto::SeededRandom(5).Array<32>());
}

TEST_F(DirectoryStoreTest, GoesOnWorkingWhereItWasMovedWhileOpen) {
  auto store = Open().value();
  fs::rename(path_, directory_.path() / "elsewhere");
  ASSERT_TRUE(store->Put(id_, base::AsBytes(text_), hash_).ok());
  ASSERT_TRUE(store->Flush().ok());
  EXPECT_EQ(store->Get(id_, 0, out_).value(), text_.size());
}

TEST_F(DirectoryStoreTest, MakesMissingParentsButOnlyWhenAllowed) {
  const fs::path deep = path_ / "a" / "b";
  EXPECT_EQ(DirectoryStore::Open({.directory = deep, .create = false}).status().code(),
            StatusCode::kNotFound);
  EXPECT_FALSE(fs::exists(path_));
  EXPECT_TRUE(DirectoryStore::Open({.directory = deep}).ok());
  EXPECT_EQ(DirectoryStore::Open({}).status().code(), StatusCode::kInvalidArgument);
}

TEST_F(DirectoryStoreTest, MakesAStoreOfAnEmptyDirectoryAndOfAFreshFileSystem) {
  fs::create_directory(path_);
  EXPECT_EQ(Open(/*create=*/false).status().code(), StatusCode::kNotFound);
  EXPECT_TRUE(fs::is_empty(path_));
  fs::create_directory(path_ / "lost+found");
  EXPECT_TRUE(Open().ok());
}

TEST_F(DirectoryStoreTest, LeavesADirectoryOfSomebodyElseUntouched) {
  fs::create_directory(path_);
  Write(path_ / "letters.txt", "dear");
  EXPECT_EQ(Open().status().code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(std::distance(fs::directory_iterator(path_), {}), 1);
  EXPECT_EQ(DirectoryStore::Open({.directory = path_ / "letters.txt"}).status().code(),
            StatusCode::kFailedPrecondition);
}

TEST_F(DirectoryStoreTest, RefusesADamagedNodeFileAndNeverMintsANewOne) {
  auto store = Open().value();
  ASSERT_TRUE(store->Put(id_, base::AsBytes(text_), hash_).ok());
  ASSERT_TRUE(store->Flush().ok());
  store.reset();
  const std::string good = Read(path_ / "node");
  for (const std::string& bad : {std::string(), good.substr(1), good + "x", std::string(80, 'x')}) {
    Write(path_ / "node", bad);
    EXPECT_EQ(Open().status().code(), StatusCode::kDataLoss);
    EXPECT_EQ(Read(path_ / "node"), bad);
  }
  fs::remove(path_ / "node");
  EXPECT_EQ(Open().status().code(), StatusCode::kDataLoss);
  EXPECT_FALSE(fs::exists(path_ / "node"));
  Write(path_ / "node", good);
  EXPECT_EQ(Open().value()->Get(id_, 0, out_).value(), text_.size());
}

TEST_F(DirectoryStoreTest, FinishesAStoreWhoseMakingWasInterrupted) {
  fs::create_directories(path_ / "blobs");
  fs::create_directories(path_ / "tmp");
  Write(path_ / "tmp" / "node.new", "half");
  Write(path_ / "lock", "");
  EXPECT_TRUE(Open().ok());
}

TEST_F(DirectoryStoreTest, CutShortABlobStaysVisibleByWhatIsLeft) {
  auto store = Open().value();
  ASSERT_TRUE(store->Put(id_, base::Bytes(100, 7), hash_).ok());
  const auto stat = [&] { return store->StatMany(std::span(&id_, 1)).value()[0]; };
  EXPECT_EQ(stat(), (BlobStat{100, hash_}));
  fs::resize_file(FileOf(id_), 90);
  TokenHash sevens;
  sevens.fill(7);
  EXPECT_EQ(stat(), (BlobStat{58, sevens}));
  EXPECT_EQ(store->Delete(id_, token_).code(), StatusCode::kPermissionDenied);
  for (const size_t length : {31, 1, 0}) {
    fs::resize_file(FileOf(id_), length);
    EXPECT_EQ(stat(), (BlobStat{0, {}}));
    EXPECT_EQ(store->Get(id_, 0, out_).value(), 0u);
    EXPECT_EQ(store->List(std::nullopt, 5).value(), std::vector{id_});
    EXPECT_EQ(store->Put(id_, {}, hash_).code(), StatusCode::kAlreadyExists);
  }
  EXPECT_TRUE(store->Delete(id_, token_).ok());
  EXPECT_EQ(stat(), std::nullopt);
}

TEST_F(DirectoryStoreTest, IgnoresWhatIsNoBlob) {
  auto store = Open().value();
  ASSERT_TRUE(store->Put(id_, base::AsBytes(text_), hash_).ok());
  const fs::path leaf = FileOf(id_).parent_path();
  std::string name = base::ToHex(id_);
  Write(leaf / "README", "hello");
  Write(leaf / name.substr(1), "short");
  Write(leaf / (name + "0"), "long");
  name.back() = name.back() == '0' ? '1' : '0';
  fs::create_directory(leaf / name);
  Write(path_ / "blobs" / "zz", "file");
  Write(path_ / "blobs" / "AB", "capitals");
  fs::create_directory(path_ / "blobs" / "abc");
  EXPECT_EQ(store->List(std::nullopt, 100).value(), std::vector{id_});
}

TEST_F(DirectoryStoreTest, FollowsNoLinkAndWaitsForNoPipe) {
  auto store = Open().value();
  ASSERT_TRUE(store->Put(id_, base::AsBytes(text_), hash_).ok());
  const fs::path secret = directory_.path() / "secret";
  Write(secret, std::string(100, 's'));
  const auto expect_absent = [&](const StorageId& id) {
    EXPECT_EQ(store->Get(id, 0, out_).status().code(), StatusCode::kNotFound);
    EXPECT_EQ(store->Delete(id, token_).code(), StatusCode::kNotFound);
    EXPECT_EQ(store->StatMany(std::span(&id, 1)).value()[0], std::nullopt);
    EXPECT_FALSE(store->Put(id, base::AsBytes(text_), hash_).ok());
    EXPECT_EQ(store->List(std::nullopt, 9).value(), std::vector{id_});
  };
  StorageId link = id_, pipe = id_, under_link = id_;
  link[31] ^= 1;
  fs::create_symlink(secret, FileOf(link));
  expect_absent(link);
  pipe[31] ^= 2;
  ASSERT_EQ(mkfifo(FileOf(pipe).c_str(), 0600), 0);
  expect_absent(pipe);
  // A leaf that is a link to a directory elsewhere.
  under_link[1] ^= 1;
  const fs::path elsewhere = directory_.path() / "elsewhere";
  fs::create_directory(elsewhere);
  Write(elsewhere / base::ToHex(under_link), std::string(100, 's'));
  fs::create_directory_symlink(elsewhere, FileOf(under_link).parent_path());
  expect_absent(under_link);
  EXPECT_EQ(Read(secret), std::string(100, 's'));
}

TEST_F(DirectoryStoreTest, LeavesNothingUnderTmpWhenItIsClosed) {
  auto store = Open().value();
  ASSERT_TRUE(store->Put(id_, base::AsBytes(text_), hash_).ok());
  EXPECT_FALSE(store->Put(id_, base::AsBytes(text_), hash_).ok());
  EXPECT_EQ(FilesUnder(path_ / "tmp"), 1u);  // the owner file
  ASSERT_TRUE(store->Flush().ok());
  store.reset();
  EXPECT_TRUE(fs::is_empty(path_ / "tmp"));
}

TEST_F(DirectoryStoreTest, ClearsWhatTheDeadLeftAndSparesTheLiving) {
  auto living = Open().value();
  fs::create_directory(path_ / "tmp" / "7");
  Write(path_ / "tmp" / "7" / "owner", "");
  Write(path_ / "tmp" / "7" / "0", "half a blo");
  fs::create_directory(path_ / "tmp" / "8");  // died before it had an owner file
  fs::create_directory(path_ / "tmp" / "notes");
  const auto second = Open().value();
  EXPECT_FALSE(fs::exists(path_ / "tmp" / "7"));
  EXPECT_FALSE(fs::exists(path_ / "tmp" / "8"));
  EXPECT_TRUE(fs::exists(path_ / "tmp" / "notes"));
  EXPECT_TRUE(fs::exists(path_ / "tmp" / "0" / "owner"));
  EXPECT_TRUE(living->Put(id_, base::AsBytes(text_), hash_).ok());
  EXPECT_EQ(second->Get(id_, 0, out_).value(), text_.size());
  EXPECT_EQ(second->node_id(), living->node_id());
}

TEST_F(DirectoryStoreTest, SyncsAgainAndAgainHoweverManyDirectoriesWereTouched) {
  auto store = Open().value();
  for (const int count : {0, 1, 3, 100}) {
    for (int i = 0; i < count; ++i) {
      ASSERT_TRUE(store->Put(random_.Array<32>(), base::AsBytes(text_), hash_).ok());
    }
    EXPECT_TRUE(store->Flush().ok());
  }
}

TEST_F(DirectoryStoreTest, KeepsWhatIsStagedUnderTmpUntilItIsPutOrLetGo) {
  auto store = Open().value();
  auto staged = store->Stage(id_, base::AsBytes(text_), hash_).value();
  EXPECT_EQ(FilesUnder(path_ / "tmp"), 2u);  // the owner file, too
  EXPECT_EQ(FilesUnder(path_ / "blobs"), 0u);
  ASSERT_TRUE(store->Flush().ok());
  ASSERT_TRUE(staged->Put().ok());
  EXPECT_EQ(FilesUnder(path_ / "tmp"), 1u);
  EXPECT_EQ(Read(FileOf(id_)), std::string(text_) + std::string(base::AsText(hash_)));
  staged = store->Stage(random_.Array<32>(), base::AsBytes(text_), hash_).value();
  staged.reset();
  EXPECT_EQ(FilesUnder(path_ / "tmp"), 1u);
  EXPECT_EQ(FilesUnder(path_ / "blobs"), 1u);
}

TEST_F(DirectoryStoreTest, LeavesItsWorkDirectoryToTheNextOpenerWhereItHasNotFlushed) {
  const auto syncs = std::make_shared<SharedSyncs>();
  const auto open = [&](const char* name) {
    return DirectoryStore::Open({.directory = directory_.path() / name, .syncs = syncs}).value();
  };
  auto one = open("one"), two = open("two");
  ASSERT_TRUE(one->Put(id_, base::AsBytes(text_), hash_).ok());
  ASSERT_TRUE(two->Put(id_, base::AsBytes(text_), hash_).ok());
  ASSERT_TRUE(one->Flush().ok());  // which is the other one's, too
  ASSERT_TRUE(two->Delete(id_, token_).ok());
  one.reset();
  two.reset();
  EXPECT_TRUE(fs::is_empty(directory_.path() / "one" / "tmp"));
  EXPECT_FALSE(fs::is_empty(directory_.path() / "two" / "tmp"));
}

TEST(SharedSyncsTest, CoversWhatWasNotedBeforeASyncThatSucceeded) {
  SharedSyncs syncs;
  const TemporaryDirectory directory;
  const FileDescriptor fd = OpenDirectoryAt(AT_FDCWD, directory.path().c_str());
  const auto files = syncs.Of(fd.get()).value();
  EXPECT_EQ(syncs.Of(fd.get()).value(), files);
  const uint64_t first = files->Note(), second = files->Note();
  EXPECT_FALSE(files->Covers(first));
  EXPECT_FALSE(files->SyncUpTo(first, -1).ok());
  EXPECT_FALSE(files->Covers(first));
  EXPECT_TRUE(files->SyncUpTo(first, fd.get()).ok());
  EXPECT_TRUE(files->Covers(second));
  EXPECT_TRUE(files->SyncUpTo(second, -1).ok());  // asks nobody
  EXPECT_FALSE(files->Covers(files->Note()));
}

}  // namespace
}  // namespace shadw::store
