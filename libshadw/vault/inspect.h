// SPDX-License-Identifier: Apache-2.0
//
// Locates one segment and checks every cell of it: what verify reports and repair mends.
#ifndef LIBSHADW_VAULT_INSPECT_H_
#define LIBSHADW_VAULT_INSPECT_H_

#include <vector>

#include "libshadw/shard/segment_check.h"
#include "libshadw/vault/segments.h"
#include "libshadw/vault/upkeep.h"

namespace shadw::vault {

struct InspectedSegment {
  LocatedSegment located;
  std::vector<uint32_t> contradictory_stripes;
  std::vector<ShardCondition> conditions;  // of shard 0 … n - 1

  bool whole(uint16_t index) const {
    return conditions[index].state == ShardCondition::State::kWhole;
  }
};

absl::StatusOr<InspectedSegment> InspectSegment(const Environment& env,
                                                const shard::ObjectKeys& keys, const SegmentId& id,
                                                LocatedSegment located);

// Adds what was found to the report.
void AddToReport(const InspectedSegment& segment, const SegmentId& id, VerifyReport& report);

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_INSPECT_H_
