// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/green_ranking.h"

#include <algorithm>
#include <numeric>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace shadw::econ {

absl::StatusOr<std::vector<size_t>> RankOffers(std::span<const EnergyOffer> offers,
                                               base::Amount surcharge_per_kwh) {
  uint64_t worst_wh = 0;
  for (const EnergyOffer& offer : offers) {
    worst_wh = std::max(worst_wh, offer.energy_wh.value_or(0));
  }
  std::vector<base::Amount> prices(offers.size());
  for (size_t i = 0; i < offers.size(); ++i) {
    const EnergyOffer& offer = offers[i];
    if (offer.renewable_ppm > base::kPartsPerMillion) {
      return absl::InvalidArgumentError(absl::StrCat("econ: got a renewable part of ",
                                                     offer.renewable_ppm, " ppm at index ", i,
                                                     ", need at most 1000000"));
    }
    const uint64_t other_ppm = base::kPartsPerMillion - (offer.energy_wh ? offer.renewable_ppm : 0);
    const auto other_wh = base::MultiplyDivideCeil(offer.energy_wh.value_or(worst_wh), other_ppm,
                                                   base::kPartsPerMillion);
    const auto surcharge = base::MultiplyDivideCeil(*other_wh, surcharge_per_kwh, 1000);
    const auto price = base::CheckedAdd(offer.price, surcharge.value_or(UINT64_MAX));
    if (!surcharge || !price) {
      return absl::ResourceExhaustedError(
          absl::StrCat("econ: got a price of ", offer.price, " and ", *other_wh,
                       " Wh not renewable at index ", i, ", need a sum below 2^64"));
    }
    prices[i] = *price;
  }
  std::vector<size_t> order(offers.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, {}, [&](size_t i) { return prices[i]; });
  return order;
}

}  // namespace shadw::econ
