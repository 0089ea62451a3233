// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/segments.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/shard/geometry.h"

namespace shadw::vault {
namespace {

// Of a put that died before it could say how many it wrote: 32 TiB at 10+4. A node that
// claims to have everything must not keep a clean-up busy for ever.
constexpr uint32_t kMaxUncountedSegments = 1 << 20;
// Segments without a trace that are looked past.
constexpr uint32_t kMaxGap = 16;
// 130 years of twelve days: what an object's shards are looked for in.
constexpr uint32_t kMaxEpochSpan = 4'096;

struct Candidate {
  shard::ShardAddress address;
  store::StorageId id;
};

// Shards are written in the current epoch; a rotation within it goes one further, and only
// further rotations within it go beyond.
enum class Span { kUsual, kUnusual, kAll };

std::pair<uint32_t, uint32_t> Epochs(const Environment& env, const SegmentId& id, Span span) {
  const uint64_t now = std::max(id.first_epoch, env.EpochNow());
  const uint64_t last = now + (span == Span::kUsual ? 1 : kEpochsAhead);
  const uint64_t first = span == Span::kUnusual ? now + 2 : id.first_epoch;
  const uint64_t limit = std::min<uint64_t>(UINT32_MAX, uint64_t{id.first_epoch} + kMaxEpochSpan);
  return {static_cast<uint32_t>(std::min(first, limit)),
          static_cast<uint32_t>(std::min(last, limit))};
}

std::vector<Candidate> CandidatesOn(const Environment& env, const shard::ObjectKeys& keys,
                                    const SegmentId& id, size_t node,
                                    const std::vector<uint16_t>& indices, Span span) {
  const auto [first, last] = Epochs(env, id, span);
  std::vector<Candidate> candidates;
  for (uint16_t index : indices) {
    for (uint64_t epoch = first; epoch <= last; ++epoch) {
      const shard::ShardAddress address{
          id.version, id.segment, index, 0, env.roster.node_id(node), static_cast<uint32_t>(epoch)};
      candidates.push_back({address, keys.ShardStorageId(address)});
    }
  }
  return candidates;
}

std::vector<store::StorageId> IdsOf(const std::vector<Candidate>& candidates) {
  std::vector<store::StorageId> ids;
  ids.reserve(candidates.size());
  for (const Candidate& candidate : candidates) ids.push_back(candidate.id);
  return ids;
}

// Which indices to look for on which node.
std::vector<std::vector<uint16_t>> IndicesByNode(const Environment& env,
                                                 const shard::ObjectKeys& keys, const SegmentId& id,
                                                 Search search) {
  const uint16_t total = id.code.total_shards();
  std::vector<std::vector<uint16_t>> indices(env.roster.size());
  if (search == Search::kExpectedNodes) {
    const auto nodes = env.roster.ShardNodes(keys, id.version, id.segment, id.code);
    if (nodes.ok()) {
      for (uint16_t j = 0; j < total; ++j) indices[(*nodes)[j]].push_back(j);
      return indices;
    }
  }
  for (auto& of_node : indices) {
    for (uint16_t j = 0; j < total; ++j) of_node.push_back(j);
  }
  return indices;
}

bool Matches(const shard::Header& header, const shard::ShardAddress& address, const SegmentId& id) {
  return header.audit.address() == address && header.audit.sequence == id.sequence &&
         header.audit.data_shards == id.code.data_shards &&
         header.audit.total_shards == id.code.total_shards();
}

class Locator {
 public:
  Locator(const Environment& env, const shard::ObjectKeys& keys, const SegmentId& id)
      : env_(env), keys_(keys), id_(id) {}

  void LookOn(size_t node, const std::vector<uint16_t>& indices, Span span) {
    const std::vector<Candidate> candidates = CandidatesOn(env_, keys_, id_, node, indices, span);
    for (const Sighting& seen : env_.roster.Look(node, IdsOf(candidates))) {
      Open(node, candidates[seen.position], seen.stat);
    }
  }

  bool Has(uint16_t index) const {
    return std::ranges::find(found_, index, [](const LocatedShard& s) {
             return s.header.audit.index;
           }) != found_.end();
  }

  LocatedSegment Conclude() && {
    LocatedSegment result;
    result.damaged = std::move(damaged_);
    const shard::Hash chosen = ChooseAttempt();
    for (LocatedShard& found : found_) {
      const bool first =
          AttemptOf(found) == chosen && result.Find(found.header.audit.index) == nullptr;
      (first ? result.shards : result.surplus).push_back(std::move(found));
    }
    std::ranges::sort(result.shards, {},
                      [](const LocatedShard& s) { return s.header.audit.index; });
    return result;
  }

 private:
  void Open(size_t node, const Candidate& candidate, const store::BlobStat& stat) {
    base::ByteArray<shard::kHeaderBytes> bytes;
    const auto got = env_.roster.store(node).Get(candidate.id, 0, bytes);
    auto header = got.ok() && *got == bytes.size()
                      ? shard::OpenHeader(bytes, keys_, shard::OpenTo::kRead, &memo_)
                      : absl::StatusOr<shard::Header>(shard::AuthenticationError());
    if (!header.ok() || !Matches(*header, candidate.address, id_)) {
      damaged_.push_back({node, candidate.id, candidate.address.index, !got.ok()});
      return;
    }
    LocatedShard shard{node, candidate.id, *std::move(header), true};
    const shard::AuditBox& audit = shard.header.audit;
    const uint64_t stored_bytes =
        shard::kHeaderBytes + uint64_t{audit.cells} * (audit.cell_bytes + shard::kTagBytes);
    shard.record_holds = stat.bytes == stored_bytes;
    if (keys_.may_repair()) {
      const auto token = keys_.TokenFor(env_.roster.node_id(node), candidate.id);
      shard.record_holds &= stat.token_hash == store::HashToken(token);
    }
    found_.push_back(std::move(shard));
  }

  // Auditors cannot tell attempts apart; all theirs count as one.
  static shard::Hash AttemptOf(const LocatedShard& shard) {
    return shard.header.verify ? shard.header.verify->read_box_hash : shard::Hash{};
  }

  // The highest attempt that k shards can rebuild, else the highest.
  shard::Hash ChooseAttempt() const {
    struct Attempt {
      uint32_t number = 0;
      std::set<uint16_t> indices;
    };
    std::map<shard::Hash, Attempt> attempts;
    for (const LocatedShard& shard : found_) {
      Attempt& attempt = attempts[AttemptOf(shard)];
      attempt.number = shard.header.verify ? shard.header.verify->attempt : 0;
      attempt.indices.insert(shard.header.audit.index);
    }
    const auto rank = [&](const auto& entry) {
      const bool enough = entry.second.indices.size() >= id_.code.data_shards;
      return std::pair(enough, entry.second.number);
    };
    const auto best = std::ranges::max_element(attempts, {}, rank);
    return best == attempts.end() ? shard::Hash{} : best->first;
  }

  const Environment& env_;
  const shard::ObjectKeys& keys_;
  const SegmentId& id_;
  shard::HeaderMemo memo_;
  std::vector<LocatedShard> found_;
  std::vector<DamagedShard> damaged_;
};

}  // namespace

SegmentId SegmentId::Of(const FoundHead& head, uint32_t segment) {
  return {head.version(), head.sequence(), segment, head.code(), head.header.audit.epoch};
}

const LocatedShard* LocatedSegment::Find(uint16_t index) const {
  const auto at =
      std::ranges::find(shards, index, [](const LocatedShard& s) { return s.header.audit.index; });
  return at == shards.end() ? nullptr : &*at;
}

std::vector<shard::Header> LocatedSegment::Headers() const {
  std::vector<shard::Header> headers;
  for (const LocatedShard& shard : shards) headers.push_back(shard.header);
  return headers;
}

LocatedSegment LocateSegment(const Environment& env, const shard::ObjectKeys& keys,
                             const SegmentId& id, Search search) {
  Locator locator(env, keys, id);
  auto indices = IndicesByNode(env, keys, id, search);
  const auto look = [&](Span span) {
    for (size_t node = 0; node < env.roster.size(); ++node) {
      if (!indices[node].empty()) locator.LookOn(node, indices[node], span);
    }
  };
  if (search == Search::kAllNodes) {
    look(Span::kAll);
    return std::move(locator).Conclude();
  }
  look(Span::kUsual);
  for (auto& of_node : indices) {
    std::erase_if(of_node, [&](uint16_t index) { return locator.Has(index); });
  }
  look(Span::kUnusual);
  return std::move(locator).Conclude();
}

bool HasTraces(const Environment& env, const shard::ObjectKeys& keys, const SegmentId& id) {
  const auto indices = IndicesByNode(env, keys, id, Search::kAllNodes);
  for (size_t node = 0; node < env.roster.size(); ++node) {
    const auto ids = IdsOf(CandidatesOn(env, keys, id, node, indices[node], Span::kUsual));
    if (!env.roster.Look(node, ids).empty()) return true;
  }
  return false;
}

Removal RemoveSegment(const Environment& env, const shard::ObjectKeys& keys, const SegmentId& id) {
  const auto indices = IndicesByNode(env, keys, id, Search::kAllNodes);
  Removal removal;
  for (const Span span : {Span::kUsual, Span::kAll}) {
    for (size_t node = 0; node < env.roster.size(); ++node) {
      const auto ids = IdsOf(CandidatesOn(env, keys, id, node, indices[node], span));
      removal.Add(env.roster.Remove(node, keys, ids));
    }
    if (removal.seen >= id.code.total_shards()) break;
  }
  return removal;
}

Removal RemoveVersion(const Environment& env, const shard::ObjectKeys& keys, SegmentId id,
                      uint32_t segment_count) {
  const uint32_t first = id.segment;
  Removal removal;
  if (segment_count == 0) {
    // Segments are written in order, but a node that was away may have shards of later ones.
    segment_count = first;
    for (; id.segment - segment_count < kMaxGap && id.segment - first < kMaxUncountedSegments;
         ++id.segment) {
      if (HasTraces(env, keys, id)) segment_count = id.segment + 1;
    }
    id.segment = segment_count;
    // A store that is silent may hide more: that has to be told.
    removal.Add(RemoveSegment(env, keys, id));
  }
  for (uint32_t segment = segment_count; segment-- > first;) {
    id.segment = segment;
    removal.Add(RemoveSegment(env, keys, id));
  }
  return removal;
}

absl::StatusOr<base::ByteSpan> StoreCellSource::Fetch(uint16_t index, uint32_t first,
                                                      uint32_t count,
                                                      base::MutableByteSpan scratch) {
  const LocatedShard* shard = segment_.Find(index);
  if (shard == nullptr) {
    return absl::NotFoundError(absl::StrCat("vault: shard ", index, " is on no store"));
  }
  const uint64_t stored_cell = shard->header.audit.cell_bytes + shard::kTagBytes;
  const base::MutableByteSpan out = scratch.first(count * stored_cell);
  const auto got =
      env_.roster.store(shard->node).Get(shard->id, shard::kHeaderBytes + first * stored_cell, out);
  if (!got.ok()) return got.status();
  return out.first(*got);
}

}  // namespace shadw::vault
