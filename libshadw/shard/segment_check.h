// SPDX-License-Identifier: Apache-2.0
//
// Tells, without reading a byte of plaintext, which shards of a segment are whole.
//
//   auto report = CheckSegment(keys, headers, &source);
//   for (const ShardReport& shard : report->shards) if (!shard.whole()) …
//   for (const CellFault& fault : report->faults) …        // shard and cell
//
// An auditor sees outer tags and the body root; a repair agent also the body MAC,
// which an auditor and a node together cannot forge. Where more than k cells of a
// stripe hold, they are checked against each other, and the ones that disagree with
// the shards whose body MAC holds, or else with the majority, are named.
//   Source   FORMAT.md, "Checking"; property P4
#ifndef LIBSHADW_SHARD_SEGMENT_CHECK_H_
#define LIBSHADW_SHARD_SEGMENT_CHECK_H_

#include <vector>

#include "libshadw/shard/stripe_assembler.h"

namespace shadw::shard {

struct ShardReport {
  uint16_t index = 0;
  uint32_t bad_cells = 0;
  // Nothing where the right does not reach, or where cells that are missing or corrupt
  // make it moot.
  std::optional<bool> body_root_holds;
  std::optional<bool> body_mac_holds;

  bool whole() const {
    return bad_cells == 0 && body_root_holds.value_or(true) && body_mac_holds.value_or(true);
  }
};

struct SegmentReport {
  std::vector<ShardReport> shards;  // one per header, in their order
  std::vector<CellFault> faults;
  // Stripes whose cells contradict each other and leave no majority to believe.
  std::vector<uint32_t> contradictory_stripes;
};

// Reads every cell of every shard given.
//   Shapes   shards  headers of one segment and attempt, one per index
//   Errors   those of StripeAssembler::Create; damage is no error but the result
absl::StatusOr<SegmentReport> CheckSegment(const ObjectKeys& keys, std::span<const Header> shards,
                                           CellSource* source);

}  // namespace shadw::shard

#endif  // LIBSHADW_SHARD_SEGMENT_CHECK_H_
