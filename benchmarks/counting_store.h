// SPDX-License-Identifier: Apache-2.0
//
// A store that counts what it is asked, so that a figure can be explained.
#ifndef BENCHMARKS_COUNTING_STORE_H_
#define BENCHMARKS_COUNTING_STORE_H_

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "libshadw/store/store.h"

namespace shadw::vault {

struct Asked {
  int64_t calls = 0;
  int64_t ids = 0;
};

class CountingStore : public store::Store {
 public:
  CountingStore(std::shared_ptr<store::Store> store, Asked* asked)
      : store_(std::move(store)), asked_(asked) {}
  const store::NodeId& node_id() const override { return store_->node_id(); }
  absl::Status Put(const store::StorageId& id, base::ByteSpan bytes,
                   const store::TokenHash& token_hash) override {
    ++asked_->calls;
    return store_->Put(id, bytes, token_hash);
  }
  bool stages() const override { return store_->stages(); }
  absl::StatusOr<std::unique_ptr<store::StagedBlob>> Stage(
      const store::StorageId& id, base::ByteSpan bytes,
      const store::TokenHash& token_hash) override {
    ++asked_->calls;
    return store_->Stage(id, bytes, token_hash);
  }
  absl::StatusOr<size_t> Get(const store::StorageId& id, uint64_t offset,
                             base::MutableByteSpan out) const override {
    ++asked_->calls;
    return store_->Get(id, offset, out);
  }
  absl::Status Delete(const store::StorageId& id, const store::DeleteToken& token) override {
    ++asked_->calls;
    return store_->Delete(id, token);
  }
  absl::StatusOr<std::vector<store::StorageId>> List(std::optional<store::StorageId> after,
                                                     size_t limit) const override {
    ++asked_->calls;
    return store_->List(after, limit);
  }
  absl::StatusOr<std::vector<std::optional<store::BlobStat>>> StatMany(
      std::span<const store::StorageId> ids) const override {
    ++asked_->calls;
    asked_->ids += static_cast<int64_t>(ids.size());
    return store_->StatMany(ids);
  }
  absl::Status Flush() override {
    ++asked_->calls;
    return store_->Flush();
  }

 private:
  std::shared_ptr<store::Store> store_;
  Asked* asked_;
};

}  // namespace shadw::vault

#endif  // BENCHMARKS_COUNTING_STORE_H_
