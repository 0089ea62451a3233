// SPDX-License-Identifier: Apache-2.0
#include "tests/vault/live_blobs.h"

#include "libshadw/shard/scan.h"
#include "libshadw/vault/catalogue.h"

namespace shadw::vault {
namespace {

constexpr uint32_t kGenerations = 8;

class LiveSet {
 public:
  explicit LiveSet(const Environment& env) : env_(env) {}

  // Returns whether the object has a head in this generation.
  bool AddHeads(const shard::ObjectKeys& keys, std::optional<FoundHead>& newest) {
    auto head = FindNewestHead(env_, keys);
    if (!head.ok() || !*head) return false;
    newest = *std::move(head);
    for (uint64_t sequence : shard::KeptSequences(newest->sequence())) {
      const HeadPlace place = LookAtHead(env_, keys, sequence);
      if (!place.head) continue;
      for (size_t node : place.head->nodes) {
        Add(node, keys.HeadStorageId(sequence, env_.roster.node_id(node)));
      }
    }
    return true;
  }

  void AddShards(const shard::ObjectKeys& keys, const FoundHead& head) {
    if (head.header.audit.has(shard::kFlagTombstone)) return;
    for (uint32_t segment = 0; segment < head.header.audit.segment_count; ++segment) {
      const SegmentId id = SegmentId::Of(head, segment);
      for (const LocatedShard& shard : LocateSegment(env_, keys, id, Search::kAllNodes).shards) {
        Add(shard.node, shard.id);
      }
    }
  }

  Blobs Take() && { return std::move(blobs_); }

 private:
  void Add(size_t node, const store::StorageId& id) {
    blobs_.emplace(env_.roster.node_id(node), id);
  }
  const Environment& env_;
  Blobs blobs_;
};

}  // namespace

Blobs StoredBlobs(const std::vector<std::shared_ptr<store::Store>>& stores) {
  Blobs blobs;
  for (const auto& store : stores) {
    std::optional<store::StorageId> after;
    while (true) {
      const std::vector<store::StorageId> ids = store->List(after, store::kMaxListEntries).value();
      if (ids.empty()) break;
      for (const store::StorageId& id : ids) blobs.emplace(store->node_id(), id);
      after = ids.back();
    }
  }
  return blobs;
}

Blobs LiveBlobs(const Options& options, const shard::VaultKeys& keys,
                const std::vector<std::string>& names) {
  const Environment env(options);
  LiveSet live(env);
  for (const std::string& name : names) {
    std::optional<FoundHead> newest;
    std::optional<shard::ObjectKeys> newest_keys;
    for (uint32_t generation = 0; generation < kGenerations; ++generation) {
      const shard::ObjectKeys object = keys.ForName(name, generation);
      if (live.AddHeads(object, newest)) newest_keys = object;
    }
    if (newest) live.AddShards(*newest_keys, *newest);
  }
  IntentBook intents(env, keys);
  Catalogue catalogue(env, keys, intents);
  const std::vector<shard::ObjectKeys> pages = catalogue.Pages().value();
  for (const shard::ObjectKeys& page : pages) {
    std::optional<FoundHead> newest;
    if (live.AddHeads(page, newest)) live.AddShards(page, *newest);
  }
  // Of packed objects their packs, and the lists of what is dead in those.
  const absl::Status visited = catalogue.Visit([&](const CatalogueEntry& entry) {
    if (!entry.packed) return absl::OkStatus();
    const shard::ObjectSalt salt = shard::SaltOf(entry.id);
    for (const shard::ObjectSalt& own : {salt, keys.DeadListSalt(salt)}) {
      std::optional<FoundHead> newest;
      const shard::ObjectKeys object = keys.ForSalt(own, 0);
      if (live.AddHeads(object, newest)) live.AddShards(object, *newest);
    }
    return absl::OkStatus();
  });
  if (!visited.ok()) return {};
  return std::move(live).Take();
}

std::vector<std::string> DeadBlobs(const std::vector<std::shared_ptr<store::Store>>& stores,
                                   const Options& options, const shard::VaultKeys& keys,
                                   const std::vector<std::string>& names) {
  const Blobs live = LiveBlobs(options, keys, names);
  const Blobs stored = StoredBlobs(stores);
  const Environment env(options);
  shard::ShardScanner scanner(keys);
  std::vector<std::string> dead;
  for (const auto& store : stores) {
    for (const auto& [node, id] : stored) {
      if (node != store->node_id() || live.contains({node, id})) continue;
      base::ByteArray<shard::kHeaderBytes> bytes{};
      const auto got = store->Get(id, 0, bytes);
      const auto found = scanner.Identify(bytes);
      std::string line = "node " + base::ToHex(base::ByteSpan(node).first(2));
      if (!got.ok() || !found) {
        dead.push_back(line + ": not the vault's");
        continue;
      }
      const shard::AuditBox& audit = found->header.audit;
      // What is removed for good and has no name to be found by keeps its tombstone.
      if (audit.has(shard::kFlagHead)) {
        const auto newest = FindNewestHead(env, found->keys);
        if (newest.ok() && *newest && (*newest)->header.audit.has(shard::kFlagTombstone)) continue;
      }
      line += ": object " + base::ToHex(base::ByteSpan(found->keys.id()).first(4));
      line += ", generation " + std::to_string(audit.generation);
      line += ", sequence " + std::to_string(audit.sequence);
      line += audit.has(shard::kFlagIntent)
                  ? ", intent"
                  : (audit.has(shard::kFlagHead) ? ", head"
                                                 : ", segment " + std::to_string(audit.segment) +
                                                       ", shard " + std::to_string(audit.index));
      dead.push_back(line);
    }
  }
  return dead;
}

}  // namespace shadw::vault
