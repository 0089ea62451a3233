// SPDX-License-Identifier: Apache-2.0
//
// How much new money there is, and when: halving to nothing, halving to a tail, or a yearly
// rate. All of it is whole base units, and supplies are sums in closed form, so that the
// supply after a hundred years costs what that of the first block does.
//
//   const HalvingSchedule schedule;                    // 50 tokens, halved every 210 000
//   RewardAt(schedule, 210'000);                       // 25 * 10^9
//   SupplyAfter(schedule, 7'560'000);                  // 20'999'999'996'850'000: all there is
//
// Blocks come every ten minutes (S94): kBlockInterval. Whoever issues otherwise than by
// one of these breaks the promise that money comes from rewards alone; accounts.h keeps it.
#ifndef LIBSHADW_ECON_EMISSION_H_
#define LIBSHADW_ECON_EMISSION_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/base/amount.h"
#include "libshadw/base/formula_mode.h"

namespace shadw::econ {

using base::Amount;
using base::FormulaMode;

inline constexpr std::chrono::seconds kBlockInterval{600};
inline constexpr uint32_t kMaxInflationYears = 10'000;

// A reward that halves, rounded down, every so many blocks, but not under `tail`.
struct HalvingSchedule {
  Amount initial_reward = 50 * base::kBaseUnitsPerToken;
  uint64_t halve_every_blocks = 210'000;
  Amount tail = 0;

  absl::Status Validate() const;
};

// What block number `block`, the first being 0, mints.
//   Range    [tail, initial_reward]
//   Monotone in  initial_reward, tail; falls in block
//   Units    base units
//   Errors   kInvalidArgument  halve_every_blocks is 0, or the tail over the initial reward
//   Source   catalogue S95 (halving), S38 (tail)
absl::StatusOr<Amount> RewardAt(const HalvingSchedule& schedule, uint64_t block);

// The sum of RewardAt over the first `blocks` blocks.
//   Range    0 and above; without a tail at most 2 * initial_reward * halve_every_blocks
//   Monotone in  blocks
//   Units    base units
//   Errors   as RewardAt; kOutOfRange  the sum is 2^64 or more
//   Source   catalogue S95, E11
absl::StatusOr<Amount> SupplyAfter(const HalvingSchedule& schedule, uint64_t blocks);

// A hundredth of the reward of `block`, rounded down: what a provider pays to take part in
// it, or to register. Registering before there is a block is free.
//   Range    [0, reward / 100]
//   Monotone in  falls in block
//   Units    base units
//   Errors   as RewardAt
//   Source   catalogue S97, S98
absl::StatusOr<Amount> ParticipationFee(const HalvingSchedule& schedule, uint64_t block);
absl::StatusOr<Amount> RegistrationFee(const HalvingSchedule& schedule, uint64_t blocks_so_far);

// When the next block is due, at multiples of kBlockInterval after the first, if there is
// anything to put into it: nothing for an empty one.
//   Units    seconds since the first block
//   Source   catalogue S94
constexpr std::optional<uint64_t> NextBlockSeconds(uint64_t now, size_t entries) {
  constexpr auto kSeconds = static_cast<uint64_t>(kBlockInterval.count());
  if (entries == 0 || now > UINT64_MAX - kSeconds) return std::nullopt;
  return now - now % kSeconds + kSeconds;
}

// Two times since the schedule began.
struct ElapsedSeconds {
  uint64_t last = 0;  // of the last payment
  uint64_t now = 0;
};

// What has been earned since the last payment and is to be paid now.
//   Range    kReference: as if every second were of the current reward
//   Monotone in  now, within one reward
//   Units    base units; seconds since the first block
//   Errors   as RewardAt; kInvalidArgument  now < last; kOutOfRange  2^64 or more
//   Paper    "halving every 210,000 blocks"
//   Defect   the authors' program halves by the clock and pays everything that is pending
//            at the reward of now: who waits for a halving before being paid gets half, and
//            the cap of 21 million is only an upper bound
//   Modes    kCorrected     the rewards of the blocks that were completed since
//            kPaperLiteral  the same
//            kReference     floor(reward of now * seconds / 600)
//   Source   catalogue S95, B.1 rewards
absl::StatusOr<Amount> PendingRewards(const HalvingSchedule& schedule, const ElapsedSeconds& time,
                                      FormulaMode mode = FormulaMode::kCorrected);

// A supply that grows by a rate each year, in equal epochs.
struct InflationSchedule {
  Amount initial_supply = 0;
  uint64_t rate_ppm = 0;  // of the supply at the start of the year; at most 1 000 000
  uint32_t epochs_per_year = 365;

  absl::Status Validate() const;
};

// The supply after so many epochs. A year ends at exactly start + floor(start * rate).
//   Range    initial_supply and above
//   Monotone in  epochs, rate_ppm, initial_supply
//   Units    base units
//   Errors   kInvalidArgument  rate_ppm, epochs_per_year is 0, more than
//                              kMaxInflationYears; kOutOfRange  2^64 or more
//   Cost     one step for each year
//   Source   catalogue S38, B.2 payments
absl::StatusOr<Amount> SupplyAfter(const InflationSchedule& schedule, uint64_t epochs);

// What epoch number `epoch`, the first being 0, mints.
//   Range    floor or ceil of supply at the year's start * rate / epochs_per_year
//   Units    base units
//   Errors   as SupplyAfter
//   Promise  the emissions of all epochs before = SupplyAfter - initial_supply: what one
//            epoch is rounded down by comes with a later one (kCorrected)
//   Paper    "an inflation design to address ... lack of demand ... due to a lack of supply";
//            no formula
//   Defect   the authors' program divides a year's emission by its epochs; each rounded by
//            itself loses up to a base unit
//   Modes    kCorrected     the difference of two supplies
//            kPaperLiteral  floor(supply at the year's start * rate / epochs_per_year)
//            kReference     the same
//   Source   catalogue S38, B.2 payments
absl::StatusOr<Amount> EmissionAt(const InflationSchedule& schedule, uint64_t epoch,
                                  FormulaMode mode = FormulaMode::kCorrected);

}  // namespace shadw::econ

#endif  // LIBSHADW_ECON_EMISSION_H_
