// SPDX-License-Identifier: Apache-2.0
//
// A store in front of another one that tells of every call before and after it is made:
// to count, to fail, to die, or to let somebody else act in between.
#ifndef TESTS_VAULT_HOOKED_STORE_H_
#define TESTS_VAULT_HOOKED_STORE_H_

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "libshadw/store/store.h"

namespace shadw::vault {

struct StoreCall {
  enum class Kind { kStage, kPut, kGet, kDelete, kList, kStat, kFlush };
  Kind kind;
  store::NodeId node;
  size_t bytes = 0;  // of a put, or of what is staged

  bool changes() const { return kind == Kind::kPut || kind == Kind::kDelete; }
};

// Shared by all stores of a vault. An error stands in for what the store would say: from
// `before` nothing is done, from `after` all is.
struct StoreHooks {
  using Hook = std::function<absl::Status(const StoreCall&)>;
  Hook before;
  Hook after;
  // Stores that do not stage do so here: what is staged waits in memory.
  bool stage = false;
};

class HookedStore : public store::Store {
 public:
  using Blob = std::unique_ptr<store::StagedBlob>;

  HookedStore(std::shared_ptr<store::Store> inner, std::shared_ptr<StoreHooks> hooks)
      : inner_(std::move(inner)), hooks_(std::move(hooks)) {}

  const store::NodeId& node_id() const override { return inner_->node_id(); }
  absl::Status Put(const store::StorageId& id, base::ByteSpan bytes,
                   const store::TokenHash& token_hash) override {
    return Around<absl::Status>({StoreCall::Kind::kPut, node_id(), bytes.size()},
                                [&] { return inner_->Put(id, bytes, token_hash); });
  }
  bool stages() const override { return hooks_->stage || inner_->stages(); }
  absl::StatusOr<Blob> Stage(const store::StorageId& id, base::ByteSpan bytes,
                             const store::TokenHash& token_hash) override {
    if (!stages()) return store::Store::Stage(id, bytes, token_hash);
    absl::StatusOr<Blob> staged = Around<absl::StatusOr<Blob>>(
        {StoreCall::Kind::kStage, node_id(), bytes.size()}, [&]() -> absl::StatusOr<Blob> {
          if (inner_->stages()) return inner_->Stage(id, bytes, token_hash);
          return std::make_unique<PutLater>(
              [inner = inner_, id, kept = base::ToBytes(bytes), token_hash] {
                return inner->Put(id, kept, token_hash);
              });
        });
    if (!staged.ok()) return staged;
    return std::make_unique<PutLater>(
        [this, blob = std::shared_ptr(*std::move(staged)), size = bytes.size()] {
          return Around<absl::Status>({StoreCall::Kind::kPut, node_id(), size},
                                      [&] { return blob->Put(); });
        });
  }
  absl::StatusOr<size_t> Get(const store::StorageId& id, uint64_t offset,
                             base::MutableByteSpan out) const override {
    return Around<absl::StatusOr<size_t>>({StoreCall::Kind::kGet, node_id()},
                                          [&] { return inner_->Get(id, offset, out); });
  }
  absl::Status Delete(const store::StorageId& id, const store::DeleteToken& token) override {
    return Around<absl::Status>({StoreCall::Kind::kDelete, node_id()},
                                [&] { return inner_->Delete(id, token); });
  }
  absl::StatusOr<std::vector<store::StorageId>> List(std::optional<store::StorageId> after,
                                                     size_t limit) const override {
    return Around<absl::StatusOr<std::vector<store::StorageId>>>(
        {StoreCall::Kind::kList, node_id()}, [&] { return inner_->List(after, limit); });
  }
  absl::StatusOr<std::vector<std::optional<store::BlobStat>>> StatMany(
      std::span<const store::StorageId> ids) const override {
    return Around<absl::StatusOr<std::vector<std::optional<store::BlobStat>>>>(
        {StoreCall::Kind::kStat, node_id()}, [&] { return inner_->StatMany(ids); });
  }
  absl::Status Flush() override {
    return Around<absl::Status>({StoreCall::Kind::kFlush, node_id()},
                                [&] { return inner_->Flush(); });
  }

 private:
  class PutLater : public store::StagedBlob {
   public:
    explicit PutLater(std::function<absl::Status()> put) : put_(std::move(put)) {}
    absl::Status Put() override { return put_(); }

   private:
    std::function<absl::Status()> put_;
  };

  template <typename Result, typename Function>
  Result Around(const StoreCall& call, const Function& function) const {
    if (hooks_->before) {
      if (absl::Status status = hooks_->before(call); !status.ok()) return status;
    }
    Result result = function();
    if (hooks_->after) {
      if (absl::Status status = hooks_->after(call); !status.ok()) return status;
    }
    return result;
  }

  std::shared_ptr<store::Store> inner_;
  std::shared_ptr<StoreHooks> hooks_;
};

}  // namespace shadw::vault

#endif  // TESTS_VAULT_HOOKED_STORE_H_
