// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/shard/rewrap.h"
#include "libshadw/vault/inspect.h"
#include "libshadw/vault/upkeep.h"

namespace shadw::vault {
namespace {

class SegmentRepair {
 public:
  SegmentRepair(const Environment& env, const shard::ObjectKeys& keys, const SegmentId& id,
                RepairReport& report)
      : env_(env), keys_(keys), id_(id), report_(report) {}

  absl::Status Run() {
    SHADW_ASSIGN_OR_RETURN(
        segment_,
        InspectSegment(env_, keys_, id_, LocateSegment(env_, keys_, id_, Search::kAllNodes)));
    std::vector<uint16_t> broken;
    holders_.resize(id_.code.total_shards());
    for (uint16_t j = 0; j < id_.code.total_shards(); ++j) {
      if (segment_.whole(j)) {
        holders_[j] = segment_.located.Find(j)->node;
      } else {
        broken.push_back(j);
      }
    }
    if (!broken.empty()) SHADW_RETURN_IF_ERROR(Rebuild(broken));
    RemoveOld(broken);
    return absl::OkStatus();
  }

 private:
  // Whole shards are enough wherever there are k of them; else every cell that holds
  // counts.
  LocatedSegment Sources() const {
    LocatedSegment sources;
    for (const LocatedShard& shard : segment_.located.shards) {
      if (segment_.whole(shard.header.audit.index)) sources.shards.push_back(shard);
    }
    if (sources.shards.size() < id_.code.data_shards) sources.shards = segment_.located.shards;
    return sources;
  }

  absl::Status Rebuild(const std::vector<uint16_t>& broken) {
    const LocatedSegment sources = Sources();
    if (sources.shards.size() < id_.code.data_shards) {
      return absl::FailedPreconditionError(absl::StrCat(
          "vault: got ", sources.shards.size(), " shards of segment ", id_.segment, ", need ",
          id_.code.data_shards, " (k=", id_.code.data_shards, ", m=", id_.code.parity_shards, ")"));
    }
    const shard::AuditBox& any = sources.shards.front().header.audit;
    const uint64_t shard_bytes =
        shard::kHeaderBytes + uint64_t{any.cells} * (any.cell_bytes + shard::kTagBytes);
    const size_t at_once =
        std::max<uint64_t>(1, env_.options.memory_budget_bytes / 2 / shard_bytes);
    for (size_t at = 0; at < broken.size(); at += at_once) {
      const size_t count = std::min(at_once, broken.size() - at);
      SHADW_RETURN_IF_ERROR(RebuildSome(sources, std::span(broken).subspan(at, count)));
    }
    return absl::OkStatus();
  }

  // Stores that fail are left out, until no other is left.
  absl::Status RebuildSome(const LocatedSegment& sources, std::span<const uint16_t> broken) {
    std::vector<uint16_t> left(broken.begin(), broken.end());
    absl::Status refusal;
    while (!left.empty()) {
      std::vector<shard::RewrapTarget> targets;
      std::vector<size_t> nodes;
      for (uint16_t j : left) {
        const auto node = env_.roster.ReplacementNode(keys_, id_.version, id_.segment, id_.code, j,
                                                      holders_, failed_);
        if (!node.ok()) return refusal.ok() ? node.status() : refusal;
        holders_[j] = *node;
        nodes.push_back(*node);
        const LocatedShard* old = segment_.located.Find(j);
        targets.push_back({.index = j,
                           .node = env_.roster.node_id(*node),
                           .epoch = FreeEpoch(j, *node),
                           .replaces = old == nullptr ? nullptr : &old->header});
      }
      StoreCellSource source(env_, sources);
      SHADW_ASSIGN_OR_RETURN(
          const std::vector<shard::RewrappedShard> rebuilt,
          shard::RewrapShards(keys_, sources.Headers(), &source, targets, env_.Seal()));
      left.clear();
      for (size_t i = 0; i < rebuilt.size(); ++i) {
        const absl::Status stored = Store(nodes[i], rebuilt[i]);
        if (stored.ok()) continue;
        refusal = stored;
        failed_.push_back(nodes[i]);
        holders_[targets[i].index].reset();
        left.push_back(targets[i].index);
      }
    }
    return absl::OkStatus();
  }

  absl::Status Store(size_t node, const shard::RewrappedShard& rebuilt) {
    store::Store& store = env_.roster.store(node);
    const store::StorageId id = keys_.ShardStorageId(rebuilt.address);
    const store::DeleteToken token = keys_.TokenFor(rebuilt.address.node, id);
    absl::Status stored = store.Put(id, rebuilt.bytes.span(), store::HashToken(token));
    if (absl::IsAlreadyExists(stored)) return stored;
    if (stored.ok()) stored = store.Flush();
    if (!stored.ok()) {
      store.Delete(id, token).IgnoreError();
      return stored;
    }
    ++report_.shards_rebuilt;
    report_.bytes_written += rebuilt.bytes.size();
    return absl::OkStatus();
  }

  uint32_t FreeEpoch(uint16_t index, size_t node) const {
    const uint32_t first = std::max(id_.first_epoch, env_.EpochNow());
    for (uint32_t epoch = first; epoch < first + kEpochsAhead; ++epoch) {
      const store::StorageId id = keys_.ShardStorageId(
          {id_.version, id_.segment, index, 0, env_.roster.node_id(node), epoch});
      if (env_.roster.Look(node, {&id, 1}).empty()) return epoch;
    }
    return first + kEpochsAhead;
  }

  void RemoveOld(const std::vector<uint16_t>& broken) {
    for (uint16_t j : broken) {
      const LocatedShard* old = segment_.located.Find(j);
      if (old != nullptr) Remove(old->node, old->id);
    }
    for (const LocatedShard& shard : segment_.located.surplus) Remove(shard.node, shard.id);
    for (const DamagedShard& shard : segment_.located.damaged) {
      // What its store cannot read now may be whole.
      if (!shard.unreadable) Remove(shard.node, shard.id);
    }
  }

  void Remove(size_t node, const store::StorageId& id) {
    const absl::Status deleted =
        env_.roster.store(node).Delete(id, keys_.TokenFor(env_.roster.node_id(node), id));
    ++(deleted.ok() ? report_.shards_removed : report_.shards_stuck);
  }

  const Environment& env_;
  const shard::ObjectKeys& keys_;
  const SegmentId& id_;
  RepairReport& report_;
  InspectedSegment segment_;
  std::vector<std::optional<size_t>> holders_;
  std::vector<size_t> failed_;
};

}  // namespace

void RepairReport::Add(const RepairReport& other) {
  shards_rebuilt += other.shards_rebuilt;
  shards_removed += other.shards_removed;
  heads_written += other.heads_written;
  bytes_written += other.bytes_written;
  shards_stuck += other.shards_stuck;
}

absl::StatusOr<RepairReport> RepairObject(const Environment& env, const shard::ObjectKeys& keys,
                                          const FoundHead& head) {
  if (!keys.may_repair()) {
    return absl::PermissionDeniedError(absl::StrCat("vault: got the right to ",
                                                    keys.may_read() ? "read" : "audit",
                                                    ", need the right to verify or write"));
  }
  RepairReport report;
  absl::Status first;
  for (uint64_t sequence : shard::KeptSequences(head.sequence())) {
    const HeadPlace place = LookAtHead(env, keys, sequence);
    if (!place.head) continue;
    const auto written = SpreadHead(env, keys, *place.head, place.head->code().parity_shards);
    first.Update(written.status());
    report.heads_written += written.value_or(0);
  }
  // What is beyond repair must not keep the rest from it.
  for (uint32_t segment = 0; segment < head.header.audit.segment_count; ++segment) {
    const SegmentId id = SegmentId::Of(head, segment);
    first.Update(SegmentRepair(env, keys, id, report).Run());
  }
  if (!first.ok()) return first;
  return report;
}

}  // namespace shadw::vault
