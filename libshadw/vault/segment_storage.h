// SPDX-License-Identifier: Apache-2.0
//
// Brings the n shards of a sealed segment onto the stores in two steps, several at a time
// where there are threads. Between the steps disks write and the next segment can be
// sealed: what is staged needs the sealer no more.
#ifndef LIBSHADW_VAULT_SEGMENT_STORAGE_H_
#define LIBSHADW_VAULT_SEGMENT_STORAGE_H_

#include <memory>
#include <span>
#include <vector>

#include "libshadw/shard/segment_sealer.h"
#include "libshadw/vault/put.h"
#include "libshadw/vault/segments.h"

namespace shadw::vault {

struct StagedShard {
  size_t node;
  std::unique_ptr<store::StagedBlob> blob;
};

// Hands the shards to their stores and moves those whose store fails to another. `nodes`:
// of shard 0 … n - 1, the ones the segment was sealed for. Adds to `receipt`.
//   Errors   what the stores said, where no other store could take the shard
absl::StatusOr<std::vector<StagedShard>> StageSegment(
    const Environment& env, const shard::ObjectKeys& keys, const SegmentId& id,
    const shard::SegmentSealer& sealer, const std::vector<size_t>& nodes, PutReceipt& receipt);

// Puts what was staged: bytes are on disk before any of them gets its name, names when it
// returns.
//   Errors   the first of a store; then some may be put
absl::Status PutDurably(const Environment& env, std::span<const StagedShard> staged);

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_SEGMENT_STORAGE_H_
