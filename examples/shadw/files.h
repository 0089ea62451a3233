// SPDX-License-Identifier: Apache-2.0
//
// The files a user names on the command line: what is put, what is got, what is secret.
#ifndef EXAMPLES_SHADW_FILES_H_
#define EXAMPLES_SHADW_FILES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"
#include "libshadw/crypto/secret.h"
#include "libshadw/store/posix.h"
#include "outcome.h"

namespace shadw::app {

// `what: the system's words`, with the code that fits `error`, an errno.
absl::Status SystemError(std::string_view what, int error);

// What `put` reads: a file, a pipe, or standard input where the path is "-".
class Input {
 public:
  static absl::StatusOr<Input> Open(const std::string& path);

  // Nothing for what is no regular file.
  std::optional<uint64_t> bytes() const { return bytes_; }
  std::optional<uint32_t> mode() const { return mode_; }
  std::optional<int64_t> mtime_ns() const { return mtime_ns_; }

  absl::StatusOr<size_t> Read(base::MutableByteSpan out);
  // True where a regular file is not what it was when it was opened.
  bool Changed() const;

 private:
  std::string path_;
  store::FileDescriptor file_;
  std::optional<uint64_t> bytes_;
  std::optional<uint32_t> mode_;
  std::optional<int64_t> mtime_ns_;
};

// Where `get` writes: standard output, a pipe or a device as bytes come; a regular file
// so that it appears whole under its name, or not at all. It replaces one that is there.
class Output {
 public:
  static absl::StatusOr<Output> Open(const std::string& path);
  Output(Output&& other) noexcept;
  Output& operator=(Output&&) = delete;
  ~Output();

  bool is_stream() const { return target_.empty(); }
  absl::Status Write(base::ByteSpan bytes);
  // Forgets what was written. Not for streams.
  absl::Status Restart();
  // Makes the file durable and gives it its name. Mode and time are the ones that the
  // system gives a new file where absent.
  absl::Status Finish(std::optional<uint32_t> mode, std::optional<int64_t> mtime_ns);

 private:
  Output() = default;
  absl::Status OpenFile();

  std::string shown_;   // as the user named it
  std::string target_;  // what it will be; empty for a stream
  std::string folder_;
  std::string temporary_;  // its name until then; empty where it has none
  store::FileDescriptor file_;
};

// A file of at most `max_bytes`. Warns where others than its owner may read it.
absl::StatusOr<crypto::Secret> ReadSecretFile(const std::string& path, size_t max_bytes,
                                              Console& console);
// Makes the file, mode 0600, durably.
//   Errors   kAlreadyExists  something of that name is there
absl::Status WriteSecretFile(const std::string& path, base::ByteSpan bytes);

}  // namespace shadw::app

#endif  // EXAMPLES_SHADW_FILES_H_
