// SPDX-License-Identifier: Apache-2.0
#include "files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/crypto/random.h"

namespace shadw::app {
namespace {

constexpr uint32_t kPermissionBits = 0777;
constexpr int64_t kNanos = 1'000'000'000;

absl::Status Cannot(std::string_view verb, const std::string& path, int error) {
  return SystemError(absl::StrCat("cannot ", std::string(verb), " ", path), error);
}

int64_t MtimeOf(const struct stat& status) {
  return status.st_mtim.tv_sec * kNanos + status.st_mtim.tv_nsec;
}

absl::Status WriteWhole(int fd, base::ByteSpan bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Cannot("write", path, errno);
    bytes = bytes.subspan(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

absl::StatusOr<size_t> ReadSome(int fd, base::MutableByteSpan out, const std::string& path) {
  while (true) {
    const ssize_t got = read(fd, out.data(), out.size());
    if (got >= 0) return static_cast<size_t>(got);
    if (errno != EINTR) return Cannot("read", path, errno);
  }
}

absl::Status SyncFolder(const std::string& folder) {
  const store::FileDescriptor opened(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.ok() || fsync(opened.get()) != 0) return Cannot("sync", folder, errno);
  return absl::OkStatus();
}

std::string FolderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path();
  return folder.empty() ? "." : folder;
}

std::string TemporaryName(const std::string& folder) {
  crypto::SystemRandom random;
  return absl::StrCat(folder, "/.shadw-", base::ToHex(random.Array<8>()));
}

uint32_t ModeOfNewFiles() {
  const mode_t mask = umask(0);
  umask(mask);
  return 0666 & ~mask;
}

}  // namespace

absl::Status SystemError(std::string_view what, int error) {
  const std::string message = absl::StrCat(std::string(what), ": ", strerror(error));
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return absl::NotFoundError(message);
    case EEXIST:
      return absl::AlreadyExistsError(message);
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::PermissionDeniedError(message);
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case EMFILE:
    case ENFILE:
      return absl::ResourceExhaustedError(message);
    case EISDIR:
      return absl::FailedPreconditionError(message);
    default:
      return absl::UnavailableError(message);
  }
}

absl::StatusOr<Input> Input::Open(const std::string& path) {
  Input input;
  input.path_ = path == "-" ? "standard input" : path;
  input.file_ = store::FileDescriptor(path == "-" ? dup(STDIN_FILENO)
                                                  : open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (!input.file_.ok() || fstat(input.file_.get(), &status) != 0) {
    return Cannot("open", input.path_, errno);
  }
  if (S_ISDIR(status.st_mode)) return Cannot("put", input.path_, EISDIR);
  if (S_ISREG(status.st_mode)) {
    input.bytes_ = static_cast<uint64_t>(status.st_size);
    input.mode_ = status.st_mode & kPermissionBits;
    input.mtime_ns_ = MtimeOf(status);
  }
  return input;
}

absl::StatusOr<size_t> Input::Read(base::MutableByteSpan out) {
  return ReadSome(file_.get(), out, path_);
}

bool Input::Changed() const {
  struct stat status {};
  if (!bytes_ || fstat(file_.get(), &status) != 0) return false;
  return static_cast<uint64_t>(status.st_size) != *bytes_ || MtimeOf(status) != *mtime_ns_;
}

absl::StatusOr<Output> Output::Open(const std::string& path) {
  Output output;
  output.shown_ = path == "-" ? "standard output" : path;
  struct stat status {};
  const bool exists = path != "-" && stat(path.c_str(), &status) == 0;
  if (path == "-") {
    output.file_ = store::FileDescriptor(dup(STDOUT_FILENO));
    if (!output.file_.ok()) return Cannot("write", output.shown_, errno);
    return output;
  }
  if (exists && S_ISDIR(status.st_mode)) return Cannot("write", path, EISDIR);
  if (exists && !S_ISREG(status.st_mode)) {
    output.file_ = store::FileDescriptor(open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!output.file_.ok()) return Cannot("write", path, errno);
    return output;
  }
  // Through a symbolic link, the file it leads to is replaced, not the link.
  std::error_code error;
  output.target_ = exists ? std::filesystem::canonical(path, error).string() : path;
  if (error) return Cannot("write", path, error.value());
  output.folder_ = FolderOf(output.target_);
  SHADW_RETURN_IF_ERROR(output.OpenFile());
  return output;
}

// A file without a name vanishes with its process, however that ends. Where the file
// system has no such files, it gets a temporary name that the destructor removes.
absl::Status Output::OpenFile() {
  file_ = store::FileDescriptor(open(folder_.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (file_.ok()) return absl::OkStatus();
  if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL) {
    return Cannot("write", shown_, errno);
  }
  const std::string name = TemporaryName(folder_);
  file_ = store::FileDescriptor(open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file_.ok()) return Cannot("write", shown_, errno);
  temporary_ = name;
  return absl::OkStatus();
}

Output::Output(Output&& other) noexcept
    : shown_(std::move(other.shown_)),
      target_(std::move(other.target_)),
      folder_(std::move(other.folder_)),
      temporary_(std::exchange(other.temporary_, {})),
      file_(std::move(other.file_)) {}

Output::~Output() {
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

absl::Status Output::Write(base::ByteSpan bytes) { return WriteWhole(file_.get(), bytes, shown_); }

absl::Status Output::Restart() {
  if (lseek(file_.get(), 0, SEEK_SET) != 0 || ftruncate(file_.get(), 0) != 0) {
    return Cannot("write", shown_, errno);
  }
  return absl::OkStatus();
}

absl::Status Output::Finish(std::optional<uint32_t> mode, std::optional<int64_t> mtime_ns) {
  if (is_stream()) return absl::OkStatus();
  const int fd = file_.get();
  if (fchmod(fd, mode.value_or(ModeOfNewFiles()) & kPermissionBits) != 0) {
    return Cannot("set the mode of", shown_, errno);
  }
  if (mtime_ns) {
    const int64_t below = *mtime_ns % kNanos < 0 ? 1 : 0;
    const timespec mtime{.tv_sec = *mtime_ns / kNanos - below,
                         .tv_nsec = *mtime_ns % kNanos + below * kNanos};
    const std::array<timespec, 2> times = {timespec{.tv_nsec = UTIME_OMIT}, mtime};
    if (futimens(fd, times.data()) != 0) return Cannot("set the time of", shown_, errno);
  }
  if (fsync(fd) != 0) return Cannot("sync", shown_, errno);
  if (temporary_.empty()) {
    const std::string name = TemporaryName(folder_);
    const std::string unnamed = absl::StrCat("/proc/self/fd/", fd);
    if (linkat(AT_FDCWD, unnamed.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) != 0) {
      return Cannot("name", shown_, errno);
    }
    temporary_ = name;
  }
  if (rename(temporary_.c_str(), target_.c_str()) != 0) return Cannot("name", shown_, errno);
  temporary_.clear();
  return SyncFolder(folder_);
}

absl::StatusOr<crypto::Secret> ReadSecretFile(const std::string& path, size_t max_bytes,
                                              Console& console) {
  const store::FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (!file.ok() || fstat(file.get(), &status) != 0) return Cannot("open", path, errno);
  if (S_ISREG(status.st_mode) && (status.st_mode & 077) != 0) {
    console.Warn(absl::StrCat(path, " is a secret that others may read: chmod 600 it"));
  }
  crypto::Secret bytes = crypto::Secret::Zeroed(max_bytes + 1);
  size_t size = 0;
  while (size < bytes.size()) {
    SHADW_ASSIGN_OR_RETURN(const size_t got,
                           ReadSome(file.get(), bytes.mutable_bytes().subspan(size), path));
    if (got == 0) return crypto::Secret::CopyOf(bytes.bytes().first(size));
    size += got;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("got more than ", max_bytes, " bytes in ", path, ", need a short secret"));
}

absl::Status WriteSecretFile(const std::string& path, base::ByteSpan bytes) {
  const store::FileDescriptor file(
      open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file.ok() && errno == EEXIST) {
    return absl::AlreadyExistsError(absl::StrCat(path, " exists and is never overwritten"));
  }
  if (!file.ok()) return Cannot("make", path, errno);
  absl::Status written = WriteWhole(file.get(), bytes, path);
  if (written.ok() && fsync(file.get()) != 0) written = Cannot("sync", path, errno);
  if (written.ok()) written = SyncFolder(FolderOf(path));
  if (!written.ok()) unlink(path.c_str());
  return written;
}

}  // namespace shadw::app
