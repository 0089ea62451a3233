// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/inspect.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"

namespace shadw::vault {
namespace {

ShardCondition ConditionOfAbsent(const Environment& env, const LocatedSegment& located,
                                 uint32_t segment, uint16_t index) {
  ShardCondition condition{
      .segment = segment, .index = index, .state = ShardCondition::State::kMissing};
  const auto damaged = std::ranges::find(located.damaged, index, &DamagedShard::index);
  if (damaged != located.damaged.end()) {
    condition.state = ShardCondition::State::kHeaderDamaged;
    condition.node = env.roster.node_id(damaged->node);
    condition.id = damaged->id;
  }
  return condition;
}

ShardCondition ConditionOf(const Environment& env, const LocatedShard& shard,
                           const shard::ShardReport& checked,
                           const std::vector<shard::CellFault>& faults) {
  ShardCondition condition{.segment = shard.header.audit.segment,
                           .index = shard.header.audit.index,
                           .node = env.roster.node_id(shard.node),
                           .id = shard.id};
  for (const shard::CellFault& fault : faults) {
    if (fault.index == condition.index) condition.bad_cells.push_back(fault.cell);
  }
  if (!checked.body_root_holds.value_or(true)) condition.remark = "the body root does not hold";
  if (!checked.body_mac_holds.value_or(true)) condition.remark = "the body MAC does not hold";
  if (!shard.record_holds) condition.remark = "its length or its delete record is wrong";
  const bool whole = checked.whole() && shard.record_holds && condition.bad_cells.empty();
  condition.state = whole ? ShardCondition::State::kWhole : ShardCondition::State::kDamaged;
  return condition;
}

// A damaged shard that its store does not let go must not hide the copy that replaced it.
constexpr int kMaxSwaps = 4;

bool SameAttempt(const shard::Header& a, const shard::Header& b) {
  return !a.verify || !b.verify || a.verify->read_box_hash == b.verify->read_box_hash;
}

// Puts further copies in the place of damaged shards; false where there are none.
bool SwapDamaged(InspectedSegment& segment) {
  bool swapped = false;
  for (LocatedShard& shard : segment.located.shards) {
    if (segment.whole(shard.header.audit.index)) continue;
    for (LocatedShard& other : segment.located.surplus) {
      if (other.header.audit.index != shard.header.audit.index ||
          !SameAttempt(other.header, shard.header)) {
        continue;
      }
      std::swap(shard, other);
      swapped = true;
      break;
    }
  }
  return swapped;
}

absl::Status Check(const Environment& env, const shard::ObjectKeys& keys, const SegmentId& id,
                   InspectedSegment& inspected) {
  const LocatedSegment& located = inspected.located;
  shard::SegmentReport checked;
  if (!located.shards.empty()) {
    StoreCellSource source(env, located);
    SHADW_ASSIGN_OR_RETURN(checked, shard::CheckSegment(keys, located.Headers(), &source));
  }
  inspected.contradictory_stripes = std::move(checked.contradictory_stripes);
  inspected.conditions.clear();
  for (uint16_t j = 0; j < id.code.total_shards(); ++j) {
    const LocatedShard* shard = located.Find(j);
    if (shard == nullptr) {
      inspected.conditions.push_back(ConditionOfAbsent(env, located, id.segment, j));
      continue;
    }
    const auto of_shard = std::ranges::find(checked.shards, j, &shard::ShardReport::index);
    inspected.conditions.push_back(ConditionOf(env, *shard, *of_shard, checked.faults));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<InspectedSegment> InspectSegment(const Environment& env,
                                                const shard::ObjectKeys& keys, const SegmentId& id,
                                                LocatedSegment located) {
  InspectedSegment inspected{.located = std::move(located)};
  for (int swaps = 0;; ++swaps) {
    SHADW_RETURN_IF_ERROR(Check(env, keys, id, inspected));
    if (swaps == kMaxSwaps || !SwapDamaged(inspected)) return inspected;
  }
}

void AddToReport(const InspectedSegment& segment, const SegmentId& id, VerifyReport& report) {
  uint16_t whole = 0;
  for (const ShardCondition& condition : segment.conditions) {
    if (condition.state == ShardCondition::State::kWhole) {
      ++whole;
    } else {
      report.faults.push_back(condition);
    }
  }
  for (uint32_t stripe : segment.contradictory_stripes) {
    report.faults.push_back({.segment = id.segment,
                             .state = ShardCondition::State::kDamaged,
                             .bad_cells = {stripe},
                             .remark = "the cells of this stripe contradict each other"});
  }
  ++report.segments;
  report.shards_expected += id.code.total_shards();
  report.shards_whole += whole;
  if (whole < id.code.data_shards) report.endangered_segments.push_back(id.segment);
}

}  // namespace shadw::vault
