// SPDX-License-Identifier: Apache-2.0
//
// A read-only store made of files that were recognised in a dump: it answers as the
// node would that once held them.
#ifndef LIBSHADW_VAULT_DUMP_STORE_H_
#define LIBSHADW_VAULT_DUMP_STORE_H_

#include <filesystem>
#include <map>

#include "libshadw/store/store.h"

namespace shadw::vault {

class DumpStore : public store::Store {
 public:
  explicit DumpStore(const store::NodeId& node_id) : node_id_(node_id) {}

  void Set(const store::StorageId& id, const std::filesystem::path& file) { files_[id] = file; }
  // Null where there is none.
  const std::filesystem::path* Find(const store::StorageId& id) const {
    const auto at = files_.find(id);
    return at == files_.end() ? nullptr : &at->second;
  }

  const store::NodeId& node_id() const override { return node_id_; }
  absl::StatusOr<size_t> Get(const store::StorageId& id, uint64_t offset,
                             base::MutableByteSpan out) const override;
  absl::StatusOr<std::vector<std::optional<store::BlobStat>>> StatMany(
      std::span<const store::StorageId> ids) const override;
  absl::StatusOr<std::vector<store::StorageId>> List(std::optional<store::StorageId> after,
                                                     size_t limit) const override;
  // kPermissionDenied: a dump is evidence and stays as it is.
  absl::Status Put(const store::StorageId& id, base::ByteSpan bytes,
                   const store::TokenHash& token_hash) override;
  absl::Status Delete(const store::StorageId& id, const store::DeleteToken& token) override;
  absl::Status Flush() override { return absl::OkStatus(); }

 private:
  store::NodeId node_id_;
  std::map<store::StorageId, std::filesystem::path> files_;
};

// Reads from a regular file; never follows a symbolic link.
absl::StatusOr<size_t> ReadFileAt(const std::filesystem::path& file, uint64_t offset,
                                  base::MutableByteSpan out);

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_DUMP_STORE_H_
