// SPDX-License-Identifier: Apache-2.0
//
// Named after what goes wrong: processes that die or collide, media that are full,
// read-only or forbidden. Each runs in processes of its own, whatever their timing.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <set>

#include "libshadw/base/coding.h"
#include "libshadw/crypto/random.h"
#include "libshadw/store/directory_store.h"
#include "tests/store/temporary_directory.h"

namespace shadw::store {
namespace {

namespace fs = std::filesystem;
using absl::StatusCode;

constexpr int kSkip = 77;  // a child that was not allowed to set up its fault
constexpr DeleteToken kToken = {1};

// A child process that runs `body` and exits with what it returns; `report` is where it
// can write to the parent.
class Child {
 public:
  explicit Child(const std::function<int(int report)>& body) {
    int ends[2];
    if (pipe(ends) != 0) abort();
    pid_ = fork();
    if (pid_ == 0) {
      close(ends[0]);
      alarm(120);  // never outlives a test that hangs
      _exit(body(ends[1]));
    }
    close(ends[1]);
    report_ = ends[0];
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ > 0) Kill();
    close(report_);
  }

  // Blocks for exactly out.size() bytes; false where the child ends before.
  bool Read(base::MutableByteSpan out) {
    while (!out.empty()) {
      const ssize_t n = read(report_, out.data(), out.size());
      if (n <= 0) return false;
      out = out.subspan(n);
    }
    return true;
  }
  int Wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  void Kill() {
    kill(pid_, SIGKILL);
    Wait();
  }

 private:
  pid_t pid_;
  int report_;
};

void Report(int to, base::ByteSpan bytes) {
  if (write(to, bytes.data(), bytes.size()) < 0) _exit(1);
}

fs::path LeafOf(const fs::path& store, const StorageId& id) {
  const std::string name = base::ToHex(id);
  return store / "blobs" / name.substr(0, 2) / name.substr(2, 2);
}

StorageId IdOf(uint64_t number) { return crypto::SeededRandom(number).Array<32>(); }

base::Bytes BytesOf(uint64_t number, size_t size) {
  base::Bytes bytes(size);
  crypto::SeededRandom(number + 1'000'000).Fill(bytes);
  return bytes;
}

class Faults : public testing::Test {
 protected:
  std::unique_ptr<DirectoryStore> Open(bool sync = true) {
    return DirectoryStore::Open({.directory = path_, .sync = sync}).value();
  }
  bool Holds(const Store& store, const StorageId& id, const base::Bytes& bytes) {
    base::Bytes out(bytes.size() + 1);
    const auto got = store.Get(id, 0, out);
    if (!got.ok() || *got != bytes.size()) return false;
    out.resize(*got);
    return out == bytes;
  }

  TemporaryDirectory directory_;
  const fs::path path_ = directory_.path() / "store";
};

TEST_F(Faults, AProcessKilledInTheMiddleOfAPutLeavesTheWholeBlobOrNothing) {
  constexpr size_t kSize = 1 << 20;
  size_t put = 0;
  for (uint64_t round = 0; round < 12; ++round) {
    Child child([&](int report) {
      const auto store = Open(/*sync=*/round % 2 == 0);
      for (uint64_t i = 0;; ++i) {
        Report(report, base::Bytes{1});  // begins
        if (!store->Put(IdOf(round * 1000 + i), BytesOf(i, kSize), HashToken(kToken)).ok())
          return 1;
        Report(report, base::Bytes{2});  // has returned
      }
    });
    uint64_t returned = 0;
    base::ByteArray<1> word;
    while (returned < round % 4 && child.Read(word)) returned += word[0] == 2;
    ASSERT_TRUE(child.Read(word));  // one more has begun
    child.Kill();
    while (child.Read(word)) returned += word[0] == 2;
    const auto store = Open();
    for (uint64_t i = 0; i <= returned; ++i) {
      const bool there =
          store->StatMany(std::vector{IdOf(round * 1000 + i)}).value()[0].has_value();
      EXPECT_TRUE(there || i == returned) << "a put that had returned is gone";
      if (!there) continue;
      ++put;
      EXPECT_TRUE(Holds(*store, IdOf(round * 1000 + i), BytesOf(i, kSize)));
    }
    EXPECT_EQ(std::distance(fs::directory_iterator(path_ / "tmp"), {}), 1);  // our own
  }
  EXPECT_EQ(Open()->List(std::nullopt, 10'000)->size(), put);
}

TEST_F(Faults, AProcessKilledWithStagedBlobsLeavesThoseItHadPut) {
  constexpr size_t kSize = 100'000;
  for (const uint64_t put : {0, 1, 3}) {
    Child child([&](int report) {
      const auto store = Open();
      std::vector<std::unique_ptr<StagedBlob>> staged;
      for (uint64_t i = 0; i < 3; ++i) {
        auto blob = store->Stage(IdOf(put * 10 + i), BytesOf(i, kSize), HashToken(kToken));
        if (!blob.ok()) return 1;
        staged.push_back(*std::move(blob));
      }
      if (!store->Flush().ok()) return 1;
      for (uint64_t i = 0; i < put; ++i) {
        if (!staged[i]->Put().ok()) return 1;
      }
      Report(report, base::Bytes{1});
      pause();
      return 0;
    });
    base::ByteArray<1> ready;
    ASSERT_TRUE(child.Read(ready));
    child.Kill();
    const auto store = Open();
    for (uint64_t i = 0; i < 3; ++i) {
      EXPECT_EQ(Holds(*store, IdOf(put * 10 + i), BytesOf(i, kSize)), i < put);
    }
    EXPECT_EQ(std::distance(fs::recursive_directory_iterator(path_ / "tmp"), {}), 2);  // our own
  }
}

TEST_F(Faults, OfTwoProcessesThatPutOneIdExactlyOneWins) {
  constexpr uint64_t kIds = 60;
  const auto putter = [&](uint64_t who) {
    return [this, who](int report) {
      const auto store = Open(/*sync=*/false);
      Report(report, base::Bytes{0});
      for (uint64_t i = 0; i < kIds; ++i) {
        const absl::Status status =
            store->Put(IdOf(i), base::Bytes(5000, static_cast<uint8_t>(who)), HashToken(kToken));
        if (!status.ok() && !absl::IsAlreadyExists(status)) return 1;
        Report(report, base::Bytes{status.ok()});
      }
      return 0;
    };
  };
  Child one(putter(1)), two(putter(2));
  base::ByteArray<1> ready;
  ASSERT_TRUE(one.Read(ready) && two.Read(ready));
  base::Bytes one_won(kIds), two_won(kIds);
  ASSERT_TRUE(one.Read(one_won) && two.Read(two_won));
  EXPECT_EQ(one.Wait() + two.Wait(), 0);
  const auto store = Open();
  for (uint64_t i = 0; i < kIds; ++i) {
    ASSERT_EQ(one_won[i] + two_won[i], 1);
    EXPECT_TRUE(Holds(*store, IdOf(i), base::Bytes(5000, one_won[i] ? 1 : 2)));
  }
}

TEST_F(Faults, ProcessesThatOpenAFreshDirectoryAtOnceAgreeOnOneNodeId) {
  for (int round = 0; round < 5; ++round) {
    fs::remove_all(path_);
    std::vector<std::unique_ptr<Child>> children;
    for (int i = 0; i < 6; ++i) {
      children.push_back(std::make_unique<Child>([&](int report) {
        const auto store = DirectoryStore::Open({.directory = path_});
        if (!store.ok()) return 1;
        Report(report, (*store)->node_id());
        // One of them puts at once, which must not look like a store without a node.
        return (*store)->Put(IdOf(getpid()), {}, {}).ok() ? 0 : 1;
      }));
    }
    std::set<NodeId> ids;
    for (const auto& child : children) {
      NodeId id;
      ASSERT_TRUE(child->Read(id));
      ids.insert(id);
      EXPECT_EQ(child->Wait(), 0);
    }
    EXPECT_EQ(ids.size(), 1u);
  }
}

TEST_F(Faults, OpeningSparesWhatALivingProcessIsWritingAndClearsItOnceItIsDead) {
  Child child([&](int report) {
    const auto store = Open();
    Report(report, base::Bytes{1});
    pause();
    return 0;
  });
  base::ByteArray<1> ready;
  ASSERT_TRUE(child.Read(ready));
  const fs::path theirs = path_ / "tmp" / "0";
  ASSERT_TRUE(fs::exists(theirs / "owner"));
  Open();
  EXPECT_TRUE(fs::exists(theirs / "owner"));
  child.Kill();
  Open();
  EXPECT_TRUE(fs::is_empty(path_ / "tmp"));
}

// Runs in a process of its own on a tmpfs of 1 MiB that ends with it.
int FillAndEmptyASmallDisk(const fs::path& path) {
  fs::create_directory(path);
  if (unshare(CLONE_NEWNS) != 0 ||
      mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      mount("tmpfs", path.c_str(), "tmpfs", 0, "size=1m,mode=0700") != 0) {
    return kSkip;
  }
  const auto store = DirectoryStore::Open({.directory = path}).value();
  const base::Bytes bytes(100'000, 1);
  uint64_t count = 0;
  absl::Status status;
  while (count < 100 && (status = store->Put(IdOf(count), bytes, HashToken(kToken))).ok()) ++count;
  if (status.code() != StatusCode::kResourceExhausted || count < 5) return 1;
  // Nothing of the refused one is there, not even under tmp.
  if (store->StatMany(std::vector{IdOf(count)}).value()[0].has_value()) return 2;
  if (std::distance(fs::directory_iterator(path / "tmp" / "0"), {}) != 1) return 3;
  if (!store->Delete(IdOf(0), kToken).ok()) return 4;
  if (!store->Put(IdOf(count), bytes, HashToken(kToken)).ok()) return 5;
  if (!store->Flush().ok() || store->List(std::nullopt, 1000)->size() != count) return 6;
  return 0;
}

TEST_F(Faults, AFullDiskRefusesAPutCleanlyAndTakesOneAgainAfterADelete) {
  Child child([&](int) { return FillAndEmptyASmallDisk(path_); });
  const int code = child.Wait();
  if (code == kSkip) GTEST_SKIP() << "may not mount a file system here";
  EXPECT_EQ(code, 0);
}

TEST_F(Faults, AFileSizeLimitInTheMiddleOfABlobLeavesNothingOfIt) {
  // Works where mounting does not: the kernel refuses to write past 64 KiB.
  Child child([&](int) {
    const auto store = Open();
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {65'536, 65'536};
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) return kSkip;
    const absl::Status status = store->Put(IdOf(1), base::Bytes(100'000), HashToken(kToken));
    if (status.code() != StatusCode::kResourceExhausted) return 1;
    if (store->StatMany(std::vector{IdOf(1)}).value()[0].has_value()) return 2;
    if (std::distance(fs::directory_iterator(path_ / "tmp" / "0"), {}) != 1) return 3;
    return store->Put(IdOf(1), base::Bytes(60'000), HashToken(kToken)).ok() ? 0 : 4;
  });
  EXPECT_EQ(child.Wait(), 0);
}

TEST_F(Faults, RunningOutOfDescriptorsRefusesCallsAndPassesWithTheShortage) {
  Child child([&](int) {
    const auto store = Open();
    if (!store->Put(IdOf(1), base::Bytes(10), HashToken(kToken)).ok()) return 1;
    const rlimit none = {3, 4096}, many = {256, 4096};
    if (setrlimit(RLIMIT_NOFILE, &none) != 0) return kSkip;
    base::Bytes out(10);
    if (store->Get(IdOf(1), 0, out).status().code() != StatusCode::kResourceExhausted) return 2;
    if (store->Put(IdOf(2), out, {}).code() != StatusCode::kResourceExhausted) return 3;
    if (store->List(std::nullopt, 1).ok()) return 4;
    if (setrlimit(RLIMIT_NOFILE, &many) != 0) return kSkip;
    if (!store->Put(IdOf(2), out, {}).ok() || !store->Flush().ok()) return 5;
    return store->Get(IdOf(1), 0, out).ok() ? 0 : 6;
  });
  EXPECT_EQ(child.Wait(), 0);
}

bool CanOnlyBeRead(Store& store, const StorageId& id) {
  base::Bytes out(10);
  return store.Get(id, 0, out).ok() && store.StatMany({&id, 1}).value()[0].has_value() &&
         store.List(std::nullopt, 10).value() == std::vector{id} &&
         store.Put(IdOf(99), out, {}).code() == StatusCode::kFailedPrecondition &&
         store.Delete(id, kToken).code() == StatusCode::kFailedPrecondition &&
         store.Delete(id, {}).code() == StatusCode::kPermissionDenied &&
         store.Delete(IdOf(99), kToken).code() == StatusCode::kNotFound && store.Flush().ok();
}

// Runs in a process of its own, to which alone the medium is read-only.
int ReadAReadOnlyMedium(const fs::path& medium, const StorageId& id, const NodeId& node) {
  if (unshare(CLONE_NEWNS) != 0 ||
      mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      mount(medium.c_str(), medium.c_str(), nullptr, MS_BIND, nullptr) != 0 ||
      mount(nullptr, medium.c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr) != 0) {
    return kSkip;
  }
  for (const bool create : {false, true}) {
    const auto store = DirectoryStore::Open({.directory = medium / "store", .create = create});
    if (!store.ok() || (*store)->node_id() != node || !CanOnlyBeRead(**store, id)) return 1;
  }
  const auto code_of = [&](const char* name) {
    return DirectoryStore::Open({.directory = medium / name}).status().code();
  };
  // What is no finished store cannot become one here.
  if (code_of("empty") != StatusCode::kPermissionDenied) return 2;
  if (code_of("absent") != StatusCode::kPermissionDenied) return 3;
  return code_of("damaged") == StatusCode::kDataLoss ? 0 : 4;
}

TEST_F(Faults, AReadOnlyMediumIsReadAndLeftAsItIs) {
  NodeId node;
  {
    const auto store = Open();
    node = store->node_id();
    ASSERT_TRUE(store->Put(IdOf(1), BytesOf(1, 10), HashToken(kToken)).ok());
    ASSERT_TRUE(store->Flush().ok());
  }
  fs::create_directory(path_ / "tmp" / "7");  // of a process that died
  fs::create_directory(directory_.path() / "empty");
  fs::copy(path_, directory_.path() / "damaged", fs::copy_options::recursive);
  fs::resize_file(directory_.path() / "damaged" / "node", 79);
  Child child([&](int) { return ReadAReadOnlyMedium(directory_.path(), IdOf(1), node); });
  const int code = child.Wait();
  if (code == kSkip) GTEST_SKIP() << "may not mount a file system here";
  EXPECT_EQ(code, 0);
  EXPECT_TRUE(fs::exists(path_ / "tmp" / "7"));
}

// The rest of a child's life as somebody who owns nothing.
bool BecomeNobody() { return geteuid() != 0 || (setgid(65534) == 0 && setuid(65534) == 0); }

TEST_F(Faults, ForbiddenDirectoriesAreNamedAsSuch) {
  Open();
  fs::permissions(directory_.path(), fs::perms::all);
  Child child([&](int) {
    if (!BecomeNobody()) return kSkip;
    // As root made it, the store is nobody else's.
    chmod(path_.c_str(), 0);
    const auto store = DirectoryStore::Open({.directory = path_});
    chmod(path_.c_str(), 0700);
    if (store.status().code() != StatusCode::kPermissionDenied) return 1;
    fs::path mine = directory_.path() / "mine";
    const auto own = DirectoryStore::Open({.directory = mine});
    if (!own.ok()) return 2;
    chmod((mine / "blobs").c_str(), 0500);
    if ((*own)->Put(IdOf(1), {}, {}).code() != StatusCode::kFailedPrecondition) return 3;
    chmod((mine / "blobs").c_str(), 0700);
    if (!(*own)->Put(IdOf(1), {}, HashToken(kToken)).ok()) return 4;
    // Told from a token that is wrong.
    const fs::path leaf = LeafOf(mine, IdOf(1));
    chmod(leaf.c_str(), 0500);
    if ((*own)->Delete(IdOf(1), kToken).code() != StatusCode::kFailedPrecondition) return 5;
    if ((*own)->Delete(IdOf(1), {}).code() != StatusCode::kPermissionDenied) return 6;
    chmod(leaf.c_str(), 0700);
    // A store that may be read but not written.
    for (const fs::path& closed : {mine / "tmp", mine / "lock"}) {
      chmod(closed.c_str(), 0400);
      const auto again = DirectoryStore::Open({.directory = mine});
      chmod(closed.c_str(), 0700);
      if (!again.ok() || !CanOnlyBeRead(**again, IdOf(1))) return 7;
    }
    return 0;
  });
  const int code = child.Wait();
  if (code == kSkip) GTEST_SKIP() << "may not change the user here";
  EXPECT_EQ(code, 0);
}

TEST_F(Faults, ADirectoryRemovedUnderAnOpenStoreIsUnavailableNotEmpty) {
  const auto store = Open();
  fs::remove_all(path_);
  EXPECT_EQ(store->Put(IdOf(1), {}, {}).code(), StatusCode::kUnavailable);
}

}  // namespace
}  // namespace shadw::store
