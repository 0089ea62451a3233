// SPDX-License-Identifier: Apache-2.0
//
// A file that appears under its name only when it is complete.
#ifndef LIBSHADW_VAULT_RESTORED_FILE_H_
#define LIBSHADW_VAULT_RESTORED_FILE_H_

#include <array>
#include <ctime>
#include <filesystem>
#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"

namespace shadw::vault {

// Where an object of this name goes below a folder: the name itself as a relative path,
// or "shadw-" and a hash in hexadecimal where it would leave the folder or is no path.
std::filesystem::path SafeRelativePath(std::string_view name);
// The second of these.
std::filesystem::path UnsafeNamePath(std::string_view name);

// What the file system said: `error` is an errno.
absl::Status RefusedBy(int error, std::string_view what, const std::filesystem::path& path);
// Access and change time, as futimens takes them.
std::array<timespec, 2> FileTimes(int64_t mtime_ns);

class RestoredFile {
 public:
  // Makes the folders above `path` and a temporary file beside it.
  //   Errors   kAlreadyExists  `path` exists: nothing is overwritten
  //            kUnavailable    the file system refuses
  static absl::StatusOr<RestoredFile> Create(const std::filesystem::path& path);
  RestoredFile(RestoredFile&& other) noexcept;
  RestoredFile& operator=(RestoredFile&& other) noexcept;
  // Removes the temporary file unless Commit succeeded.
  ~RestoredFile();

  absl::Status Append(base::ByteSpan bytes);
  // Sets mode and time, gives the file its name, makes all of it durable.
  //   Errors   kAlreadyExists  something got the name meanwhile: it stays
  absl::Status Commit(std::optional<uint32_t> mode, int64_t mtime_ns);

  // The same in steps, for whoever has many files: Complete, a sync of the file system that
  // descriptor() lies on, GiveName, and a sync once more.
  absl::Status Complete(std::optional<uint32_t> mode, int64_t mtime_ns);
  //   Errors   as Commit
  absl::Status GiveName();
  int descriptor() const { return descriptor_; }
  const std::filesystem::path& path() const { return path_; }

 private:
  RestoredFile(std::filesystem::path path, std::filesystem::path temporary, int descriptor)
      : path_(std::move(path)), temporary_(std::move(temporary)), descriptor_(descriptor) {}
  std::filesystem::path path_;
  std::filesystem::path temporary_;
  int descriptor_;
};

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_RESTORED_FILE_H_
