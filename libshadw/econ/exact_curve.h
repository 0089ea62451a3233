// SPDX-License-Identifier: Apache-2.0
//
// A bonding curve that moves money: whole base units, no rounding but the last, and
// nothing to be gained by trading in pieces.
//
//   auto curve = ExactCurve::Create({.points = {1e9, 2e9, 4e9, 8e9 base units}, .max_supply =
//   1000}); curve->BuyCost({.supply = 0, .units = 500});    // 1'015'625'000'000
//   curve->SellRefund({.supply = 500, .units = 500}, /*fee_bps=*/200);
//
// The curve holds V(s) = floor(max_supply * integral of the price from 0 to s / max_supply),
// computed in whole numbers of some 320 bits. A purchase costs V(after) - V(before), and a
// sale pays the same less its fee. So costs add up whatever the steps, the whole way there
// and back costs nothing but fees, and who rounds each trade by itself runs a money pump:
// at {1, 2, 4, 8} and 1000 units, 1000 purchases of one would cost 3271, one sale pay 3750.
#ifndef LIBSHADW_ECON_EXACT_CURVE_H_
#define LIBSHADW_ECON_EXACT_CURVE_H_

#include <array>
#include <cstdint>

#include "absl/status/statusor.h"
#include "libshadw/base/amount.h"
#include "libshadw/base/formula_mode.h"
#include "libshadw/econ/wide.h"

namespace shadw::econ {

using base::Amount;
using base::FormulaMode;

// Units that are bought from, or sold back at, a supply.
struct ExactTrade {
  uint64_t supply = 0;
  uint64_t units = 0;
};

struct SellThreshold {
  Amount min_price = 0;  // no unit is sold where the next one would pay less
  uint64_t max_units = 0;
};

struct SalePlan {
  uint64_t units = 0;
  uint64_t supply_after = 0;
  Amount refund = 0;  // before fees
  Amount price_after = 0;
  friend bool operator==(const SalePlan&, const SalePlan&) = default;
};

class ExactCurve {
 public:
  struct Options {
    std::array<Amount, 4> points = {};  // price of a unit
    uint64_t max_supply = 0;
    FormulaMode mode = FormulaMode::kCorrected;
  };

  //   Errors   kInvalidArgument  max_supply is 0
  //            kOutOfRange       all units together cost 2^64 or more
  //            kUnimplemented    mode kReference
  //   Modes    as BezierPrice
  static absl::StatusOr<ExactCurve> Create(const Options& options);

  // floor(price of the next unit).
  //   Range    [min P, max P] (corrected)
  //   Monotone in  supply, where the points increase
  //   Units    base units for a unit
  //   Errors   kOutOfRange  supply > max_supply
  //   Modes    as BezierPrice
  //   Source   catalogue S3 (fixed point), S4
  absl::StatusOr<Amount> PriceAt(uint64_t supply) const;

  // What `units` more cost, from `supply` on: V(supply + units) - V(supply).
  //   Range    [0, V(max_supply)]
  //   Monotone in  units
  //   Units    base units
  //   Errors   as PriceAt; kResourceExhausted  supply + units > max_supply
  //   Promise  BuyCost(a, n) + BuyCost(a + n, m) == BuyCost(a, n + m)
  //   Modes    as BezierPrice
  //   Source   catalogue S5, R1
  absl::StatusOr<Amount> BuyCost(const ExactTrade& trade) const;

  // What selling pays, less a fee of `fee_bps`, rounded up.
  //   Range    [0, BuyCost of the same units]
  //   Monotone in  units
  //   Units    base units; fee in basis points, at most 10 000
  //   Errors   as PriceAt; kInvalidArgument  fee_bps; kOutOfRange  units > supply
  //   Promise  refund + fee == BuyCost of the same units
  //   Modes    as BezierPrice
  //   Source   catalogue S6, R1
  absl::StatusOr<Amount> SellRefund(const ExactTrade& trade, uint32_t fee_bps) const;

  // The largest supply whose price is at most `price`: one, since there is no spread.
  //   Range    [0, max_supply]
  //   Monotone in  price
  //   Units    units
  //   Errors   kNotFound       price lies under the first or over the last point
  //            kUnimplemented  the points decrease somewhere (or mode kPaperLiteral)
  //   Modes    as BezierPosition
  //   Source   catalogue S6
  absl::StatusOr<uint64_t> PositionForPrice(Amount price) const;

  // As many units as can be sold from `supply` on while the price before each sale and
  // after the last is at least the threshold's.
  //   Monotone in  max_units; falls in min_price
  //   Errors   as PositionForPrice without kNotFound; as PriceAt
  //   Modes    as BezierPosition
  //   Source   catalogue S6
  absl::StatusOr<SalePlan> PlanSale(uint64_t supply, const SellThreshold& threshold) const;

  uint64_t max_supply() const { return max_supply_; }

 private:
  explicit ExactCurve(const Options& options);

  absl::Status CheckSupply(uint64_t supply) const;
  absl::Status CheckIncreasing() const;
  Amount Reserve(uint64_t supply) const;  // V
  // Whether the exact price at `supply` is at least, or above, `price`.
  bool Reaches(uint64_t supply, Amount price) const;
  bool Exceeds(uint64_t supply, Amount price) const;
  Wide<5> PriceTimesCube(uint64_t supply) const;

  uint64_t max_supply_;
  bool increasing_;
  // What stands before the powers of s and of max_supply - s, and below the fraction.
  std::array<Wide<2>, 4> price_terms_;
  std::array<Wide<2>, 4> reserve_terms_;
  Wide<3> cube_;
  Wide<4> reserve_divisor_;
};

}  // namespace shadw::econ

#endif  // LIBSHADW_ECON_EXACT_CURVE_H_
