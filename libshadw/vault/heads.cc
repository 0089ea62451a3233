// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/heads.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"

namespace shadw::vault {
namespace {

// 2^48 versions of one object are more than anybody writes.
constexpr int kMaxSequenceBits = 48;

shard::OpenTo DepthFor(const shard::ObjectKeys& keys) {
  return keys.may_read() ? shard::OpenTo::kRead : shard::OpenTo::kVerify;
}

// The head at (sequence, node), nothing where the place holds something else.
std::optional<shard::Header> ReadHead(const Environment& env, const shard::ObjectKeys& keys,
                                      uint64_t sequence, size_t node, shard::SignatureMemo& memo) {
  base::ByteArray<shard::kHeaderBytes> bytes;
  const store::NodeId& node_id = env.roster.node_id(node);
  const auto got = env.roster.store(node).Get(keys.HeadStorageId(sequence, node_id), 0, bytes);
  if (!got.ok() || *got != bytes.size()) return std::nullopt;
  auto header = shard::OpenHeader(bytes, keys, DepthFor(keys), &memo);
  if (!header.ok()) return std::nullopt;
  const shard::AuditBox& audit = header->audit;
  if (!audit.has(shard::kFlagHead) || audit.sequence != sequence || audit.node != node_id) {
    return std::nullopt;
  }
  return *std::move(header);
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
  const std::set<uint64_t> occupied = Occupied(env, keys, sequences);
  for (auto it = occupied.rbegin(); it != occupied.rend() && *it > above; ++it) {
    if (HeadPlace place = LookAtHead(env, keys, *it); place.head) return std::move(place.head);
  }
  return std::nullopt;
}

}  // namespace

HeadPlace LookAtHead(const Environment& env, const shard::ObjectKeys& keys, uint64_t sequence) {
  HeadPlace place;
  shard::SignatureMemo memo;
  std::map<shard::VersionId, FoundHead> by_version;
  for (size_t node = 0; node < env.roster.size(); ++node) {
    const store::StorageId id = keys.HeadStorageId(sequence, env.roster.node_id(node));
    if (env.roster.Look(node, {&id, 1}).empty()) continue;
    std::optional<shard::Header> header = ReadHead(env, keys, sequence, node, memo);
    if (!header) {
      place.garbage.push_back(node);
      continue;
    }
    const shard::VersionId version = header->audit.version;
    auto at = by_version.find(version);
    if (at == by_version.end()) {
      at = by_version.emplace(version, FoundHead{*std::move(header), {}}).first;
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
                                                        uint64_t at_least) {
  if (!keys.may_verify()) {
    return absl::PermissionDeniedError(
        "vault: got an audit capability, need at least verify to find an object's versions");
  }
  std::vector<uint64_t> probes;
  for (int bit = 0; bit < kMaxSequenceBits; ++bit) probes.push_back(uint64_t{1} << bit);
  if (at_least > 0) probes.push_back(at_least);
  std::optional<FoundHead> newest = HighestHead(env, keys, probes, 0);
  while (newest) {
    probes.clear();
    for (int bit = 0; bit < kMaxSequenceBits; ++bit) {
      probes.push_back(newest->sequence() + (uint64_t{1} << bit));
    }
    std::optional<FoundHead> next = HighestHead(env, keys, probes, newest->sequence());
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

absl::Status CommitHead(const Environment& env, const shard::ObjectKeys& keys,
                        const shard::HeadSealer& sealer, uint64_t sequence,
                        const shard::VersionId& version, uint16_t parity_shards) {
  const size_t copies = HeadCopies(env, parity_shards);
  std::vector<size_t> written;
  absl::Status refusal = absl::UnavailableError("vault: no node took the head");
  for (size_t node : env.roster.HeadNodes(keys)) {
    if (written.size() == copies) break;
    const store::NodeId& node_id = env.roster.node_id(node);
    const store::StorageId id = keys.HeadStorageId(sequence, node_id);
    const auto bytes = sealer.ForNode(node_id, static_cast<uint16_t>(written.size()));
    const absl::Status put =
        env.roster.store(node).Put(id, bytes, store::HashToken(keys.TokenFor(node_id, id)));
    if (put.ok()) {
      // The version is visible from here on: make that durable before going on.
      const absl::Status flushed = env.roster.store(node).Flush();
      if (flushed.ok()) {
        written.push_back(node);
        continue;
      }
      refusal = flushed;
      if (written.empty()) {
        env.roster.store(node).Delete(id, keys.TokenFor(node_id, id)).IgnoreError();
      }
    } else if (absl::IsAlreadyExists(put)) {
      if (written.empty()) break;
    } else {
      refusal = put;
    }
  }
  const HeadPlace place = LookAtHead(env, keys, sequence);
  if (place.head && place.head->version() == version) return absl::OkStatus();
  for (const FoundHead& other : place.competitors) {
    if (other.version() == version) RemoveHead(env, keys, other);
  }
  if (place.head || !place.garbage.empty()) {
    return absl::AbortedError(
        absl::StrCat("vault: another writer committed version ", sequence, " first"));
  }
  return refusal;
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
      shard::SignatureMemo memo;
      if (ReadHead(env, keys, head.sequence(), node, memo)) continue;
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

void RemoveHead(const Environment& env, const shard::ObjectKeys& keys, const FoundHead& head) {
  for (size_t node : head.nodes) {
    const store::NodeId& node_id = env.roster.node_id(node);
    const store::StorageId id = keys.HeadStorageId(head.sequence(), node_id);
    // A copy that stays is found and outvoted; nothing depends on its absence.
    env.roster.store(node).Delete(id, keys.TokenFor(node_id, id)).IgnoreError();
  }
}

void RemoveSupersededHeads(const Environment& env, const shard::ObjectKeys& keys, uint64_t newest) {
  if (newest < 2) return;
  const std::vector<uint64_t> kept = shard::KeptSequences(newest);
  for (uint64_t sequence : shard::KeptSequences(newest - 1)) {
    if (std::ranges::binary_search(kept, sequence)) continue;
    HeadPlace place = LookAtHead(env, keys, sequence);
    if (place.head) RemoveHead(env, keys, *place.head);
    for (const FoundHead& other : place.competitors) RemoveHead(env, keys, other);
  }
}

}  // namespace shadw::vault
