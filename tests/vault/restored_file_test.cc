// SPDX-License-Identifier: Apache-2.0
//
// Files that appear whole under their names, also where a file system lacks a call that
// others have. A filter on system calls stands for such file systems.
#include "libshadw/vault/restored_file.h"

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <fstream>
#include <iterator>

#include "tests/store/temporary_directory.h"

namespace shadw::vault {
namespace {

namespace fs = std::filesystem;
using absl::StatusCode;

constexpr int kSkip = 77;  // a child that may not filter its calls

struct Lacking {
  const char* what;
  long system_call, its_older_form;
  int error;  // as file systems say it

  friend void PrintTo(const Lacking& lacking, std::ostream* out) { *out << lacking.what; }
};
#ifdef SYS_link
constexpr long kLink = SYS_link;
#else
constexpr long kLink = SYS_linkat;
#endif
constexpr Lacking kHardLinks = {"HardLinks", SYS_linkat, kLink, EPERM};
constexpr Lacking kRenames = {"RenamesThatReplaceNothing", SYS_renameat2, SYS_renameat2, EINVAL};

// From here on the call fails in this process.
bool Forbid(const Lacking& lacking) {
  const uint32_t refuse = SECCOMP_RET_ERRNO | static_cast<uint32_t>(lacking.error);
  const auto call = static_cast<uint32_t>(lacking.system_call);
  const auto older = static_cast<uint32_t>(lacking.its_older_form);
  sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 1, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, older, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, refuse),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program = {.len = std::size(filter), .filter = filter};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

class RestoredFileTest : public testing::TestWithParam<Lacking> {
 protected:
  static std::string Read(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static absl::Status Restore(const fs::path& path) {
    auto file = RestoredFile::Create(path);
    if (!file.ok()) return file.status();
    if (absl::Status appended = file->Append(base::AsBytes("content")); !appended.ok()) {
      return appended;
    }
    return file->Commit(0640, 1'000'000'000);
  }
  // Runs `body` in a process without the call; skips where that cannot be had.
  void ExpectWithoutTheCall(const std::function<bool()>& body) {
    const auto done = [](int status) {
      return WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == kSkip);
    };
    EXPECT_EXIT(_exit(!Forbid(GetParam()) ? kSkip : body() ? 0 : 1), done, "");
  }
  ptrdiff_t Entries() const { return std::distance(fs::directory_iterator(directory_.path()), {}); }

  store::TemporaryDirectory directory_;
  const fs::path path_ = directory_.path() / "restored";
};

TEST_P(RestoredFileTest, AppearsWholeUnderItsNameAndLeavesNothingElse) {
  ExpectWithoutTheCall([&] { return Restore(path_).ok(); });
  if (!fs::exists(path_)) GTEST_SKIP() << "may not filter system calls here";
  EXPECT_EQ(Read(path_), "content");
  EXPECT_EQ(Entries(), 1);
  struct stat status;
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0640u);
  EXPECT_EQ(status.st_mtim.tv_sec, 1);
  EXPECT_EQ(status.st_nlink, 1u);
}

TEST_P(RestoredFileTest, NeverReplacesWhatGotTheNameMeanwhile) {
  ExpectWithoutTheCall([&] {
    auto file = RestoredFile::Create(path_);
    if (!file.ok() || !file->Append(base::AsBytes("content")).ok()) return false;
    std::ofstream(path_) << "mine";
    return file->Commit(std::nullopt, 0).code() == StatusCode::kAlreadyExists;
  });
  if (!fs::exists(path_)) GTEST_SKIP() << "may not filter system calls here";
  EXPECT_EQ(Read(path_), "mine");
  EXPECT_EQ(Entries(), 1);
}

INSTANTIATE_TEST_SUITE_P(Without, RestoredFileTest, testing::Values(kHardLinks, kRenames),
                         [](const auto& lacking) { return std::string(lacking.param.what); });

TEST(RestoredFile, GoesIntoFoldersThatItMakes) {
  const store::TemporaryDirectory directory;
  const fs::path path = directory.path() / "a" / "b" / "c";
  auto file = RestoredFile::Create(path);
  ASSERT_TRUE(file.ok());
  EXPECT_FALSE(fs::exists(path));
  EXPECT_TRUE(file->Commit(std::nullopt, 0).ok());
  EXPECT_TRUE(fs::exists(path));
}

}  // namespace
}  // namespace shadw::vault
