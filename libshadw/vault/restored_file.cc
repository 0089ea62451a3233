// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/restored_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/crypto/blake2b.h"
#include "libshadw/store/posix.h"

namespace shadw::vault {
namespace {

constexpr size_t kMaxComponentBytes = 255;
constexpr size_t kMaxPathBytes = 3'000;
constexpr int64_t kNanosPerSecond = 1'000'000'000;

absl::Status Refused(std::string_view what, const std::filesystem::path& path) {
  return RefusedBy(errno, what, path);
}

// Makes the names in a folder durable.
absl::Status SyncFolder(const std::filesystem::path& folder) {
  // Itself, even where a link leads to it.
  const store::FileDescriptor opened = store::OpenDirectoryAt(AT_FDCWD, (folder / ".").c_str());
  // EINVAL: this file system syncs no folders, and the files are there.
  const bool synced = opened.ok() && (fsync(opened.get()) == 0 || errno == EINVAL);
  return synced ? absl::OkStatus() : Refused("sync the folder", folder);
}

bool IsSafe(const std::filesystem::path& path) {
  if (path.empty() || path.is_absolute() || path.native().size() > kMaxPathBytes) return false;
  if (path.native().ends_with('/') || path.native().find("//") != std::string::npos) return false;
  for (const auto& part : path) {
    if (part.empty() || part == "." || part == ".." || part.native().size() > kMaxComponentBytes) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::filesystem::path UnsafeNamePath(std::string_view name) {
  return "shadw-" + base::ToHex(crypto::Blake2b128({}, {base::AsBytes(name)}));
}

std::filesystem::path SafeRelativePath(std::string_view name) {
  std::filesystem::path path(name);
  return IsSafe(path) ? path : UnsafeNamePath(name);
}

absl::Status RefusedBy(int error, std::string_view what, const std::filesystem::path& path) {
  const std::string message = absl::StrCat("vault: cannot ", std::string(what), " ", path.string(),
                                           ": ", std::strerror(error));
  if (error == ENOSPC || error == EDQUOT) return absl::ResourceExhaustedError(message);
  if (error == EACCES || error == EPERM) return absl::PermissionDeniedError(message);
  if (error == EEXIST) return absl::AlreadyExistsError(message);
  if (error == ENOENT || error == ENOTDIR) return absl::NotFoundError(message);
  return absl::UnavailableError(message);
}

std::array<timespec, 2> FileTimes(int64_t mtime_ns) {
  int64_t seconds = mtime_ns / kNanosPerSecond;
  int64_t nanos = mtime_ns % kNanosPerSecond;
  if (nanos < 0) {
    nanos += kNanosPerSecond;
    --seconds;
  }
  const timespec time{.tv_sec = seconds, .tv_nsec = nanos};
  return {time, time};
}

absl::StatusOr<RestoredFile> RestoredFile::Create(const std::filesystem::path& path) {
  std::error_code error;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
  if (error) {
    errno = error.value();
    return Refused("make the folder of", path);
  }
  if (std::filesystem::exists(std::filesystem::symlink_status(path, error))) {
    errno = EEXIST;
    return Refused("restore", path);
  }
  std::string temporary = path.parent_path() / ".shadw-restore-XXXXXX";
  const int descriptor = mkostemp(temporary.data(), O_CLOEXEC);
  if (descriptor < 0) return Refused("write beside", path);
  return RestoredFile(path, temporary, descriptor);
}

RestoredFile::RestoredFile(RestoredFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::move(other.temporary_)),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

RestoredFile& RestoredFile::operator=(RestoredFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(temporary_, other.temporary_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

RestoredFile::~RestoredFile() {
  if (descriptor_ < 0) return;
  close(descriptor_);
  unlink(temporary_.c_str());
}

absl::Status RestoredFile::Append(base::ByteSpan bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = write(descriptor_, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return Refused("write", path_);
    bytes = bytes.subspan(static_cast<size_t>(wrote));
  }
  return absl::OkStatus();
}

absl::Status RestoredFile::Commit(std::optional<uint32_t> mode, int64_t mtime_ns) {
  if (absl::Status completed = Complete(mode, mtime_ns); !completed.ok()) return completed;
  if (fsync(descriptor_) != 0) return Refused("sync", path_);
  if (absl::Status named = GiveName(); !named.ok()) return named;
  return SyncFolder(path_.parent_path());
}

absl::Status RestoredFile::Complete(std::optional<uint32_t> mode, int64_t mtime_ns) {
  if (fchmod(descriptor_, mode.value_or(0600) & 07777) != 0)
    return Refused("set the mode of", path_);
  const std::array<timespec, 2> times = FileTimes(mtime_ns);
  if (futimens(descriptor_, times.data()) != 0) return Refused("set the time of", path_);
  return absl::OkStatus();
}

absl::Status RestoredFile::GiveName() {
  // What could not be written by the sync before is told once more, of this file.
  constexpr unsigned kAll =
      SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
  if (sync_file_range(descriptor_, 0, 0, kAll) != 0 && errno != ENOSYS) {
    return Refused("sync", path_);
  }
  errno = store::RenameWithoutReplacing(AT_FDCWD, temporary_.c_str(), AT_FDCWD, path_.c_str());
  if (errno != 0) return Refused("restore", path_);
  close(std::exchange(descriptor_, -1));
  return absl::OkStatus();
}

}  // namespace shadw::vault
