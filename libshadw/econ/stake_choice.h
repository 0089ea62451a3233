// SPDX-License-Identifier: Apache-2.0
//
// Who is next: one of many, by stake. Whoever has the same stakes and the same randomness
// makes the same choice, whatever the order of the list.
//
//   const StakeTable table = *StakeTable::Create(entries);
//   crypto::SeededRandom random(hash_of_seed_height_and_round);
//   const base::ByteArray<32>& proposer = table.Choose(random);
//
// Limits: it is as fair as its randomness: a proposer that can grind the seed chooses
// itself. Take it from a beacon.
//   Source   catalogue S12, R8
#ifndef LIBSHADW_ECON_STAKE_CHOICE_H_
#define LIBSHADW_ECON_STAKE_CHOICE_H_

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "libshadw/base/amount.h"
#include "libshadw/base/bytes.h"
#include "libshadw/base/random.h"

namespace shadw::econ {

struct StakeEntry {
  base::ByteArray<32> node{};
  base::Amount stake = 0;
};

class StakeTable {
 public:
  static constexpr size_t kMaxEntries = size_t{1} << 28;

  //   Errors   kInvalidArgument    no entries, too many, or a node twice
  //            kFailedPrecondition all stakes are 0
  //            kResourceExhausted  all stakes together do not fit an Amount
  static absl::StatusOr<StakeTable> Create(std::vector<StakeEntry> entries);

  // A node, each with probability stake / total, exactly: draws are repeated until one
  // falls into a whole multiple of the total.
  //   Promise  a stake of 0 is never chosen
  //   Cost     O(log N), and less than two draws of 8 bytes on average
  //   Source   catalogue S12, R8
  const base::ByteArray<32>& Choose(base::RandomSource& random) const;

  base::Amount total() const { return ends_.back(); }

 private:
  StakeTable() = default;

  std::vector<base::ByteArray<32>> nodes_;  // in order
  std::vector<base::Amount> ends_;          // sums of the stakes up to each
};

}  // namespace shadw::econ

#endif  // LIBSHADW_ECON_STAKE_CHOICE_H_
