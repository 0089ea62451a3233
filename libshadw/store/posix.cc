// SPDX-License-Identifier: Apache-2.0
#include "libshadw/store/posix.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace shadw::store {
namespace {

absl::StatusCode CodeFor(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case EMFILE:
    case ENFILE:
    case EMLINK:
    case ENOMEM:
      return absl::StatusCode::kResourceExhausted;
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::StatusCode::kPermissionDenied;
    case ENOENT:
      return absl::StatusCode::kNotFound;
    case EEXIST:
      return absl::StatusCode::kAlreadyExists;
    default:
      return absl::StatusCode::kUnavailable;
  }
}

struct CloseDirectory {
  void operator()(DIR* stream) const { closedir(stream); }
};

}  // namespace

FileDescriptor::~FileDescriptor() {
  if (fd_ >= 0) close(fd_);
}

absl::Status ErrnoStatus(std::string_view what, int error) {
  return absl::Status(CodeFor(error),
                      absl::StrCat("store: ", absl::string_view(what.data(), what.size()), ": ",
                                   std::generic_category().message(error)));
}

FileDescriptor OpenAt(int directory, const char* name, int flags, unsigned mode) {
  int fd;
  do {
    fd = openat(directory, name, flags | O_CLOEXEC | O_NOFOLLOW, mode);
  } while (fd < 0 && errno == EINTR);
  return FileDescriptor(fd);
}

FileDescriptor OpenDirectoryAt(int directory, const char* name) {
  return OpenAt(directory, name, O_RDONLY | O_DIRECTORY);
}

absl::StatusOr<FileDescriptor> MakeDirectoryAt(int directory, const char* name) {
  FileDescriptor made = OpenDirectoryAt(directory, name);
  if (made.ok()) return made;
  if (errno != ENOENT) return ErrnoStatus(absl::StrCat("cannot open directory ", name), errno);
  if (mkdirat(directory, name, 0700) != 0 && errno != EEXIST) {
    return ErrnoStatus(absl::StrCat("cannot make directory ", name), errno);
  }
  made = OpenDirectoryAt(directory, name);
  if (!made.ok()) return ErrnoStatus(absl::StrCat("cannot open directory ", name), errno);
  return made;
}

absl::Status WriteAll(int fd, base::ByteSpan bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return ErrnoStatus("cannot write", errno);
    bytes = bytes.subspan(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

absl::StatusOr<size_t> ReadAt(int fd, uint64_t offset, base::MutableByteSpan out) {
  size_t got = 0;
  while (got < out.size()) {
    const ssize_t n =
        pread(fd, out.data() + got, out.size() - got, static_cast<off_t>(offset + got));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoStatus("cannot read", errno);
    if (n == 0) break;
    got += static_cast<size_t>(n);
  }
  return got;
}

int RenameWithoutReplacing(int from_directory, const char* from, int to_directory, const char* to) {
  if (renameat2(from_directory, from, to_directory, to, RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  // This file system knows no such rename; a link does not replace either.
  if (linkat(from_directory, from, to_directory, to, 0) != 0) return errno;
  unlinkat(from_directory, from, 0);
  return 0;
}

int Lock(int fd, bool wait) {
  int result;
  do {
    result = flock(fd, wait ? LOCK_EX : LOCK_EX | LOCK_NB);
  } while (result != 0 && errno == EINTR);
  return result == 0 ? 0 : errno;
}

absl::Status ForEachEntry(int directory, const std::function<bool(const char*)>& visit) {
  // A descriptor of its own: reading moves the position, and closedir closes.
  const int own = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (own < 0) return ErrnoStatus("cannot list a directory", errno);
  const std::unique_ptr<DIR, CloseDirectory> stream(fdopendir(own));
  if (stream == nullptr) {
    const int error = errno;
    close(own);
    return ErrnoStatus("cannot list a directory", error);
  }
  while (true) {
    errno = 0;
    const dirent* entry = readdir(stream.get());
    if (entry == nullptr) {
      return errno == 0 ? absl::OkStatus() : ErrnoStatus("cannot list a directory", errno);
    }
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (!visit(entry->d_name)) return absl::OkStatus();
  }
}

}  // namespace shadw::store
