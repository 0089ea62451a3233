// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/tree_walk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/vault/restored_file.h"

namespace shadw::vault {
namespace {

constexpr uint32_t kPermissionBits = 0777;
constexpr int64_t kNanosPerSecond = 1'000'000'000;

FileIdentity IdentityOf(const struct stat& status) { return {status.st_dev, status.st_ino}; }

void Describe(const struct stat& status, WalkedFile& walked) {
  walked.mtime_ns = status.st_mtim.tv_sec * kNanosPerSecond + status.st_mtim.tv_nsec;
  if (S_ISLNK(status.st_mode)) return;  // its mode means nothing
  walked.mode = status.st_mode & kPermissionBits;
  walked.bytes = S_ISREG(status.st_mode) ? static_cast<uint64_t>(status.st_size) : 0;
}

std::string CannotOpen(int error) { return absl::StrCat("cannot be opened: ", strerror(error)); }

// Opens a regular file; one that became something else meanwhile is refused. A pipe in its
// place does not make us wait.
bool OpenRegular(int folder, const std::string& entry, WalkedFile& walked) {
  struct stat status {};
  walked.file = store::OpenAt(folder, entry.c_str(), O_RDONLY | O_NONBLOCK);
  if (!walked.file.ok() || fstat(walked.file.get(), &status) != 0) return false;
  errno = ELOOP;
  Describe(status, walked);
  return S_ISREG(status.st_mode);
}

bool ReadTarget(int folder, const std::string& entry, std::string& target) {
  std::array<char, PATH_MAX> room{};
  const ssize_t got = readlinkat(folder, entry.c_str(), room.data(), room.size());
  if (got > 0) target.assign(room.data(), static_cast<size_t>(got));
  return got > 0;
}

}  // namespace

absl::StatusOr<TreeWalk> TreeWalk::Open(const std::string& path, std::string name) {
  TreeWalk walk(path, std::move(name));
  walk.root_ = store::FileDescriptor(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  struct stat status {};
  if (!walk.root_.ok() || fstat(walk.root_.get(), &status) != 0) {
    return RefusedBy(errno, "open", path);
  }
  if (!S_ISDIR(status.st_mode) && !S_ISREG(status.st_mode)) {
    return absl::InvalidArgumentError(
        absl::StrCat("vault: got ", path, ", need a folder or a file"));
  }
  return walk;
}

std::string TreeWalk::NameOf(const std::string& path) const {
  if (path.empty() || name_.empty()) return name_ + path;
  return absl::StrCat(name_, "/", path);
}

std::string TreeWalk::Shown(const std::string& path) const {
  if (path.empty()) return shown_;
  return absl::StrCat(shown_, shown_.ends_with('/') ? "" : "/", path);
}

std::optional<WalkedFile> TreeWalk::Next(Remarks& remarks) {
  if (!started_) {
    started_ = true;
    struct stat status {};
    WalkedFile root{.name = name_, .file = store::FileDescriptor(dup(root_.get()))};
    if (!root.file.ok() || fstat(root_.get(), &status) != 0) {
      remarks.failed.push_back({shown_, CannotOpen(errno)});
      return std::nullopt;
    }
    Describe(status, root);
    if (S_ISREG(status.st_mode)) return root;
    Enter(std::move(root.file), {}, remarks);
    root.kind = shard::ObjectKind::kDirectory;
    if (!name_.empty()) return root;
  }
  while (!levels_.empty()) {
    Level& level = levels_.back();
    if (level.next == level.entries.size()) {
      Leave(remarks);
      continue;
    }
    const std::string entry = level.entries[level.next++];
    auto walked = Take(entry, level.path + entry, remarks);
    if (walked) return walked;
  }
  return std::nullopt;
}

std::optional<WalkedFile> TreeWalk::Take(const std::string& entry, const std::string& path,
                                         Remarks& remarks) {
  const int folder = current_.get();
  const auto fail = [&](std::string why) {
    remarks.failed.push_back({Shown(path), std::move(why)});
    return std::nullopt;
  };
  WalkedFile walked{.name = NameOf(path), .path = path};
  if (walked.name.size() > shard::kMaxNameBytes) {
    return fail(absl::StrCat("has a name of ", walked.name.size(), " bytes, need at most ",
                             shard::kMaxNameBytes));
  }
  struct stat status {};
  if (fstatat(folder, entry.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    return fail(CannotOpen(errno));
  }
  Describe(status, walked);
  if (S_ISREG(status.st_mode)) {
    if (!OpenRegular(folder, entry, walked)) return fail(CannotOpen(errno));
    return walked;
  }
  if (S_ISLNK(status.st_mode)) {
    walked.kind = shard::ObjectKind::kSymlink;
    if (!ReadTarget(folder, entry, walked.target)) return fail(CannotOpen(errno));
    return walked;
  }
  if (!S_ISDIR(status.st_mode)) {
    remarks.skipped.push_back({Shown(path), "is a pipe, a socket or a device"});
    return std::nullopt;
  }
  if (left_out_.contains(IdentityOf(status))) {
    remarks.skipped.push_back({Shown(path), "is a store"});
    return std::nullopt;
  }
  walked.kind = shard::ObjectKind::kDirectory;
  store::FileDescriptor below = store::OpenDirectoryAt(folder, entry.c_str());
  if (below.ok()) {
    Enter(std::move(below), path + "/", remarks);
  } else {
    fail(CannotOpen(errno));
  }
  return walked;
}

void TreeWalk::Enter(store::FileDescriptor folder, const std::string& path, Remarks& remarks) {
  struct stat status {};
  Level level{.identity = {}, .path = path, .entries = {}};
  absl::Status listed = absl::OkStatus();
  if (fstat(folder.get(), &status) != 0) {
    listed = store::ErrnoStatus("cannot look at a directory", errno);
  } else {
    level.identity = IdentityOf(status);
    listed = store::ForEachEntry(folder.get(), [&](const char* entry) {
      level.entries.emplace_back(entry);
      return true;
    });
  }
  if (!listed.ok()) remarks.failed.push_back({Shown(path), std::string(listed.message())});
  std::ranges::sort(level.entries);
  levels_.push_back(std::move(level));
  current_ = std::move(folder);
}

void TreeWalk::Leave(Remarks& remarks) {
  levels_.pop_back();
  if (levels_.empty()) {
    current_ = store::FileDescriptor();
    return;
  }
  Level& level = levels_.back();
  struct stat status {};
  const auto is_it = [&](const store::FileDescriptor& folder) {
    return folder.ok() && fstat(folder.get(), &status) == 0 && IdentityOf(status) == level.identity;
  };
  store::FileDescriptor above =
      current_.ok() ? store::OpenDirectoryAt(current_.get(), "..") : store::FileDescriptor();
  // What was entered may have been moved.
  if (!is_it(above)) above = OpenFolder(level.path);
  if (is_it(above)) {
    current_ = std::move(above);
    return;
  }
  remarks.failed.push_back({Shown(level.path), "was moved while it was walked"});
  level.next = level.entries.size();
  current_ = store::FileDescriptor();
}

store::FileDescriptor TreeWalk::OpenFolder(std::string_view path) const {
  store::FileDescriptor folder = store::OpenDirectoryAt(root_.get(), ".");
  while (folder.ok() && !path.empty()) {
    const size_t slash = std::min(path.find('/'), path.size());
    folder = store::OpenDirectoryAt(folder.get(), std::string(path.substr(0, slash)).c_str());
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return folder;
}

absl::StatusOr<WalkedFile> TreeWalk::Reopen(const WalkedFile& walked) const {
  WalkedFile again{.name = walked.name, .path = walked.path, .kind = walked.kind};
  bool opened = false;
  if (walked.path.empty()) {
    struct stat status {};
    again.file = store::FileDescriptor(dup(root_.get()));
    opened = again.file.ok() && fstat(root_.get(), &status) == 0;
    Describe(status, again);
  } else {
    const size_t slash = walked.path.rfind('/');
    const std::string entry = walked.path.substr(slash == std::string::npos ? 0 : slash + 1);
    const store::FileDescriptor folder =
        OpenFolder(std::string_view(walked.path).substr(0, walked.path.size() - entry.size()));
    opened = folder.ok() && OpenRegular(folder.get(), entry, again);
  }
  if (!opened) return RefusedBy(errno, "open", Shown(walked.path));
  return again;
}

}  // namespace shadw::vault
