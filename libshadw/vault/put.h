// SPDX-License-Identifier: Apache-2.0
//
// Writes one version of an object: intent, segments, head. Until the head lies on its
// first node nothing of it is visible; after that all of it is.
//   Source   libshadw/shard/FORMAT.md, "Versions"; properties P8, P11, P12
#ifndef LIBSHADW_VAULT_PUT_H_
#define LIBSHADW_VAULT_PUT_H_

#include <optional>
#include <string>
#include <vector>

#include "libshadw/shard/metadata.h"
#include "libshadw/vault/heads.h"
#include "libshadw/vault/intents.h"

namespace shadw::vault {

struct PutOptions {
  // The vault's own where absent.
  std::optional<erasure::Code> code;
  // zstd where a probe says that it pays.
  bool compress = true;
  // Whether anyone may be handed roots to audit nodes by.
  bool public_audit = false;
  // Sign the content, so that readers cannot forge it. Reads then take whole segments.
  bool bound = false;
  std::optional<uint32_t> mode;
  int64_t mtime_ns = 0;
  // kFile, kDirectory or kSymlink.
  shard::ObjectKind kind = shard::ObjectKind::kFile;
  // 4096 or 32768; chosen by size where 0.
  uint32_t cell_bytes = 0;
  // Go on with an unfinished put of the same name and input whose writer is dead.
  bool resume = false;
  // Shut current readers out of this and later versions.
  bool raise_generation = false;
  ProgressCallback progress;
};

// Where one shard was put, and what anyone may hold its node to.
struct ShardReceipt {
  uint32_t segment = 0;
  uint16_t index = 0;
  store::NodeId node{};
  store::StorageId id{};
  shard::Hash public_root{};  // zero without public_audit
};

struct PutReceipt {
  shard::ObjectId id{};
  uint32_t generation = 0;
  uint64_t sequence = 0;
  shard::VersionId version{};
  uint64_t object_bytes = 0;
  uint64_t stored_bytes = 0;
  uint32_t segments = 0;
  uint32_t resumed_segments = 0;
  // Of min(m + 1, stores). Fewer: stores refused; Repair writes the others.
  size_t head_copies = 0;
  std::vector<ShardReceipt> shards;
  // The version is stored and visible in any case. Not OK: why List() does not show it
  // yet; opening the vault after the put's lease completes that.
  absl::Status listed;
};

// One put of one object, internal to the vault: pages of the catalogue are put the
// same way as users' objects.
struct PutRequest {
  shard::Metadata metadata;  // name, kind; mode is taken from the options
  shard::Hash path_tag{};
  uint64_t sequence = 1;
  // Of the version that is replaced, where its generation is another one.
  std::optional<shard::ObjectKeys> previous_keys;
  // A head that stands only then is taken back: what the put was for has ended.
  base::Time until = base::Time::max();
};

struct PutResult {
  PutReceipt receipt;
  // The version that was replaced, to be removed once the catalogue knows the new one.
  std::optional<FoundHead> previous;
  uint64_t intent_slot = 0;
};

// `previous`: the newest head, as the caller found it, of this generation or an earlier
// one. On failure what was stored is removed again and the intent cleared; where a store
// does not let that happen, or may hold the head, the intent stays and the next clean-up
// decides.
//   Errors   kAborted            another writer was faster
//            kResourceExhausted  too few nodes, or no room on them
//            those of `source`
absl::StatusOr<PutResult> PutObject(const Environment& env, const shard::ObjectKeys& keys,
                                    uint32_t generation, std::optional<FoundHead> previous,
                                    const PutRequest& request, const PutOptions& options,
                                    const ByteSource& source, IntentBook& intents);

// The rest, once whatever points to the object knows the new version: removes the one
// it replaced and clears the intent. Interrupted, it is done when the vault is opened
// next.
//   Shapes   previous_keys  those of the replaced version's generation
void FinishPut(const Environment& env, const shard::ObjectKeys& previous_keys,
               const PutResult& result, IntentBook& intents);

// Removes what a newer version replaced: its shards, and heads that nobody needs.
Removal RemoveSuperseded(const Environment& env, const shard::ObjectKeys& keys,
                         const FoundHead& previous);

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_PUT_H_
