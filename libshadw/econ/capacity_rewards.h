// SPDX-License-Identifier: Apache-2.0
//
// The two daily rewards of a storage network: one for capacity proven (RW1), one for data
// kept (RW2), each a fixed part of the period's supply.
//
//   const auto pools = RewardPools(supply, {.capacity_ppm = 500'000, .storage_ppm = 200'000});
//   std::vector<Amount> paid(capacities.size());
//   RewardCapacity(pools->capacity, capacities, {}, paid);              // RW1
//   RewardStorage(pools->storage, capacities, audited, {}, paid);       // RW2
//
// Limits: a capacity counts in steps of less than 2^-63 of the largest one, rounded down;
// whole numbers below 2^64 count exactly.
#ifndef LIBSHADW_ECON_CAPACITY_REWARDS_H_
#define LIBSHADW_ECON_CAPACITY_REWARDS_H_

#include <cstdint>
#include <span>

#include "absl/status/statusor.h"
#include "libshadw/base/failed_share.h"
#include "libshadw/econ/split.h"

namespace shadw::econ {

using base::FailedShare;

// What of a period's supply goes into each reward; the rest stays where it is.
struct RewardParts {
  uint64_t capacity_ppm = 0;  // PMA
  uint64_t storage_ppm = 0;   // PMB
};

struct PoolSizes {
  Amount capacity = 0;
  Amount storage = 0;
  Amount rest = 0;
};

// Splits the supply of a period, SP, into its pools.
//   Range    parts  together at most a million
//   Monotone in  supply
//   Units    base units; parts per million
//   Errors   kInvalidArgument  the parts are more than the whole
//   Promise  capacity + storage + rest == supply
//   Source   catalogue S65, S66: SP, PMA, PMB
absl::StatusOr<PoolSizes> RewardPools(Amount supply, const RewardParts& parts);

struct CapacityRewardOptions {
  Remainder remainder = Remainder::kLargestRemainder;
  FormulaMode mode = FormulaMode::kCorrected;
};

// RW1: the pool by capacity.
//   Shapes   capacities, shares  N each, 1 <= N <= kMaxParticipants
//   Range    capacities  finite, >= 0; where all are 0 nobody is paid
//   Monotone in  one's own capacity; pool (with kLargestRemainder within one unit)
//   Units    base units
//   Errors   kInvalidArgument  shapes, or a capacity that is negative or not finite;
//            kUnimplemented    kReference: the authors published no program
//   Promise  paid + burned + carried == pool
//   Paper    "RW1=SP*PMA | C / (# of nodes in network*C) * RW1"
//   Defect   RW1 stands on both sides, and C in numerator and denominator is one symbol,
//            so that it cancels: every node gets 1/N
//   Modes    kCorrected     pool * C_i / sum of C
//            kPaperLiteral  pool / N for every node
//            kReference     refused
//   Source   catalogue S65
absl::StatusOr<SplitTotals> RewardCapacity(Amount pool, std::span<const double> capacities,
                                           const CapacityRewardOptions& options,
                                           std::span<Amount> shares);

struct StorageRewardOptions {
  FailedShare failed_share = FailedShare::kCarry;
  Remainder remainder = Remainder::kLargestRemainder;
  FormulaMode mode = FormulaMode::kCorrected;
};

// RW2: the pool by capacity among those whose storage audit passed.
//   Shapes   capacities, passed, shares  N each, 1 <= N <= kMaxParticipants
//   Range    capacities  finite, >= 0
//            passed      0 or 1
//   Monotone in  one's own capacity; pool (with kLargestRemainder within one unit)
//   Units    base units
//   Errors   kInvalidArgument  as RewardCapacity; `passed` above 1
//            kResourceExhausted  kPaperLiteral, and a sum does not fit an Amount
//            kUnimplemented    kReference: the authors published no program
//   Promise  kCorrected: paid + burned + carried == pool; a failed node gets 0
//   Paper    "RW2=SP*PMB+[C / (# of nodes in network*C)]"
//   Defect   a share without a unit is added to an amount; the pool is paid to each node
//   Modes    kCorrected     pool * C_i / sum of C, a failed node's share by its rule
//            kPaperLiteral  pool + C_i / sum of C tokens for each node that passed:
//                           N pools are paid, and `totals.paid` says how much
//            kReference     refused
//   Source   catalogue S66, R4
absl::StatusOr<SplitTotals> RewardStorage(Amount pool, std::span<const double> capacities,
                                          std::span<const uint8_t> passed,
                                          const StorageRewardOptions& options,
                                          std::span<Amount> shares);

}  // namespace shadw::econ

#endif  // LIBSHADW_ECON_CAPACITY_REWARDS_H_
