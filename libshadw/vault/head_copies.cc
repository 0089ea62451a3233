// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/head_copies.h"

#include <memory>
#include <utility>

namespace shadw::vault {
namespace {

class CopiesPut {
 public:
  CopiesPut(const Environment& env, const shard::ObjectKeys& keys, const shard::HeadSealer& sealer,
            const CopyPlan& plan)
      : env_(env), keys_(keys), sealer_(sealer), plan_(plan) {}

  std::vector<CopyPut> Run(std::span<const size_t> nodes) {
    for (size_t i = 0; i < nodes.size(); ++i) {
      copies_.push_back(Stage(nodes[i], static_cast<uint16_t>(plan_.first_copy + i)));
    }
    for (const Copy& copy : copies_) {
      // Where this fails, the blob's own Put syncs, or fails too.
      if (copy.staged) env_.roster.store(copy.node).Flush().IgnoreError();
    }
    PutInOrder();
    std::vector<CopyPut> results;
    for (Copy& copy : copies_) {
      if (copy.put.ok() && !copy.flushed) copy.put = env_.roster.store(copy.node).Flush();
      results.push_back({copy.node, copy.put, !copy.put.ok() && !TakeBack(copy)});
    }
    return results;
  }

 private:
  struct Copy {
    size_t node = 0;
    store::StorageId id;
    store::TokenHash token_hash;
    base::ByteArray<shard::kHeaderBytes> bytes;
    std::unique_ptr<store::StagedBlob> staged;  // null where the store does not stage
    absl::Status put;
    bool flushed = false;
  };

  Copy Stage(size_t node, uint16_t number) const {
    store::Store& store = env_.roster.store(node);
    Copy copy{.node = node, .id = keys_.HeadStorageId(plan_.slot, store.node_id())};
    copy.token_hash = store::HashToken(keys_.TokenFor(store.node_id(), copy.id));
    copy.bytes = sealer_.ForNode(store.node_id(), number);
    if (!store.stages()) return copy;
    auto staged = store.Stage(copy.id, copy.bytes, copy.token_hash);
    copy.put = staged.status();
    if (staged.ok()) copy.staged = *std::move(staged);
    return copy;
  }

  void PutInOrder() {
    bool any = false;
    for (size_t i = 0; i < copies_.size(); ++i) {
      Copy& copy = copies_[i];
      store::Store& store = env_.roster.store(copy.node);
      if (copy.put.ok()) {
        copy.put =
            copy.staged ? copy.staged->Put() : store.Put(copy.id, copy.bytes, copy.token_hash);
      }
      if (absl::IsAlreadyExists(copy.put)) copies_.resize(i + 1);
      if (copy.put.ok() && plan_.first_commits && !any) {
        copy.put = store.Flush();
        copy.flushed = copy.put.ok();
      }
      any |= copy.put.ok();
    }
  }

  // What is taken is somebody else's; a store that failed may have the copy all the same.
  bool TakeBack(const Copy& copy) const {
    if (absl::IsAlreadyExists(copy.put)) return true;
    store::Store& store = env_.roster.store(copy.node);
    const absl::Status deleted = store.Delete(copy.id, keys_.TokenFor(store.node_id(), copy.id));
    return deleted.ok() || absl::IsNotFound(deleted);
  }

  const Environment& env_;
  const shard::ObjectKeys& keys_;
  const shard::HeadSealer& sealer_;
  const CopyPlan& plan_;
  std::vector<Copy> copies_;
};

}  // namespace

std::vector<CopyPut> PutCopies(const Environment& env, const shard::ObjectKeys& keys,
                               const shard::HeadSealer& sealer, const CopyPlan& plan,
                               std::span<const size_t> nodes) {
  return CopiesPut(env, keys, sealer, plan).Run(nodes);
}

}  // namespace shadw::vault
