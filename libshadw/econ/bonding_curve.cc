// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/bonding_curve.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "absl/strings/str_cat.h"
#include "libshadw/base/amount.h"
#include "libshadw/base/status_macros.h"

namespace shadw::econ {
namespace {

constexpr size_t kDividedAtOnce = 1024;

absl::Status CheckAmount(const char* name, double value) {
  if (value >= 0 && std::isfinite(value)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("econ: got ", name, " ", value, ", need a finite one of 0 or more"));
}

// The cost of everything between two supplies. The difference of two integrals would
// lose digits where the two are close, so the part is a curve of its own: the points of
// a Bézier curve between t0 and t1 are its blossoms there.
absl::StatusOr<double> CostBetween(const BondingCurve& curve, double from, double to) {
  const double t0 = from / curve.max_supply;
  const double t1 = to / curve.max_supply;
  ControlPoints p = curve.points;
  if (curve.mode == FormulaMode::kPaperLiteral) {
    p[1] /= 3;
    p[2] /= 3;
  }
  const auto blossom = [&p](double r, double s, double t) {
    const auto mix = [](double a, double b, double x) { return (1 - x) * a + x * b; };
    const double a = mix(mix(p[0], p[1], r), mix(p[1], p[2], r), s);
    const double b = mix(mix(p[1], p[2], r), mix(p[2], p[3], r), s);
    return mix(a, b, t);
  };
  const double mean =
      (blossom(t0, t0, t0) + blossom(t0, t0, t1) + blossom(t0, t1, t1) + blossom(t1, t1, t1)) / 4;
  const double cost = (to - from) * mean;
  if (std::isfinite(cost)) return cost;
  return absl::InvalidArgumentError(absl::StrCat("econ: got ", to - from, " units at ", mean,
                                                 " each, need a cost that is finite"));
}

}  // namespace

absl::Status BondingCurve::Validate() const {
  if (!(max_supply > 0) || std::isinf(max_supply)) {
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got max_supply ", max_supply, ", need a finite one above 0"));
  }
  return BezierPrice(0, points, mode).status();
}

absl::StatusOr<double> TFromUtilisation(double used, double capacity) {
  SHADW_RETURN_IF_ERROR(CheckAmount("used", used));
  if (!(capacity > 0) || std::isinf(capacity)) {
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got capacity ", capacity, ", need a finite one above 0"));
  }
  if (used > capacity) {
    return absl::OutOfRangeError(
        absl::StrCat("econ: got ", used, " used, need at most the capacity, ", capacity));
  }
  return used / capacity;
}

absl::StatusOr<double> PriceAt(const BondingCurve& curve, double supply) {
  SHADW_RETURN_IF_ERROR(curve.Validate());
  SHADW_RETURN_IF_ERROR(CheckAmount("supply", supply));
  if (supply > curve.max_supply) {
    return absl::OutOfRangeError(
        absl::StrCat("econ: got supply ", supply, ", need at most ", curve.max_supply));
  }
  return BezierPrice(supply / curve.max_supply, curve.points, curve.mode);
}

absl::Status PricesAt(std::span<const double> supplies, std::span<const double> max_supplies,
                      const ControlPoints& points, FormulaMode mode, std::span<double> prices) {
  if (max_supplies.size() != supplies.size() || prices.size() != supplies.size()) {
    return absl::InvalidArgumentError(absl::StrCat("econ: got ", max_supplies.size(),
                                                   " largest supplies and room for ", prices.size(),
                                                   " prices, need ", supplies.size()));
  }
  // Bits of doubles above 0 are ordered as integers: what is not from 1 to those of the
  // largest number turns a sign on. A supply over its largest gives a t over 1, always.
  constexpr auto kMost = std::bit_cast<uint64_t>(std::numeric_limits<double>::max());
  uint64_t wrong = 0;
  for (const double most : max_supplies) {
    const auto bits = std::bit_cast<uint64_t>(most);
    wrong |= bits | (bits - 1) | (kMost - bits);
  }
  if (wrong >> 63 != 0) {
    for (size_t i = 0; i < max_supplies.size(); ++i) {
      const double most = max_supplies[i];
      if (most > 0 && std::isfinite(most)) continue;
      return absl::InvalidArgumentError(absl::StrCat("econ: got max_supply ", most, " at index ", i,
                                                     ", need a finite one above 0"));
    }
  }
  // Some at a time, so that they are still in the nearest cache when they become prices.
  for (size_t begin = 0; begin < supplies.size(); begin += kDividedAtOnce) {
    const std::span<double> some =
        prices.subspan(begin, std::min(kDividedAtOnce, prices.size() - begin));
    for (size_t i = 0; i < some.size(); ++i)
      some[i] = supplies[begin + i] / max_supplies[begin + i];
    SHADW_RETURN_IF_ERROR(BezierPrices(some, points, mode, some));
  }
  return absl::OkStatus();
}

absl::StatusOr<double> BuyCost(const BondingCurve& curve, const Trade& trade) {
  SHADW_RETURN_IF_ERROR(PriceAt(curve, trade.supply).status());
  SHADW_RETURN_IF_ERROR(CheckAmount("units", trade.units));
  if (trade.supply + trade.units > curve.max_supply) {
    return absl::ResourceExhaustedError(
        absl::StrCat("econ: got ", trade.units, " units to buy at supply ", trade.supply,
                     ", need at most ", curve.max_supply, " in all"));
  }
  return CostBetween(curve, trade.supply, trade.supply + trade.units);
}

absl::StatusOr<double> SellRefund(const BondingCurve& curve, const Trade& trade, uint32_t fee_bps) {
  SHADW_RETURN_IF_ERROR(PriceAt(curve, trade.supply).status());
  SHADW_RETURN_IF_ERROR(CheckAmount("units", trade.units));
  if (fee_bps > base::kBasisPoints) {
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got a fee of ", fee_bps, " bps, need at most 10000"));
  }
  if (trade.units > trade.supply) {
    return absl::OutOfRangeError(absl::StrCat(
        "econ: got ", trade.units, " units to sell, need at most ", trade.supply, ", the supply"));
  }
  SHADW_ASSIGN_OR_RETURN(const double gross,
                         CostBetween(curve, trade.supply - trade.units, trade.supply));
  return gross * (static_cast<double>(base::kBasisPoints - fee_bps) / base::kBasisPoints);
}

}  // namespace shadw::econ
