// SPDX-License-Identifier: Apache-2.0
//
// Prices that nobody sets alone: sealed bids where the winner pays what the second would
// have paid, tiers, a price that rises with use, and a base fee that follows demand.
//
//   Vickrey({{1, 10}, {2, 8}, {3, 7}}, 0);             // party 1 pays 8
//   Procure({{1, 8}, {2, 10}, {3, 12}}, 20);           // party 1 is paid 10
//   TieredPrice(600, {{100, 100}, {500, 80}, {UINT64_MAX, 50}});   // 47'000
//   NextBaseFee(1000, {.used = 2, .target = 1});       // 1125
#ifndef LIBSHADW_ECON_AUCTION_H_
#define LIBSHADW_ECON_AUCTION_H_

#include <cstdint>
#include <optional>
#include <span>

#include "absl/status/statusor.h"
#include "libshadw/base/amount.h"

namespace shadw::econ {

using base::Amount;

// A sealed bid or ask of one party.
struct Bid {
  uint64_t party = 0;
  Amount amount = 0;
};

struct Sale {
  uint64_t party = 0;  // who won
  Amount price = 0;    // what it pays, or is paid
  friend bool operator==(const Sale&, const Sale&) = default;
};

// Sells to the highest bid at the second highest, at least the reserve.
//   Range    bids     any number; each party once
//            reserve  lower bids are out
//   Units    base units
//   Errors   kInvalidArgument  a party bids twice
//   Promise  whatever others bid, nobody gains by a bid that is not what it is worth to
//            them; the price is at most the winner's bid; equal bids: the lowest party;
//            nothing where no bid reaches the reserve
//   Source   catalogue S131, R7; Vickrey 1961
absl::StatusOr<std::optional<Sale>> Vickrey(std::span<const Bid> bids, Amount reserve);

// Buys from the lowest ask at the second lowest, at most the ceiling.
//   Range    asks     any number; each party once
//            ceiling  higher asks are out; a single one is paid the ceiling
//   Units    base units
//   Errors   kInvalidArgument  a party asks twice
//   Promise  as Vickrey, mirrored: the price is at least the winner's ask
//   Source   catalogue S131, R7
absl::StatusOr<std::optional<Sale>> Procure(std::span<const Bid> asks, Amount ceiling);

// Units up to `up_to`, counted from the first, cost `price` each.
struct Tier {
  uint64_t up_to = 0;
  Amount price = 0;
};

inline constexpr size_t kMaxTiers = 1024;

// The sum over the tiers of the units that fall into each, where `used` were bought before.
//   Range    tiers  1 to kMaxTiers, up_to rising
//   Monotone in  units
//   Units    base units
//   Errors   kInvalidArgument    no tiers, too many, or out of order; used and units
//                                together more than the last tier goes to
//            kResourceExhausted  the sum does not fit an Amount
//   Promise  units a after `used`, and then b after `used` + a, cost what a + b cost at once
//   Source   catalogue S131: 100 at .10, to 500 at .08, above at .05: 600 cost 47
absl::StatusOr<Amount> TieredPrice(uint64_t units, std::span<const Tier> tiers, uint64_t used = 0);

// What of a resource is used, and at what use its fee stays.
struct Demand {
  uint64_t used = 0;
  uint64_t target = 1;
};

inline constexpr uint64_t kBaseFeeChangeDenominator = 8;

// prev + prev * (used - target) / target / change_denominator, towards zero; at least one
// unit up where demand was above the target.
//   Range    used  0 to any; what is above 2 * target counts as that
//   Monotone in  previous; used
//   Units    base units
//   Errors   kInvalidArgument    target or change_denominator is 0
//            kResourceExhausted  the fee does not fit an Amount
//   Source   catalogue S131; EIP-1559
absl::StatusOr<Amount> NextBaseFee(Amount previous, const Demand& demand,
                                   uint64_t change_denominator = kBaseFeeChangeDenominator);

// A price that rises gently with use up to a kink, and steeply above it.
struct UtilisationCurve {
  double base = 0;   // at no use
  double slope = 0;  // over 0 to the kink
  double kink = 0.8;
  double steep = 0;  // over the kink to full use
};

// base + slope * u / kink up to the kink, then base + slope + steep * (u - kink) / (1 - kink).
//   Range    utilisation  0 to 1
//   Monotone in  utilisation
//   Units    those of the curve
//   Errors   kInvalidArgument  out of range; a parameter that is negative or not finite; a
//                              kink outside 0 to 1, both excluded; a price that is not
//                              finite
//   Source   catalogue S131
absl::StatusOr<double> UtilisationPrice(double utilisation, const UtilisationCurve& curve);

}  // namespace shadw::econ

#endif  // LIBSHADW_ECON_AUCTION_H_
