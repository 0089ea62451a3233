// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/cleanup.h"

#include <algorithm>
#include <set>
#include <utility>

#include "libshadw/base/status_macros.h"
#include "libshadw/vault/read.h"
#include "libshadw/vault/segments.h"

namespace shadw::vault {
namespace {

class IntentCleanUp {
 public:
  IntentCleanUp(const Environment& env, const shard::VaultKeys& vault, IntentBook& intents,
                Catalogue& catalogue)
      : env_(env), vault_(vault), intents_(intents), catalogue_(catalogue) {}

  absl::Status Run(const FoundIntent& intent) {
    const shard::IntentRecord& record = intent.record;
    shard::ObjectSalt salt;
    std::copy_n(record.object.begin(), salt.size(), salt.begin());
    const shard::ObjectKeys keys = vault_.ForSalt(salt, record.generation);
    const HeadPlace place = LookAtHead(env_, keys, record.sequence);
    const bool committed = place.head && place.head->version() == record.version;
    if (committed) {
      SHADW_RETURN_IF_ERROR(Complete(keys, *place.head));
    } else {
      for (const FoundHead& loser : place.competitors) {
        if (loser.version() == record.version) RemoveHead(env_, keys, loser);
      }
      const SegmentId id{record.version, record.sequence, 0, intent.code, record.epoch};
      RemoveVersion(env_, keys, id, 0);
    }
    intents_.Clear(intent.slot);
    return absl::OkStatus();
  }

 private:
  absl::Status Complete(const shard::ObjectKeys& keys, const FoundHead& head) {
    SHADW_RETURN_IF_ERROR(SpreadHead(env_, keys, head, head.code().parity_shards).status());
    // A version that was replaced since then needs nothing more.
    SHADW_ASSIGN_OR_RETURN(const std::optional<FoundHead> newest, FindNewestHead(env_, keys));
    if (!newest || newest->version() != head.version()) return absl::OkStatus();
    if (head.header.audit.has(shard::kFlagTombstone)) {
      return RemoveBefore(keys, head);
    }
    SHADW_ASSIGN_OR_RETURN(const ObjectInfo info, DescribeObject(env_, keys, head));
    if (!info.name.empty()) {
      SHADW_RETURN_IF_ERROR(catalogue_.Enter(EntryOf(info), head.code()));
    }
    return RemoveBefore(keys, head);
  }

  absl::Status RemoveBefore(const shard::ObjectKeys& keys, const FoundHead& head) {
    if (head.sequence() < 2) return absl::OkStatus();
    const HeadPlace before = LookAtHead(env_, keys, head.sequence() - 1);
    if (before.head) RemoveSuperseded(env_, keys, *before.head);
    return absl::OkStatus();
  }

  const Environment& env_;
  const shard::VaultKeys& vault_;
  IntentBook& intents_;
  Catalogue& catalogue_;
};

}  // namespace

CatalogueEntry EntryOf(const ObjectInfo& info) {
  return {.name = info.name,
          .id = info.id,
          .generation = info.generation,
          .sequence = info.sequence,
          .object_bytes = info.object_bytes,
          .mtime_ns = info.mtime_ns,
          .mode = info.mode,
          .put_time_ns = info.put_time_ns};
}

absl::Status CleanUp(const Environment& env, const shard::VaultKeys& vault, IntentBook& intents,
                     Catalogue& catalogue) {
  const std::vector<FoundIntent> all = intents.All();
  const int64_t now = base::ToUnixNanos(env.Now());
  // A version that was resumed has a second, younger intent.
  std::set<shard::VersionId> alive;
  for (const FoundIntent& intent : all) {
    if (intent.record.lease_end_ns > now) alive.insert(intent.record.version);
  }
  for (const FoundIntent& intent : all) {
    if (intent.record.lease_end_ns > now || alive.contains(intent.record.version)) continue;
    SHADW_RETURN_IF_ERROR(IntentCleanUp(env, vault, intents, catalogue).Run(intent));
  }
  return absl::OkStatus();
}

}  // namespace shadw::vault
