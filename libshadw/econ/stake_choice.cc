// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/stake_choice.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "libshadw/base/coding.h"

namespace shadw::econ {

absl::StatusOr<StakeTable> StakeTable::Create(std::vector<StakeEntry> entries) {
  if (entries.empty() || entries.size() > kMaxEntries) {
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got ", entries.size(), " stakes, need 1 to ", kMaxEntries));
  }
  std::ranges::sort(entries, {}, &StakeEntry::node);
  StakeTable table;
  base::Amount total = 0;
  for (const StakeEntry& entry : entries) {
    if (!table.nodes_.empty() && table.nodes_.back() == entry.node) {
      return absl::InvalidArgumentError(absl::StrCat(
          "econ: got two stakes of node ", base::ToHex(entry.node), ", need at most one"));
    }
    const auto sum = base::CheckedAdd(total, entry.stake);
    if (!sum) {
      return absl::ResourceExhaustedError("econ: got stakes of over 2^64 - 1, need less");
    }
    total = *sum;
    table.nodes_.push_back(entry.node);
    table.ends_.push_back(total);
  }
  if (total == 0) {
    return absl::FailedPreconditionError("econ: got stakes of 0 alone, need one above");
  }
  return table;
}

const base::ByteArray<32>& StakeTable::Choose(base::RandomSource& random) const {
  // The draws below `surplus` are those that the total does not divide evenly.
  const uint64_t surplus = -total() % total();
  uint64_t draw;
  do {
    draw = base::LoadLittleEndian<uint64_t>(random.Array<8>().data());
  } while (draw < surplus);
  const auto chosen = std::ranges::upper_bound(ends_, draw % total());
  return nodes_[static_cast<size_t>(chosen - ends_.begin())];
}

}  // namespace shadw::econ
