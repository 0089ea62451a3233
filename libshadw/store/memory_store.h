// SPDX-License-Identifier: Apache-2.0
//
// A store in memory, for tests, simulations and examples. It has a size, so that full
// stores can be rehearsed, and it counts what is asked of it, so that a test can prove
// how many bytes a range read fetched.
//
//   store::MemoryStore store({.node_id = id, .capacity_bytes = 10 * base::kMiB});
//   … vault.Get(range) …
//   EXPECT_LE(store.counters().bytes_read, 2 * 32'784u);
//
// Limits. Nothing survives the object. A blob counts as its bytes + 32, which is the
// length of the file that directory_store.h would write.
#ifndef LIBSHADW_STORE_MEMORY_STORE_H_
#define LIBSHADW_STORE_MEMORY_STORE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "libshadw/store/store.h"

namespace shadw::store {

class MemoryStore : public Store {
 public:
  struct Options {
    NodeId node_id = {};
    uint64_t capacity_bytes = UINT64_MAX;
  };

  // Calls, refused ones included; bytes_read and bytes_written count successes only.
  struct Counters {
    uint64_t puts = 0;
    uint64_t gets = 0;
    uint64_t deletes = 0;
    uint64_t lists = 0;
    uint64_t stats = 0;  // calls of StatMany
    uint64_t stat_ids = 0;
    uint64_t flushes = 0;
    uint64_t bytes_written = 0;
    uint64_t bytes_read = 0;
  };

  static std::unique_ptr<MemoryStore> Create(Options options);
  explicit MemoryStore(Options options) : options_(options) {}

  const NodeId& node_id() const override { return options_.node_id; }
  absl::Status Put(const StorageId& id, base::ByteSpan bytes, const TokenHash& token_hash) override;
  absl::StatusOr<size_t> Get(const StorageId& id, uint64_t offset,
                             base::MutableByteSpan out) const override;
  absl::Status Delete(const StorageId& id, const DeleteToken& token) override;
  absl::StatusOr<std::vector<StorageId>> List(std::optional<StorageId> after,
                                              size_t limit) const override;
  absl::StatusOr<std::vector<std::optional<BlobStat>>> StatMany(
      std::span<const StorageId> ids) const override;
  absl::Status Flush() override;

  Counters counters() const;
  void ResetCounters();
  uint64_t used_bytes() const;

 private:
  struct Blob {
    base::Bytes bytes;
    TokenHash token_hash;
  };

  const Options options_;
  mutable std::mutex mutex_;
  std::map<StorageId, Blob> blobs_;
  uint64_t used_bytes_ = 0;
  mutable Counters counters_;
};

}  // namespace shadw::store

#endif  // LIBSHADW_STORE_MEMORY_STORE_H_
