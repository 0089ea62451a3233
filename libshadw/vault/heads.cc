// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/heads.h"

#include <algorithm>
#include <bit>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/vault/head_copies.h"
#include "libshadw/vault/segments.h"

namespace shadw::vault {
namespace {

// A store that has heads which it does not hand out must not keep a reader busy for ever.
constexpr int kMaxLooks = 8;
constexpr int kMaxTurns = 4;

shard::OpenTo DepthFor(const shard::ObjectKeys& keys) {
  return keys.may_read() ? shard::OpenTo::kRead : shard::OpenTo::kVerify;
}

// The head at (sequence, node), nothing where the place holds something else.
//   Errors   those of the store, kNotFound where the place is empty
absl::StatusOr<std::optional<shard::Header>> ReadHead(const Environment& env,
                                                      const shard::ObjectKeys& keys,
                                                      uint64_t sequence, size_t node,
                                                      shard::HeaderMemo& memo) {
  base::ByteArray<shard::kHeaderBytes> bytes;
  const store::NodeId& node_id = env.roster.node_id(node);
  SHADW_ASSIGN_OR_RETURN(const size_t got, env.roster.store(node).Get(
                                               keys.HeadStorageId(sequence, node_id), 0, bytes));
  std::optional<shard::Header> none;
  if (got != bytes.size()) return none;
  absl::StatusOr<shard::Header> header = shard::OpenHeader(bytes, keys, DepthFor(keys), &memo);
  if (!header.ok()) return none;
  const shard::AuditBox& audit = header->audit;
  if (!audit.has(shard::kFlagHead) || audit.sequence != sequence || audit.node != node_id) {
    return none;
  }
  return std::optional(*std::move(header));
}

// Which of `sequences` has something at its place, anywhere.
std::set<uint64_t> Occupied(const Environment& env, const shard::ObjectKeys& keys,
                            const std::vector<uint64_t>& sequences) {
  std::set<uint64_t> occupied;
  std::vector<store::StorageId> ids(sequences.size());
  for (size_t node = 0; node < env.roster.size(); ++node) {
    for (size_t i = 0; i < ids.size(); ++i) {
      ids[i] = keys.HeadStorageId(sequences[i], env.roster.node_id(node));
    }
    for (const Sighting& seen : env.roster.Look(node, ids)) {
      occupied.insert(sequences[seen.position]);
    }
  }
  return occupied;
}

// The highest of `sequences` above `above` that has a valid head.
std::optional<FoundHead> HighestHead(const Environment& env, const shard::ObjectKeys& keys,
                                     const std::vector<uint64_t>& sequences, uint64_t above) {
  for (int look = 0; look < kMaxLooks; ++look) {
    bool vanished = false;
    const std::set<uint64_t> occupied = Occupied(env, keys, sequences);
    for (auto it = occupied.rbegin(); it != occupied.rend() && *it > above; ++it) {
      HeadPlace place = LookAtHead(env, keys, *it);
      if (place.head) return std::move(place.head);
      vanished |= place.garbage.empty() && place.silent.empty();
    }
    // A head that goes while one looks at it has made room for a newer one.
    if (!vanished) break;
  }
  return std::nullopt;
}

// `known` with its low bits rounded up, 0 to `leaps` - 1 of them: the sequences of which
// one is kept if there is any newer version.
std::vector<uint64_t> GallopFrom(uint64_t known, int leaps) {
  std::vector<uint64_t> sequences;
  for (int bit = 0; bit < std::min(leaps, kMaxSequenceBits); ++bit) {
    const uint64_t low = (uint64_t{1} << bit) - 1;
    const uint64_t next = (known | low) + 1;
    if (sequences.empty() || sequences.back() != next) sequences.push_back(next);
  }
  return sequences;
}

// Whether newer versions stand on this head. Nobody else ever had the place of one that
// is kept; of one that is not, the next one may still tell.
bool IsBuiltUpon(const Environment& env, const shard::ObjectKeys& keys, const FoundHead& head,
                 uint64_t newest) {
  const std::vector<uint64_t> kept = shard::KeptSequences(newest);
  if (std::ranges::binary_search(kept, head.sequence())) return true;
  const HeadPlace next = LookAtHead(env, keys, head.sequence() + 1);
  return next.head && next.head->header.audit.body_root == shard::HeadHash(keys.id(), head.header);
}

// One writer's attempt to put his head at its place.
class HeadCommit {
 public:
  HeadCommit(const Environment& env, const shard::ObjectKeys& keys, const shard::HeadSealer& sealer,
             uint64_t sequence)
      : env_(env), keys_(keys), sealer_(sealer), sequence_(sequence) {}

  void Write(size_t copies) {
    const std::vector<size_t> nodes = env_.roster.HeadNodes(keys_);
    for (size_t next = 0; written_ < copies && next < nodes.size();) {
      const size_t count = std::min(copies - written_, nodes.size() - next);
      for (const CopyPut& put : PutOn(std::span(nodes).subspan(next, count))) {
        ++next;
        if (!absl::IsAlreadyExists(put.status)) {
          Count(put);
        } else if (!GoOnFromTaken(put.node)) {
          return;
        }
      }
    }
  }

  CommitResult Conclude(const shard::VersionId& version, size_t copies) {
    const HeadPlace place = LookAtHead(env_, keys_, sequence_);
    const FoundHead* mine = place.Find(version);
    if (mine == nullptr) {
      const bool taken = place.head.has_value() || !place.garbage.empty();
      return {taken ? AnotherWasFirst() : refusal_, 0, !doubtful_};
    }
    // With most of the copies nobody can be outvoted later; without a rival one will do.
    const bool alone = place.competitors.empty() && place.head->version() == version;
    const bool wins = alone || (mine == &*place.head && mine->nodes.size() * 2 > copies);
    const bool overtaken = WasOvertaken(*mine);
    if (wins && !overtaken) return {absl::OkStatus(), mine->nodes.size()};
    const Removal removed = RemoveHead(env_, keys_, *mine);
    const bool certain = !doubtful_ && !removed.failed && !removed.silent;
    return {AnotherWasFirst(), 0, certain, overtaken};
  }

 private:
  // The version is visible from the first copy on: that one is durable before others are.
  std::vector<CopyPut> PutOn(std::span<const size_t> nodes) const {
    const CopyPlan plan{.slot = sequence_,
                        .first_copy = static_cast<uint16_t>(written_),
                        .first_commits = written_ == 0};
    return PutCopies(env_, keys_, sealer_, plan, nodes);
  }

  void Count(const CopyPut& put) {
    if (put.status.ok()) {
      ++written_;
      return;
    }
    refusal_ = put.status;
    doubtful_ |= put.doubtful;
  }

  // False: another writer was here.
  bool GoOnFromTaken(size_t node) {
    for (int turn = 1; turn < kMaxTurns; ++turn) {
      shard::HeaderMemo memo;
      const auto other = ReadHead(env_, keys_, sequence_, node, memo);
      // Garbage, or a lie: the next node takes the copy. A head decides who was first; one
      // that cannot be read may be one, one that just went leaves its place.
      if (other.ok()) return !*other;
      if (!absl::IsNotFound(other.status())) return written_ > 0;
      const std::vector<CopyPut> again = PutOn({&node, 1});
      if (absl::IsAlreadyExists(again.front().status)) continue;
      Count(again.front());
      break;
    }
    return true;
  }

  // Others may have gone on for several versions while this writer was held up, and
  // have removed the head that would have stopped him.
  bool WasOvertaken(const FoundHead& mine) const {
    const auto newest = FindNewestHead(env_, keys_, sequence_);
    return newest.ok() && *newest && (*newest)->sequence() > sequence_ &&
           !IsBuiltUpon(env_, keys_, mine, (*newest)->sequence());
  }

  absl::Status AnotherWasFirst() const {
    return absl::AbortedError(
        absl::StrCat("vault: another writer committed version ", sequence_, " first"));
  }

  const Environment& env_;
  const shard::ObjectKeys& keys_;
  const shard::HeadSealer& sealer_;
  uint64_t sequence_;
  size_t written_ = 0;
  // A store failed in a way that leaves open whether it has the head.
  bool doubtful_ = false;
  absl::Status refusal_ = absl::UnavailableError("vault: no node took the head");
};

}  // namespace

const FoundHead* HeadPlace::Find(const shard::VersionId& version) const {
  if (head && head->version() == version) return &*head;
  const auto at = std::ranges::find(competitors, version, &FoundHead::version);
  return at == competitors.end() ? nullptr : &*at;
}

uint64_t NextSequence(uint64_t newest, bool new_generation) {
  return new_generation ? std::bit_ceil(newest + 1) : newest + 1;
}

int LeapsFrom(uint64_t known) { return std::bit_width(known) + kNearLeaps; }

HeadPlace LookAtHead(const Environment& env, const shard::ObjectKeys& keys, uint64_t sequence) {
  HeadPlace place;
  shard::HeaderMemo memo;
  std::map<shard::VersionId, FoundHead> by_version;
  for (size_t node = 0; node < env.roster.size(); ++node) {
    const store::StorageId id = keys.HeadStorageId(sequence, env.roster.node_id(node));
    const auto stats = env.roster.store(node).StatMany({&id, 1});
    if (stats.ok() && !stats->front()) continue;
    auto header = stats.ok() ? ReadHead(env, keys, sequence, node, memo) : stats.status();
    if (!header.ok()) {
      if (!absl::IsNotFound(header.status())) place.silent.push_back(node);
      continue;
    }
    if (!*header) {
      place.garbage.push_back(node);
      continue;
    }
    const shard::VersionId version = (*header)->audit.version;
    auto at = by_version.find(version);
    if (at == by_version.end()) {
      at = by_version.emplace(version, FoundHead{**std::move(header), {}}).first;
    }
    at->second.nodes.push_back(node);
  }
  for (auto& [version, head] : by_version) {
    if (!place.head) {
      place.head = std::move(head);
      continue;
    }
    if (head.nodes.size() > place.head->nodes.size()) std::swap(head, *place.head);
    place.competitors.push_back(std::move(head));
  }
  return place;
}

absl::StatusOr<std::optional<FoundHead>> FindNewestHead(const Environment& env,
                                                        const shard::ObjectKeys& keys,
                                                        uint64_t at_least, int first_leaps) {
  if (!keys.may_verify()) {
    return absl::PermissionDeniedError(
        "vault: got an audit capability, need at least verify to find an object's versions");
  }
  std::optional<FoundHead> newest;
  if (at_least > 0) {
    std::vector<uint64_t> probes = GallopFrom(at_least, LeapsFrom(at_least));
    probes.push_back(at_least);
    newest = HighestHead(env, keys, probes, 0);
  }
  if (!newest) newest = HighestHead(env, keys, GallopFrom(0, first_leaps), 0);
  while (newest) {
    const uint64_t known = newest->sequence();
    // If there is a newer version, one of its own length or the next power of two is kept.
    std::optional<FoundHead> next =
        HighestHead(env, keys, GallopFrom(known, LeapsFrom(known)), known);
    if (!next) break;
    newest = std::move(next);
  }
  const uint64_t found = newest ? newest->sequence() : 0;
  if (found < at_least) {
    return absl::FailedPreconditionError(
        absl::StrCat("vault: got version ", found, " as the newest, need at least ", at_least,
                     ", which was seen before: the stores show an old state"));
  }
  return newest;
}

size_t HeadCopies(const Environment& env, uint16_t parity_shards) {
  return std::min<size_t>(size_t{parity_shards} + 1, env.roster.size());
}

CommitResult CommitHead(const Environment& env, const shard::ObjectKeys& keys,
                        const shard::HeadSealer& sealer, uint64_t sequence,
                        const shard::VersionId& version, uint16_t parity_shards) {
  const size_t copies = HeadCopies(env, parity_shards);
  HeadCommit commit(env, keys, sealer, sequence);
  commit.Write(copies);
  return commit.Conclude(version, copies);
}

absl::StatusOr<size_t> SpreadHead(const Environment& env, const shard::ObjectKeys& keys,
                                  const FoundHead& head, uint16_t parity_shards) {
  const size_t copies = HeadCopies(env, parity_shards);
  size_t present = head.nodes.size();
  size_t written = 0;
  for (size_t node : env.roster.HeadNodes(keys)) {
    if (present >= copies) break;
    if (std::ranges::find(head.nodes, node) != head.nodes.end()) continue;
    const store::NodeId& node_id = env.roster.node_id(node);
    const store::StorageId id = keys.HeadStorageId(head.sequence(), node_id);
    const auto bytes =
        shard::CopyHead(keys, head.header, node_id, static_cast<uint16_t>(present), env.Seal());
    const store::TokenHash token = store::HashToken(keys.TokenFor(node_id, id));
    absl::Status put = env.roster.store(node).Put(id, bytes, token);
    if (absl::IsAlreadyExists(put)) {
      // A damaged copy is replaced, if its token still opens; another version's is not ours.
      shard::HeaderMemo memo;
      const auto other = ReadHead(env, keys, head.sequence(), node, memo);
      if (!other.ok() || *other) continue;
      if (!env.roster.store(node).Delete(id, keys.TokenFor(node_id, id)).ok()) continue;
      put = env.roster.store(node).Put(id, bytes, token);
    }
    if (!put.ok()) continue;
    SHADW_RETURN_IF_ERROR(env.roster.store(node).Flush());
    ++present;
    ++written;
  }
  return written;
}

Removal RemoveHead(const Environment& env, const shard::ObjectKeys& keys, const FoundHead& head) {
  Removal removal;
  for (size_t node : head.nodes) {
    const store::StorageId id = keys.HeadStorageId(head.sequence(), env.roster.node_id(node));
    removal.Add(env.roster.Remove(node, keys, {&id, 1}));
  }
  return removal;
}

Removal RemoveSupersededHeads(const Environment& env, const shard::ObjectKeys& keys,
                              uint64_t newest) {
  Removal removal;
  if (newest < 2) return removal;
  const std::vector<uint64_t> kept = shard::KeptSequences(newest);
  for (uint64_t sequence : shard::KeptSequences(newest - 1)) {
    if (std::ranges::binary_search(kept, sequence)) continue;
    HeadPlace place = LookAtHead(env, keys, sequence);
    if (place.head) place.competitors.push_back(*std::move(place.head));
    for (const FoundHead& head : place.competitors) {
      const SegmentId id = SegmentId::Of(head, 0);
      // Removals end with segment 0.
      if (!head.header.audit.has(shard::kFlagTombstone) && HasTraces(env, keys, id)) {
        removal.Add(RemoveVersion(env, keys, id, head.header.audit.segment_count));
      }
      removal.Add(RemoveHead(env, keys, head));
    }
  }
  return removal;
}

}  // namespace shadw::vault
