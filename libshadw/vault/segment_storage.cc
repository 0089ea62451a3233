// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/segment_storage.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>

#include "libshadw/base/status_macros.h"
#include "libshadw/shard/memory_cell_source.h"
#include "libshadw/shard/rewrap.h"

namespace shadw::vault {
namespace {

// A store that says of so many places that they are taken is left alone.
constexpr uint32_t kMaxTaken = 4;

class SegmentStorage {
 public:
  SegmentStorage(const Environment& env, const shard::ObjectKeys& keys, const SegmentId& id,
                 const shard::SegmentSealer& sealer, const std::vector<size_t>& nodes,
                 PutReceipt& receipt)
      : env_(env), keys_(keys), id_(id), sealer_(sealer), receipt_(receipt) {
    for (size_t node : nodes) holders_.push_back(node);
  }

  absl::StatusOr<std::vector<StagedShard>> Stage() {
    std::vector<StagedShard> staged;
    SHADW_RETURN_IF_ERROR(StageAtOnce());
    for (uint16_t j = 0; j < id_.code.total_shards(); ++j) {
      SHADW_ASSIGN_OR_RETURN(Blob blob, StageShard(j));
      staged.push_back({*holders_[j], std::move(blob)});
    }
    return staged;
  }

 private:
  using Blob = std::unique_ptr<store::StagedBlob>;

  absl::StatusOr<shard::Header> OpenHeader(uint16_t index) {
    return shard::OpenHeader(sealer_.shard(index), keys_, shard::OpenTo::kVerify, &memo_);
  }

  // With threads, every shard's first try is made before any is looked at.
  absl::Status StageAtOnce() {
    const uint16_t total = id_.code.total_shards();
    const size_t lanes = base::LanesFor(env_.workers.get(), total);
    if (lanes == 1) return absl::OkStatus();
    std::vector<shard::ShardAddress> addresses;
    for (uint16_t j = 0; j < total; ++j) {
      SHADW_ASSIGN_OR_RETURN(const shard::Header header, OpenHeader(j));
      addresses.push_back(header.audit.address());
    }
    for (uint16_t j = 0; j < total; ++j) first_tries_.push_back(absl::UnknownError("not tried"));
    std::atomic<uint16_t> next = 0;
    return env_.workers->Run(lanes, [&](size_t) {
      for (uint16_t j; (j = next++) < total;) {
        first_tries_[j] = StageOn(*holders_[j], addresses[j], sealer_.shard(j));
      }
      return absl::OkStatus();
    });
  }

  absl::StatusOr<Blob> StageShard(uint16_t index) {
    SHADW_ASSIGN_OR_RETURN(const shard::Header header, OpenHeader(index));
    shard::ShardAddress address = header.audit.address();
    base::ByteSpan bytes = sealer_.shard(index);
    shard::Hash root = sealer_.public_root(index);
    std::vector<shard::RewrappedShard> moved;
    for (bool first = true;; first = false) {
      const bool tried = first && !first_tries_.empty();
      absl::StatusOr<Blob> staged =
          tried ? std::move(first_tries_[index]) : StageOn(*holders_[index], address, bytes);
      if (staged.ok()) {
        Record(address, bytes.size(), root);
        return staged;
      }
      SHADW_RETURN_IF_ERROR(Redirect(staged.status(), header.audit.address(), address));
      SHADW_ASSIGN_OR_RETURN(moved, Rewrap(header, address));
      bytes = moved.front().bytes.span();
      root = moved.front().public_root;
    }
  }

  void Record(const shard::ShardAddress& address, size_t bytes, const shard::Hash& root) {
    receipt_.stored_bytes += bytes;
    receipt_.shards.push_back({.segment = id_.segment,
                               .index = address.index,
                               .node = address.node,
                               .id = keys_.ShardStorageId(address),
                               .public_root = root});
  }

  absl::StatusOr<Blob> StageOn(size_t node, const shard::ShardAddress& address,
                               base::ByteSpan bytes) const {
    const store::StorageId id = keys_.ShardStorageId(address);
    return env_.roster.store(node).Stage(id, bytes,
                                         store::HashToken(keys_.TokenFor(address.node, id)));
  }

  // Where the shard goes instead. A place that is taken by garbage is left for the next
  // epoch's; a node that fails is left for another node.
  absl::Status Redirect(const absl::Status& refused, const shard::ShardAddress& sealed,
                        shard::ShardAddress& address) {
    if (absl::IsAlreadyExists(refused) && address.epoch - sealed.epoch < kMaxTaken) {
      ++address.epoch;
      return absl::OkStatus();
    }
    const uint16_t index = sealed.index;
    // A store that failed may have the shard all the same.
    const store::StorageId id = keys_.ShardStorageId(address);
    env_.roster.store(*holders_[index]).Delete(id, keys_.TokenFor(address.node, id)).IgnoreError();
    failed_.push_back(*holders_[index]);
    holders_[index].reset();
    const auto node = env_.roster.ReplacementNode(keys_, id_.version, id_.segment, id_.code, index,
                                                  holders_, failed_);
    if (!node.ok()) return refused;
    holders_[index] = *node;
    address.node = env_.roster.node_id(*node);
    address.epoch = sealed.epoch;
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<shard::RewrappedShard>> Rewrap(const shard::Header& header,
                                                            const shard::ShardAddress& address) {
    shard::MemoryCellSource source(header.audit.cell_bytes);
    source.Add(address.index, sealer_.shard(address.index));
    const shard::RewrapTarget target{
        .index = address.index, .node = address.node, .epoch = address.epoch};
    return shard::RewrapShards(keys_, {&header, 1}, &source, {&target, 1}, env_.Seal());
  }

  const Environment& env_;
  const shard::ObjectKeys& keys_;
  const SegmentId& id_;
  const shard::SegmentSealer& sealer_;
  PutReceipt& receipt_;
  std::vector<std::optional<size_t>> holders_;
  std::vector<size_t> failed_;
  std::vector<absl::StatusOr<Blob>> first_tries_;  // by shard; empty on one thread
  shard::HeaderMemo memo_;
};

// The nodes named, on the threads there are; the first error is returned, all are tried.
absl::Status FlushStores(const Environment& env, std::span<const size_t> nodes) {
  const size_t lanes = base::LanesFor(env.workers.get(), nodes.size());
  if (lanes == 1) return env.roster.Flush(nodes);
  std::vector<absl::Status> flushed(nodes.size());
  std::atomic<size_t> next = 0;
  SHADW_RETURN_IF_ERROR(env.workers->Run(lanes, [&](size_t) {
    for (size_t i; (i = next++) < nodes.size();) flushed[i] = env.roster.Flush(nodes.subspan(i, 1));
    return absl::OkStatus();
  }));
  for (const absl::Status& status : flushed) SHADW_RETURN_IF_ERROR(status);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<StagedShard>> StageSegment(
    const Environment& env, const shard::ObjectKeys& keys, const SegmentId& id,
    const shard::SegmentSealer& sealer, const std::vector<size_t>& nodes, PutReceipt& receipt) {
  return SegmentStorage(env, keys, id, sealer, nodes, receipt).Stage();
}

absl::Status PutDurably(const Environment& env, std::span<const StagedShard> staged) {
  std::vector<size_t> nodes;
  for (const StagedShard& shard : staged) nodes.push_back(shard.node);
  SHADW_RETURN_IF_ERROR(FlushStores(env, nodes));
  for (const StagedShard& shard : staged) SHADW_RETURN_IF_ERROR(shard.blob->Put());
  return FlushStores(env, nodes);
}

}  // namespace shadw::vault
