// SPDX-License-Identifier: Apache-2.0
//
// An epoch of a network that is paid in stable money and rewards in tokens: what clients
// paid goes to the nodes, the protocol and the services by fixed parts, and new tokens go
// the same ways, more of them to nodes that locked their stake for long.
//
//   EpochRewards rewards = *RewardEpoch(params, served);
//   // two nodes that served 2000 and 1000, the second with its stake locked for the whole
//   // time: 1600 and 800 stable, 73.06 and 146.12 tokens
#ifndef LIBSHADW_ECON_EPOCH_REWARDS_H_
#define LIBSHADW_ECON_EPOCH_REWARDS_H_

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "libshadw/econ/split.h"

namespace shadw::econ {

inline constexpr uint64_t kMaxBoostPpm = 1'000'000'000;

// What a node earned in the epoch, in base units of the stable money, and how long its
// stake stays locked.
struct Served {
  Amount revenue = 0;
  uint64_t lock_epochs_left = 0;
};

struct EpochParams {
  Amount supply_at_year_start = 0;
  uint64_t inflation_ppm = 100'000;
  uint64_t epochs_per_year = 365;
  // Together one million.
  uint64_t node_ppm = 800'000;
  uint64_t protocol_ppm = 100'000;
  uint64_t service_ppm = 100'000;
  // The boost of a stake locked for `max_lock_epochs`; 1'000'000 is none.
  uint64_t max_boost_ppm = 4'000'000;
  uint64_t max_lock_epochs = 1460;

  //   Errors   kInvalidArgument  a parameter is out of its range
  absl::Status Validate() const;
};

struct Earned {
  Amount stable = 0;
  Amount tokens = 0;
  friend bool operator==(const Earned&, const Earned&) = default;
};

struct EpochRewards {
  std::vector<Earned> nodes;     // in the order of what they served
  std::vector<Earned> services;  // in the order of their revenues
  Earned protocol;               // with what rounding left over
  Amount minted = 0;             // all tokens above
};

// Boost of a stake: min(max, 1 + (max - 1) * left / max_lock), rounded down to a ppm; of
// `params` that pass Validate().
//   Range    1'000'000 to params.max_boost_ppm
//   Monotone in  lock_epochs_left
//   Units    parts per million
//   Source   catalogue S141, B.2: 365, 730, 1460 of 1460 epochs with max 4: 1.75, 2.5, 4
uint64_t LockBoostPpm(uint64_t lock_epochs_left, const EpochParams& params);

// floor(supply * inflation / epochs): what an epoch mints if anything was served.
//   Monotone in  supply, inflation
//   Units    base units
//   Errors   kInvalidArgument  Validate()
//   Source   catalogue S141: 10 % of 10^6 tokens over 365 epochs: 273.972602739
absl::StatusOr<Amount> EpochEmission(const EpochParams& params);

// Distributes what was earned and what is minted.
//   Range    served            1 to kMaxParticipants; any revenues with a sum below 2^64
//            service_revenues  one for each service; their sum is that of the nodes
//   Monotone in  a node's revenue; its boost (tokens only)
//   Units    base units of each money
//   Errors   kInvalidArgument    nobody served; unequal sums; Validate()
//            kResourceExhausted  a sum of revenues does not fit an Amount
//   Promise  stable money paid is the revenue, tokens paid are `minted`, to the unit;
//            without revenue nothing is minted
//   Source   catalogue S141, B.2
absl::StatusOr<EpochRewards> RewardEpoch(const EpochParams& params, std::span<const Served> served,
                                         std::span<const Amount> service_revenues);

}  // namespace shadw::econ

#endif  // LIBSHADW_ECON_EPOCH_REWARDS_H_
