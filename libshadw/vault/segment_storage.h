// SPDX-License-Identifier: Apache-2.0
//
// Brings the n shards of a sealed segment onto the stores, several at a time where there
// are threads, and moves those whose store fails to another.
#ifndef LIBSHADW_VAULT_SEGMENT_STORAGE_H_
#define LIBSHADW_VAULT_SEGMENT_STORAGE_H_

#include <span>
#include <vector>

#include "libshadw/shard/segment_sealer.h"
#include "libshadw/vault/put.h"
#include "libshadw/vault/segments.h"

namespace shadw::vault {

// `nodes`: of shard 0 … n - 1, the ones the segment was sealed for. Returns the nodes
// that took them, still to be flushed. Adds to `receipt`.
//   Errors   what the stores said, where no other store could take the shard
absl::StatusOr<std::vector<size_t>> StoreSegment(const Environment& env,
                                                 const shard::ObjectKeys& keys, const SegmentId& id,
                                                 const shard::SegmentSealer& sealer,
                                                 const std::vector<size_t>& nodes,
                                                 PutReceipt& receipt);

// Flushes the nodes named, on the threads there are; the first error is returned, all are
// tried.
absl::Status FlushStores(const Environment& env, std::span<const size_t> nodes);

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_SEGMENT_STORAGE_H_
