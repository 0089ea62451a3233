// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/put.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/vault/resume.h"
#include "libshadw/vault/segment_filler.h"
#include "libshadw/vault/segment_storage.h"

namespace shadw::vault {
namespace {

// Enough to see whether the object is a small one, and for frames to compress.
size_t LookaheadBytes(const erasure::Code& code, const base::WorkPool* pool) {
  const size_t half_stripe = size_t{code.data_shards} * shard::kCellBytes / 2;
  return std::max(SegmentFiller::BatchBytes(pool), half_stripe + 1);
}

class PutSession {
 public:
  PutSession(const Environment& env, const shard::ObjectKeys& keys, uint32_t generation,
             std::optional<FoundHead> previous, const PutRequest& request,
             const PutOptions& options, const ByteSource& source, IntentBook& intents)
      : env_(env),
        keys_(keys),
        generation_(generation),
        previous_(std::move(previous)),
        request_(request),
        options_(options),
        intents_(intents),
        code_(options.code.value_or(env.options.code)),
        feeder_(source, LookaheadBytes(code_, env.workers.get())) {}

  absl::StatusOr<PutResult> Run() {
    SHADW_RETURN_IF_ERROR(Prepare());
    SHADW_RETURN_IF_ERROR(Announce());
    absl::Status status = WriteSegments();
    if (status.ok()) status = Commit();
    if (!status.ok()) {
      Undo();
      return status;
    }
    return PutResult{std::move(receipt_), std::move(previous_), slot_};
  }

 private:
  absl::Status Prepare() {
    SHADW_RETURN_IF_ERROR(code_.Validate());
    if (env_.roster.size() < code_.total_shards()) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "vault: got ", env_.roster.size(), " stores, need ", code_.total_shards(),
          " (k=", code_.data_shards, ", m=", code_.parity_shards, ", one shard a store)"));
    }
    metadata_ = request_.metadata;
    metadata_.mode = options_.mode;
    SHADW_ASSIGN_OR_RETURN(leads_, MetadataLeads(metadata_));
    id_ = {.version = env_.options.random->Array<16>(),
           .sequence = request_.sequence,
           .code = code_,
           .first_epoch = env_.EpochNow()};
    if (options_.resume) {
      SHADW_ASSIGN_OR_RETURN(resumed_, FindUnfinishedPut(intents_, keys_, generation_, id_));
      if (resumed_) {
        id_.version = resumed_->record.version;
        id_.first_epoch = resumed_->record.epoch;
      }
    }
    return ChooseGeometry();
  }

  absl::Status ChooseGeometry() {
    geometry_.code = code_;
    geometry_.cell_bytes = options_.cell_bytes;
    if (geometry_.cell_bytes == 0) {
      SHADW_ASSIGN_OR_RETURN(const base::ByteSpan beginning,
                             feeder_.Peek(LookaheadBytes(code_, nullptr)));
      geometry_.cell_bytes = shard::ChooseCellBytes(beginning.size(), code_);
    }
    FitStripes();
    // Metadata that leads the first segment has to fit into it.
    if (leads_ && geometry_.capacity_bytes() < shard::kMaxMetadataBytes) {
      geometry_.cell_bytes = shard::kCellBytes;
      FitStripes();
    }
    return geometry_.Validate();
  }

  void FitStripes() {
    geometry_.max_stripes =
        shard::ChooseStripes(code_, geometry_.cell_bytes, env_.options.memory_budget_bytes);
  }

  absl::Status Announce() { return AnnounceAgain(WitnessesOf(env_, keys_, code_.parity_shards)); }

  absl::Status AnnounceAgain(const HeadWitnesses& witnesses) {
    const base::Time end = env_.Now() + env_.options.intent_lease;
    const shard::IntentRecord record{
        keys_.id(),     generation_, id_.sequence, id_.version, base::ToUnixNanos(end),
        id_.first_epoch};
    SHADW_ASSIGN_OR_RETURN(const uint64_t slot, intents_.Announce(record, code_, witnesses));
    if (announced_) intents_.Clear(slot_, id_.version);
    if (resumed_ && !announced_) intents_.Clear(resumed_->slot, id_.version);
    slot_ = slot;
    record_ = record;
    lease_end_ = end;
    announced_ = true;
    return absl::OkStatus();
  }

  // A put that takes longer than its lease says so in time; one that was stopped for
  // longer must not commit what others have cleared away.
  absl::Status KeepLease() {
    const base::Time now = env_.Now();
    if (now >= lease_end_) return LeaseLost();
    if (!intents_.Stands(slot_, record_)) {
      // What is stored belongs to whoever took it over.
      keep_unfinished_ = true;
      return absl::AbortedError("vault: another process resumed or cleared this put");
    }
    if (now < lease_end_ - env_.options.intent_lease / 2) return absl::OkStatus();
    return Announce();
  }

  // Threads never make segments smaller: the same input gives the same shards with any
  // number of them.
  base::WorkPool* ThreadsWithinBudget() const {
    if (env_.workers == nullptr) return nullptr;
    const uint64_t bytes = geometry_.capacity_bytes() +
                           2 * SegmentFiller::BatchBytes(env_.workers.get()) +
                           shard::SegmentSealer::BytesFor(geometry_, env_.workers->threads());
    return bytes <= env_.options.memory_budget_bytes ? env_.workers.get() : nullptr;
  }

  absl::Status WriteSegments() {
    uint32_t attempt = 0;
    if (resumed_) {
      // An input that turns out to be another one costs the unfinished put nothing.
      keep_unfinished_ = true;
      SHADW_ASSIGN_OR_RETURN(const ResumePoint point,
                             SkipFinishedSegments(env_, keys_, id_, Expected(), feeder_,
                                                  [this] { return KeepLease(); }));
      keep_unfinished_ = false;
      receipt_.resumed_segments = point.segments;
      receipt_.segments = point.segments;
      receipt_.object_bytes = point.object_bytes;
      progress_ = {point.object_bytes, point.object_bytes, point.object_bytes};
      sealed_bytes_ = point.sealed_bytes;
      attempt = point.attempt;
      if (point.complete) return absl::OkStatus();
    }
    base::WorkPool* const pool = ThreadsWithinBudget();
    SHADW_ASSIGN_OR_RETURN(shard::SegmentSealer sealer,
                           shard::SegmentSealer::Create(geometry_, pool));
    SegmentFiller filler(geometry_, options_.compress, pool);
    while (true) {
      SHADW_RETURN_IF_ERROR(KeepLease());
      SHADW_ASSIGN_OR_RETURN(const bool last, WriteSegment(sealer, filler, attempt));
      if (last) return PutStaged();
      if (receipt_.segments == shard::kMaxSegments) {
        return absl::ResourceExhaustedError("vault: the object has too many segments");
      }
    }
  }

  absl::StatusOr<bool> WriteSegment(shard::SegmentSealer& sealer, SegmentFiller& filler,
                                    uint32_t attempt) {
    id_.segment = receipt_.segments;
    shard::Metadata metadata;
    if (id_.segment == 0) metadata = metadata_;
    SHADW_ASSIGN_OR_RETURN(const FilledSegment filled,
                           filler.Fill(feeder_, receipt_.object_bytes, metadata));
    const uint64_t object_bytes = receipt_.object_bytes + filled.object_bytes;
    SHADW_ASSIGN_OR_RETURN(const std::vector<size_t> nodes,
                           env_.roster.ShardNodes(keys_, id_.version, id_.segment, code_));
    shard::SegmentLabel label{.flags = Flags(filled),
                              .generation = generation_,
                              .sequence = id_.sequence,
                              .version = id_.version,
                              .segment = id_.segment,
                              .segment_count = filled.last ? id_.segment + 1 : 0,
                              .epoch = std::max(id_.first_epoch, env_.EpochNow()),
                              .time_ns = base::ToUnixNanos(env_.Now()),
                              .attempt = attempt};
    for (size_t node : nodes) label.nodes.push_back(env_.roster.node_id(node));
    shard::ReadBox read = CommonReadBox();
    read.object_bytes = filled.last ? object_bytes : 0;
    read.codec = static_cast<uint8_t>(filled.codec);
    read.metadata_bytes = filled.lead_bytes;
    read.metadata = filled.metadata;
    SHADW_RETURN_IF_ERROR(sealer.Seal(keys_, label, std::move(read), filled.plain, env_.Seal()));
    Report(progress_.sealed_bytes, object_bytes);
    SHADW_RETURN_IF_ERROR(PutStaged());
    ++receipt_.segments;
    SHADW_ASSIGN_OR_RETURN(staged_, StageSegment(env_, keys_, id_, sealer, nodes, receipt_));
    Report(progress_.sent_bytes, object_bytes);
    receipt_.object_bytes = object_bytes;
    sealed_bytes_ += sealer.sealed_bytes();
    return filled.last;
  }

  // One segment's shards stay staged while the next one is sealed: disks write meanwhile.
  absl::Status PutStaged() {
    if (staged_.empty()) return absl::OkStatus();
    SHADW_RETURN_IF_ERROR(KeepLease());
    SHADW_RETURN_IF_ERROR(PutDurably(env_, staged_));
    staged_.clear();
    Report(progress_.durable_bytes, receipt_.object_bytes);
    return absl::OkStatus();
  }

  ResumeExpectation Expected() const {
    return {.cell_bytes = geometry_.cell_bytes,
            .bound = options_.bound,
            .public_audit = options_.public_audit};
  }

  uint8_t Flags(const FilledSegment& filled) const {
    return static_cast<uint8_t>(ObjectFlags() | (filled.last ? shard::kFlagLast : 0) |
                                (filled.lead_bytes > 0 ? shard::kFlagMeta : 0));
  }
  int ObjectFlags() const {
    return (options_.bound ? shard::kFlagBound : 0) |
           (options_.public_audit ? 0 : shard::kFlagPrivate) |
           (metadata_.kind == shard::ObjectKind::kPack ? shard::kFlagPack : 0);
  }

  shard::ReadBox CommonReadBox() const {
    shard::ReadBox read;
    read.mtime_ns = options_.mtime_ns;
    read.path_tag = request_.path_tag;
    read.previous_sequence = previous_ ? previous_->sequence() : 0;
    return read;
  }

  absl::Status Commit() {
    SHADW_RETURN_IF_ERROR(KeepLease());
    const int flags = shard::kFlagHead | ObjectFlags() | (leads_ ? shard::kFlagMeta : 0);
    const shard::HeadLabel label{
        .flags = static_cast<uint8_t>(flags),
        .generation = generation_,
        .sequence = id_.sequence,
        .version = id_.version,
        .segment_count = receipt_.segments,
        .code = code_,
        .cell_bytes = geometry_.cell_bytes,
        .epoch = id_.first_epoch,
        .time_ns = base::ToUnixNanos(env_.Now()),
        .sealed_bytes = sealed_bytes_,
        .previous_hash =
            previous_ ? shard::HeadHash(keys_.id(), previous_->header) : shard::Hash{}};
    shard::ReadBox read = CommonReadBox();
    read.object_bytes = receipt_.object_bytes;
    if (!leads_) {
      SHADW_ASSIGN_OR_RETURN(read.metadata, shard::EncodeMetadata(metadata_));
    }
    SHADW_ASSIGN_OR_RETURN(const shard::HeadSealer sealer,
                           shard::HeadSealer::Create(keys_, label, read, env_.Seal()));
    const CommitResult commit =
        CommitHead(env_, keys_, sealer, id_.sequence, id_.version, code_.parity_shards);
    keep_unfinished_ = !commit.status.ok() && !commit.certain;
    if (commit.overtaken && previous_) {
      RemoveSuperseded(env_, request_.previous_keys.value_or(keys_), *previous_);
    }
    SHADW_RETURN_IF_ERROR(commit.status);
    SHADW_RETURN_IF_ERROR(CheckLeaseHeld());
    receipt_.id = keys_.id();
    receipt_.generation = generation_;
    receipt_.sequence = id_.sequence;
    receipt_.version = id_.version;
    receipt_.head_copies = commit.copies;
    return absl::OkStatus();
  }

  // Held up between the last look at the clock and the commit, others may have cleared
  // the shards away: then the head must not stand.
  absl::Status CheckLeaseHeld() {
    const bool lease_held = env_.Now() < lease_end_ || AllShardsPresent();
    if (lease_held && env_.Now() < request_.until) return absl::OkStatus();
    const HeadPlace place = LookAtHead(env_, keys_, id_.sequence);
    if (const FoundHead* mine = place.Find(id_.version); mine != nullptr) {
      const Removal removed = RemoveHead(env_, keys_, *mine);
      keep_unfinished_ = removed.failed || removed.silent;
    }
    return LeaseLost();
  }

  bool AllShardsPresent() const {
    SegmentId id = id_;
    for (id.segment = 0; id.segment < receipt_.segments; ++id.segment) {
      const LocatedSegment found = LocateSegment(env_, keys_, id, Search::kAllNodes);
      if (found.shards.size() < code_.total_shards()) return false;
    }
    return true;
  }

  static absl::Status LeaseLost() {
    return absl::AbortedError("vault: the put was interrupted for longer than its lease");
  }

  void Undo() {
    staged_.clear();
    if (keep_unfinished_) return;
    id_.segment = 0;
    const Removal removed = RemoveVersion(env_, keys_, id_, receipt_.segments);
    if (removed.failed || removed.silent) {
      // There is no head to wait for.
      AnnounceAgain({}).IgnoreError();
    } else {
      intents_.Clear(slot_, id_.version);
    }
  }

  void Report(uint64_t& advanced, uint64_t to) {
    advanced = to;
    if (options_.progress) options_.progress(progress_);
  }

  const Environment& env_;
  const shard::ObjectKeys& keys_;
  uint32_t generation_;
  std::optional<FoundHead> previous_;
  const PutRequest& request_;
  const PutOptions& options_;
  IntentBook& intents_;
  erasure::Code code_;
  Feeder feeder_;
  shard::Geometry geometry_;
  shard::Metadata metadata_;
  bool leads_ = false;
  SegmentId id_;
  std::optional<FoundIntent> resumed_;
  bool announced_ = false;
  bool keep_unfinished_ = false;
  uint64_t slot_ = 0;
  shard::IntentRecord record_;
  base::Time lease_end_;
  uint64_t sealed_bytes_ = 0;
  std::vector<StagedShard> staged_;  // of the segment sealed last
  Progress progress_;
  PutReceipt receipt_;
};

}  // namespace

absl::StatusOr<PutResult> PutObject(const Environment& env, const shard::ObjectKeys& keys,
                                    uint32_t generation, std::optional<FoundHead> previous,
                                    const PutRequest& request, const PutOptions& options,
                                    const ByteSource& source, IntentBook& intents) {
  return PutSession(env, keys, generation, std::move(previous), request, options, source, intents)
      .Run();
}

Removal RemoveSuperseded(const Environment& env, const shard::ObjectKeys& keys,
                         const FoundHead& previous) {
  Removal removal;
  if (!previous.header.audit.has(shard::kFlagTombstone)) {
    const uint32_t count = previous.header.audit.segment_count;
    removal = RemoveVersion(env, keys, SegmentId::Of(previous, 0), count);
  }
  removal.Add(RemoveSupersededHeads(env, keys, previous.sequence() + 1));
  return removal;
}

void FinishPut(const Environment& env, const shard::ObjectKeys& previous_keys,
               const PutResult& result, IntentBook& intents) {
  if (result.previous) {
    const Removal removal = RemoveSuperseded(env, previous_keys, *result.previous);
    // What stays is removed by the next clean-up. While a store is away every put leaves
    // an intent for it, but never so many that no slot is free for the next one.
    if (removal.failed || removal.silent) {
      if (intents.All().size() <= kIntentSlots / 2) return;
    }
  }
  intents.Clear(result.intent_slot, result.receipt.version);
}

}  // namespace shadw::vault
