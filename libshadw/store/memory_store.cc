// SPDX-License-Identifier: Apache-2.0
#include "libshadw/store/memory_store.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libshadw/crypto/secret.h"

namespace shadw::store {
namespace {

uint64_t Footprint(size_t blob_bytes) { return blob_bytes + sizeof(TokenHash); }

}  // namespace

std::unique_ptr<MemoryStore> MemoryStore::Create(Options options) {
  return std::make_unique<MemoryStore>(options);
}

absl::Status MemoryStore::Put(const StorageId& id, base::ByteSpan bytes,
                              const TokenHash& token_hash) {
  const std::lock_guard lock(mutex_);
  ++counters_.puts;
  if (bytes.size() > kMaxBlobBytes) {
    return absl::InvalidArgumentError(absl::StrCat("store: got a blob of ", bytes.size(),
                                                   " bytes, need at most ", kMaxBlobBytes));
  }
  if (blobs_.contains(id)) {
    return absl::AlreadyExistsError("store: got a storage id that is taken, need a free one");
  }
  const uint64_t free_bytes = options_.capacity_bytes - used_bytes_;
  if (Footprint(bytes.size()) > free_bytes) {
    return absl::ResourceExhaustedError(absl::StrCat("store: got ", Footprint(bytes.size()),
                                                     " bytes to keep, need at most ", free_bytes));
  }
  blobs_.emplace(id, Blob{base::ToBytes(bytes), token_hash});
  used_bytes_ += Footprint(bytes.size());
  counters_.bytes_written += bytes.size();
  return absl::OkStatus();
}

absl::StatusOr<size_t> MemoryStore::Get(const StorageId& id, uint64_t offset,
                                        base::MutableByteSpan out) const {
  const std::lock_guard lock(mutex_);
  ++counters_.gets;
  const auto found = blobs_.find(id);
  if (found == blobs_.end()) return absl::NotFoundError("store: no such blob");
  const base::ByteSpan bytes = found->second.bytes;
  if (offset >= bytes.size()) return 0;
  const size_t count = std::min<uint64_t>(out.size(), bytes.size() - offset);
  std::ranges::copy(bytes.subspan(offset, count), out.begin());
  counters_.bytes_read += count;
  return count;
}

absl::Status MemoryStore::Delete(const StorageId& id, const DeleteToken& token) {
  const std::lock_guard lock(mutex_);
  ++counters_.deletes;
  const auto found = blobs_.find(id);
  if (found == blobs_.end()) return absl::NotFoundError("store: no such blob");
  if (!crypto::ConstantTimeEqual(HashToken(token), found->second.token_hash)) {
    return absl::PermissionDeniedError("store: delete token refused");
  }
  used_bytes_ -= Footprint(found->second.bytes.size());
  blobs_.erase(found);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<StorageId>> MemoryStore::List(std::optional<StorageId> after,
                                                         size_t limit) const {
  const std::lock_guard lock(mutex_);
  ++counters_.lists;
  if (limit == 0) return absl::InvalidArgumentError("store: got limit 0, need at least 1");
  limit = std::min(limit, kMaxListEntries);
  std::vector<StorageId> ids;
  for (auto at = after ? blobs_.upper_bound(*after) : blobs_.begin();
       at != blobs_.end() && ids.size() < limit; ++at) {
    ids.push_back(at->first);
  }
  return ids;
}

absl::StatusOr<std::vector<std::optional<BlobStat>>> MemoryStore::StatMany(
    std::span<const StorageId> ids) const {
  const std::lock_guard lock(mutex_);
  ++counters_.stats;
  counters_.stat_ids += ids.size();
  if (ids.size() > kMaxStatIds) {
    return absl::InvalidArgumentError(
        absl::StrCat("store: got ", ids.size(), " ids, need at most ", kMaxStatIds));
  }
  std::vector<std::optional<BlobStat>> stats(ids.size());
  for (size_t i = 0; i < ids.size(); ++i) {
    const auto found = blobs_.find(ids[i]);
    if (found == blobs_.end()) continue;
    stats[i] = BlobStat{found->second.bytes.size(), found->second.token_hash};
  }
  return stats;
}

absl::Status MemoryStore::Flush() {
  const std::lock_guard lock(mutex_);
  ++counters_.flushes;
  return absl::OkStatus();
}

MemoryStore::Counters MemoryStore::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

void MemoryStore::ResetCounters() {
  const std::lock_guard lock(mutex_);
  counters_ = {};
}

uint64_t MemoryStore::used_bytes() const {
  const std::lock_guard lock(mutex_);
  return used_bytes_;
}

}  // namespace shadw::store
