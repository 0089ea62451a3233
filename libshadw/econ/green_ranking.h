// SPDX-License-Identifier: Apache-2.0
//
// Offers in the order in which somebody takes them who minds where energy comes from: by
// price, plus a surcharge of the buyer's own for each kWh that is not renewable.
//
//   RankOffers({{.price = 100, .energy_wh = 2000}, {.price = 120, .energy_wh = 2000,
//               .renewable_ppm = 1'000'000}}, 20);      // {1, 0}: 140 and 120
#ifndef LIBSHADW_ECON_GREEN_RANKING_H_
#define LIBSHADW_ECON_GREEN_RANKING_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "libshadw/base/amount.h"

namespace shadw::econ {

struct EnergyOffer {
  base::Amount price = 0;
  std::optional<uint64_t> energy_wh;  // who does not say counts as the worst who does
  uint64_t renewable_ppm = 0;
};

// The numbers of the offers, best first: by price + ceil(surcharge * kWh not renewable),
// where what is not renewable is rounded up to a Wh.
//   Range    renewable_ppm  at most a million
//   Monotone in  rank: price, energy; falls in renewable_ppm
//   Units    base units; surcharge per kWh
//   Errors   kInvalidArgument    renewable_ppm out of range, by its index
//            kResourceExhausted  a price with its surcharge does not fit an Amount
//   Promise  equal ones keep their order; with a surcharge of 0 the order is by price
//   Source   catalogue S140
absl::StatusOr<std::vector<size_t>> RankOffers(std::span<const EnergyOffer> offers,
                                               base::Amount surcharge_per_kwh);

}  // namespace shadw::econ

#endif  // LIBSHADW_ECON_GREEN_RANKING_H_
