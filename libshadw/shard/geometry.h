// SPDX-License-Identifier: Apache-2.0
//
// How an object is cut: segments of stripes of k cells. A cell holds one sealed
// chunk (its 16-byte tag included); a stored cell carries one tag more.
//
//   object   | segment 0              | segment 1 …           each s stripes at most
//   segment  | stripe 0 | stripe 1 …  padded to a power of two of stripes
//   stripe   | k data cells | m parity cells                  one cell a shard
//
//   Source   FORMAT.md, "Pipeline"; property P3 (size classes), P11 (memory)
#ifndef LIBSHADW_SHARD_GEOMETRY_H_
#define LIBSHADW_SHARD_GEOMETRY_H_

#include <cstdint>

#include "absl/status/status.h"
#include "libshadw/erasure/code.h"
#include "libshadw/shard/ids.h"

namespace shadw::shard {

struct Geometry {
  erasure::Code code;
  uint32_t cell_bytes = kCellBytes;
  uint32_t max_stripes = kMaxCells;

  absl::Status Validate() const;

  uint32_t chunk_bytes() const { return cell_bytes - static_cast<uint32_t>(kTagBytes); }
  uint32_t stored_cell_bytes() const { return cell_bytes + static_cast<uint32_t>(kTagBytes); }
  // The plaintext that one segment can hold.
  uint64_t capacity_bytes() const {
    return uint64_t{max_stripes} * code.data_shards * chunk_bytes();
  }
  // Chunks of `plain_bytes`: at least one, an empty object has one too.
  uint32_t ChunksFor(uint64_t plain_bytes) const;
  // Cells a shard for so many chunks, padding included: a power of two.
  uint32_t CellsFor(uint32_t chunks) const;
  // One stored shard of so many cells, header included.
  uint64_t ShardBytes(uint32_t cells) const {
    return kHeaderBytes + uint64_t{cells} * stored_cell_bytes();
  }
};

// 4 KiB cells where a stripe of 32 KiB cells would be at most half full.
uint32_t ChooseCellBytes(uint64_t object_bytes, const erasure::Code& code);

// The largest of 128, 32, 8 and 1 stripes whose stored cells fit half the budget.
uint32_t ChooseStripes(const erasure::Code& code, uint32_t cell_bytes,
                       uint64_t memory_budget_bytes);

}  // namespace shadw::shard

#endif  // LIBSHADW_SHARD_GEOMETRY_H_
