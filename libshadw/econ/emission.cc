// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/emission.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "libshadw/base/log2.h"
#include "libshadw/base/status_macros.h"

namespace shadw::econ {
namespace {

using base::Uint128;

constexpr uint64_t kFeeDivisor = 100;
constexpr uint64_t kBitsOfAmount = 64;

Amount RewardOfEra(const HalvingSchedule& schedule, uint64_t era) {
  return std::max(schedule.tail, era < kBitsOfAmount ? schedule.initial_reward >> era : 0);
}

std::optional<Amount> Narrow(Uint128 sum) {
  if (sum > UINT64_MAX) return std::nullopt;
  return static_cast<Amount>(sum);
}

absl::Status TooMuch() {
  return absl::OutOfRangeError(
      "econ: got a schedule that mints 2^64 base units or more, need less");
}

absl::Status CheckTime(const ElapsedSeconds& time) {
  if (time.now >= time.last) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "econ: got now at ", time.now, " s, need the last payment, ", time.last, " s, or later"));
}

// A year's start, and how far into the year an epoch lies.
struct YearStart {
  Amount supply;
  uint64_t epochs;
};

absl::StatusOr<YearStart> YearOf(const InflationSchedule& schedule, uint64_t epochs) {
  SHADW_RETURN_IF_ERROR(schedule.Validate());
  const uint64_t years = epochs / schedule.epochs_per_year;
  if (years > kMaxInflationYears) {
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got ", years, " years, need at most ", kMaxInflationYears));
  }
  Amount supply = schedule.initial_supply;
  for (uint64_t year = 0; year < years && schedule.rate_ppm > 0; ++year) {
    // A supply that is too small to grow never will.
    const Amount minted =
        *base::MultiplyDivideFloor(supply, schedule.rate_ppm, base::kPartsPerMillion);
    if (minted == 0) break;
    if (__builtin_add_overflow(supply, minted, &supply)) return TooMuch();
  }
  return YearStart{.supply = supply, .epochs = epochs % schedule.epochs_per_year};
}

// floor(supply * rate * epochs / (million * epochs_per_year)); at most `supply`.
Amount MintedBy(const InflationSchedule& schedule, Amount supply, uint64_t epochs) {
  const Uint128 share = static_cast<Uint128>(schedule.rate_ppm) * epochs;
  const Uint128 whole = static_cast<Uint128>(base::kPartsPerMillion) * schedule.epochs_per_year;
  // The product needs 116 bits at most: 64 of the supply, 20 of the rate, 32 of the epochs.
  return static_cast<Amount>(static_cast<Uint128>(supply) * share / whole);
}

}  // namespace

absl::Status HalvingSchedule::Validate() const {
  if (halve_every_blocks == 0) {
    return absl::InvalidArgumentError("econ: got a halving every 0 blocks, need 1 or more");
  }
  if (tail > initial_reward) {
    return absl::InvalidArgumentError(absl::StrCat(
        "econ: got a tail of ", tail, ", need at most the initial reward, ", initial_reward));
  }
  return absl::OkStatus();
}

absl::StatusOr<Amount> RewardAt(const HalvingSchedule& schedule, uint64_t block) {
  SHADW_RETURN_IF_ERROR(schedule.Validate());
  return RewardOfEra(schedule, block / schedule.halve_every_blocks);
}

absl::StatusOr<Amount> SupplyAfter(const HalvingSchedule& schedule, uint64_t blocks) {
  SHADW_RETURN_IF_ERROR(schedule.Validate());
  Uint128 sum = 0;
  uint64_t left = blocks;
  for (uint64_t era = 0; era < kBitsOfAmount && left > 0; ++era) {
    const uint64_t some = std::min(left, schedule.halve_every_blocks);
    sum += static_cast<Uint128>(RewardOfEra(schedule, era)) * some;
    if (sum > UINT64_MAX) return TooMuch();
    left -= some;
  }
  sum += static_cast<Uint128>(schedule.tail) * left;
  if (const auto supply = Narrow(sum)) return *supply;
  return TooMuch();
}

absl::StatusOr<Amount> ParticipationFee(const HalvingSchedule& schedule, uint64_t block) {
  SHADW_ASSIGN_OR_RETURN(const Amount reward, RewardAt(schedule, block));
  return reward / kFeeDivisor;
}

absl::StatusOr<Amount> RegistrationFee(const HalvingSchedule& schedule, uint64_t blocks_so_far) {
  if (blocks_so_far == 0) {
    SHADW_RETURN_IF_ERROR(schedule.Validate());
    return Amount{0};
  }
  return ParticipationFee(schedule, blocks_so_far);
}

absl::StatusOr<Amount> PendingRewards(const HalvingSchedule& schedule, const ElapsedSeconds& time,
                                      FormulaMode mode) {
  SHADW_RETURN_IF_ERROR(CheckTime(time));
  const auto interval = static_cast<uint64_t>(kBlockInterval.count());
  if (mode == FormulaMode::kReference) {
    SHADW_ASSIGN_OR_RETURN(const Amount reward, RewardAt(schedule, time.now / interval));
    if (auto due = base::MultiplyDivideFloor(reward, time.now - time.last, interval)) return *due;
    return TooMuch();
  }
  SHADW_ASSIGN_OR_RETURN(const Amount before, SupplyAfter(schedule, time.last / interval));
  SHADW_ASSIGN_OR_RETURN(const Amount after, SupplyAfter(schedule, time.now / interval));
  return after - before;
}

absl::Status InflationSchedule::Validate() const {
  if (rate_ppm > base::kPartsPerMillion) {
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got an inflation of ", rate_ppm, " ppm, need at most 1000000"));
  }
  if (epochs_per_year == 0) {
    return absl::InvalidArgumentError("econ: got 0 epochs in a year, need 1 or more");
  }
  return absl::OkStatus();
}

absl::StatusOr<Amount> SupplyAfter(const InflationSchedule& schedule, uint64_t epochs) {
  SHADW_ASSIGN_OR_RETURN(const YearStart year, YearOf(schedule, epochs));
  Amount supply = year.supply;
  if (__builtin_add_overflow(supply, MintedBy(schedule, year.supply, year.epochs), &supply)) {
    return TooMuch();
  }
  return supply;
}

absl::StatusOr<Amount> EmissionAt(const InflationSchedule& schedule, uint64_t epoch,
                                  FormulaMode mode) {
  SHADW_ASSIGN_OR_RETURN(const YearStart year, YearOf(schedule, epoch));
  const Amount before = MintedBy(schedule, year.supply, year.epochs);
  const Amount after = MintedBy(schedule, year.supply, year.epochs + 1);
  if (after > UINT64_MAX - year.supply) return TooMuch();
  return mode == FormulaMode::kCorrected ? after - before : MintedBy(schedule, year.supply, 1);
}

}  // namespace shadw::econ
