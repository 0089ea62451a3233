// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/dump_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace shadw::vault {
namespace {

absl::Status ReadOnly() { return absl::PermissionDeniedError("vault: a dump is read-only"); }

}  // namespace

absl::StatusOr<size_t> ReadFileAt(const std::filesystem::path& file, uint64_t offset,
                                  base::MutableByteSpan out) {
  const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (descriptor < 0) {
    return absl::UnavailableError(
        absl::StrCat("vault: cannot open ", file.string(), ": ", std::strerror(errno)));
  }
  size_t done = 0;
  ssize_t got = 1;
  while (done < out.size() && got > 0) {
    got =
        pread(descriptor, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
    if (got > 0) done += static_cast<size_t>(got);
    if (got < 0 && errno == EINTR) got = 1;
  }
  const int error = errno;
  close(descriptor);
  if (got < 0) {
    return absl::UnavailableError(
        absl::StrCat("vault: cannot read ", file.string(), ": ", std::strerror(error)));
  }
  return done;
}

absl::StatusOr<size_t> DumpStore::Get(const store::StorageId& id, uint64_t offset,
                                      base::MutableByteSpan out) const {
  const auto at = files_.find(id);
  if (at == files_.end()) return absl::NotFoundError("vault: the dump holds no such blob");
  return ReadFileAt(at->second, offset, out);
}

absl::StatusOr<std::vector<std::optional<store::BlobStat>>> DumpStore::StatMany(
    std::span<const store::StorageId> ids) const {
  std::vector<std::optional<store::BlobStat>> stats(ids.size());
  for (size_t i = 0; i < ids.size(); ++i) {
    const auto at = files_.find(ids[i]);
    if (at == files_.end()) continue;
    std::error_code error;
    const uint64_t bytes = std::filesystem::file_size(at->second, error);
    if (!error) stats[i] = store::BlobStat{bytes, {}};
  }
  return stats;
}

absl::StatusOr<std::vector<store::StorageId>> DumpStore::List(std::optional<store::StorageId> after,
                                                              size_t limit) const {
  std::vector<store::StorageId> ids;
  auto at = after ? files_.upper_bound(*after) : files_.begin();
  for (; at != files_.end() && ids.size() < limit; ++at) ids.push_back(at->first);
  return ids;
}

absl::Status DumpStore::Put(const store::StorageId&, base::ByteSpan, const store::TokenHash&) {
  return ReadOnly();
}

absl::Status DumpStore::Delete(const store::StorageId&, const store::DeleteToken&) {
  return ReadOnly();
}

}  // namespace shadw::vault
