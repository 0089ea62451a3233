// SPDX-License-Identifier: Apache-2.0
//
// The few things that every use of a POSIX file needs: a descriptor that closes itself,
// calls that finish what a signal interrupted, and one translation of errno.
#ifndef LIBSHADW_STORE_POSIX_H_
#define LIBSHADW_STORE_POSIX_H_

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"

namespace shadw::store {

class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileDescriptor();

  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// `errno` as a status `store: <what>: <the system's words>`.
//   Errors   kResourceExhausted  no space, quota, descriptors or memory
//            kPermissionDenied   not allowed, or a read-only medium
//            kNotFound, kAlreadyExists
//            kUnavailable        everything else: the medium fails
absl::Status ErrnoStatus(std::string_view what, int error);

// openat with O_CLOEXEC and O_NOFOLLOW; not ok() and errno set where it fails.
FileDescriptor OpenAt(int directory, const char* name, int flags, unsigned mode = 0);
FileDescriptor OpenDirectoryAt(int directory, const char* name);

// Opens the directory, and makes it first where it is missing.
absl::StatusOr<FileDescriptor> MakeDirectoryAt(int directory, const char* name);

absl::Status WriteAll(int fd, base::ByteSpan bytes);
// Reads until `out` is full or the file ends.
absl::StatusOr<size_t> ReadAt(int fd, uint64_t offset, base::MutableByteSpan out);
// Renames, but never over something: EEXIST then. Returns 0 or an errno.
int RenameWithoutReplacing(int from_directory, const char* from, int to_directory, const char* to);
// Waits for the exclusive lock of an open file, or only tries. Returns 0 or an errno.
int Lock(int fd, bool wait);

// Calls `visit` with each name but "." and "..";
// stops early where that returns false.
absl::Status ForEachEntry(int directory, const std::function<bool(const char* name)>& visit);

}  // namespace shadw::store

#endif  // LIBSHADW_STORE_POSIX_H_
