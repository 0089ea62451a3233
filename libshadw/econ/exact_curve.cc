// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/exact_curve.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"

namespace shadw::econ {
namespace {

using Wide128 = unsigned __int128;

constexpr Wide<2> ToWide(Wide128 value) {
  return {{static_cast<uint64_t>(value), static_cast<uint64_t>(value >> 64)}};
}

constexpr Wide<2> Product(uint64_t a, uint64_t b) { return Multiply(Wide<1>{{a}}, Wide<1>{{b}}); }

// a^3 x + a^2 b y + a b^2 z + b^3 w. With a + b = m < 2^64 and terms under 2^72 the sum is
// under 2^264, and the limbs beyond the fifth are 0.
Wide<5> Cubic(uint64_t a, uint64_t b, const std::array<Wide<2>, 4>& terms) {
  const Wide<2> aa = Product(a, a);
  const Wide<2> bb = Product(b, b);
  const std::array<Wide<3>, 4> powers = {Multiply(aa, Wide<1>{{a}}), Multiply(aa, Wide<1>{{b}}),
                                         Multiply(bb, Wide<1>{{a}}), Multiply(bb, Wide<1>{{b}})};
  Wide<5> sum;
  for (size_t i = 0; i < terms.size(); ++i) {
    const Wide<6> more = Add(sum, Multiply(powers[i], terms[i]));
    std::copy_n(more.limbs.begin(), sum.limbs.size(), sum.limbs.begin());
  }
  return sum;
}

}  // namespace

ExactCurve::ExactCurve(const Options& options)
    : max_supply_(options.max_supply),
      increasing_(options.mode == FormulaMode::kCorrected &&
                  std::ranges::is_sorted(options.points)) {
  // The printed sum is the curve whose inner points are a third: everything times 3 is whole.
  const bool literal = options.mode == FormulaMode::kPaperLiteral;
  const uint64_t outer = literal ? 3 : 1;
  const uint64_t inner = literal ? 1 : 3;
  const auto& p = options.points;
  price_terms_ = {ToWide(p[0]), ToWide(Wide128{p[1]} * inner), ToWide(Wide128{p[2]} * inner),
                  ToWide(p[3])};
  // Terms of the integral: running sums of the points, with the weights 4, 6, 4, 1.
  const Wide128 q1 = Wide128{p[0]} * outer;
  const Wide128 q2 = q1 + p[1];
  const Wide128 q3 = q2 + p[2];
  const Wide128 q4 = q3 + Wide128{p[3]} * outer;
  reserve_terms_ = {ToWide(q1 * 4), ToWide(q2 * 6), ToWide(q3 * 4), ToWide(q4)};
  cube_ = Multiply(Product(max_supply_, max_supply_), Wide<1>{{max_supply_}});
  reserve_divisor_ = Multiply(cube_, Wide<1>{{4 * outer}});
}

absl::StatusOr<ExactCurve> ExactCurve::Create(const Options& options) {
  if (options.max_supply == 0) {
    return absl::InvalidArgumentError("econ: got max_supply 0, need 1 or more");
  }
  if (options.mode == FormulaMode::kReference) {
    return absl::UnimplementedError(
        "econ: got mode reference, need corrected or literal: no program has this formula");
  }
  Wide128 sum = 0;
  for (const Amount point : options.points) sum += point;
  // A point fits in 64 bits, a price with them; the reserve of all units has to as well.
  const Wide<3> all = Multiply(ToWide(sum), Wide<1>{{options.max_supply}});
  if (!DivideFloor(all, Wide<1>{{4}})) {
    return absl::OutOfRangeError(absl::StrCat("econ: got prices that make ", options.max_supply,
                                              " units cost 2^64 base units or more, need less"));
  }
  return ExactCurve(options);
}

absl::Status ExactCurve::CheckSupply(uint64_t supply) const {
  if (supply <= max_supply_) return absl::OkStatus();
  return absl::OutOfRangeError(
      absl::StrCat("econ: got supply ", supply, ", need at most ", max_supply_));
}

absl::Status ExactCurve::CheckIncreasing() const {
  if (increasing_) return absl::OkStatus();
  return absl::UnimplementedError(
      "econ: got points that decrease or the literal mode, need increasing corrected ones to find "
      "the place of a price");
}

Wide<5> ExactCurve::PriceTimesCube(uint64_t supply) const {
  const uint64_t left = max_supply_ - supply;
  return Cubic(left, supply, price_terms_);
}

Amount ExactCurve::Reserve(uint64_t supply) const {
  // s * (4 Q1 r^3 + 6 Q2 r^2 s + 4 Q3 r s^2 + Q4 s^3) / (4 m^3), r = m - s; Create has seen
  // that the whole fits.
  const Wide<5> cubic = Cubic(max_supply_ - supply, supply, reserve_terms_);
  return *DivideFloor(Multiply(cubic, Wide<1>{{supply}}), reserve_divisor_);
}

bool ExactCurve::Reaches(uint64_t supply, Amount price) const {
  return Compare(PriceTimesCube(supply), Multiply(cube_, Wide<1>{{price}})) >= 0;
}

bool ExactCurve::Exceeds(uint64_t supply, Amount price) const {
  return Compare(PriceTimesCube(supply), Multiply(cube_, Wide<1>{{price}})) > 0;
}

absl::StatusOr<Amount> ExactCurve::PriceAt(uint64_t supply) const {
  SHADW_RETURN_IF_ERROR(CheckSupply(supply));
  return *DivideFloor(PriceTimesCube(supply), cube_);
}

absl::StatusOr<Amount> ExactCurve::BuyCost(const ExactTrade& trade) const {
  SHADW_RETURN_IF_ERROR(CheckSupply(trade.supply));
  if (trade.units > max_supply_ - trade.supply) {
    return absl::ResourceExhaustedError(
        absl::StrCat("econ: got ", trade.units, " units to buy at supply ", trade.supply,
                     ", need at most ", max_supply_ - trade.supply));
  }
  return Reserve(trade.supply + trade.units) - Reserve(trade.supply);
}

absl::StatusOr<Amount> ExactCurve::SellRefund(const ExactTrade& trade, uint32_t fee_bps) const {
  SHADW_RETURN_IF_ERROR(CheckSupply(trade.supply));
  if (fee_bps > base::kBasisPoints) {
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got a fee of ", fee_bps, " bps, need at most 10000"));
  }
  if (trade.units > trade.supply) {
    return absl::OutOfRangeError(absl::StrCat("econ: got ", trade.units, " units to sell, need at ",
                                              "most ", trade.supply, ", the supply"));
  }
  const Amount gross = Reserve(trade.supply) - Reserve(trade.supply - trade.units);
  return gross - *base::MultiplyDivideCeil(gross, fee_bps, base::kBasisPoints);
}

absl::StatusOr<uint64_t> ExactCurve::PositionForPrice(Amount price) const {
  SHADW_RETURN_IF_ERROR(CheckIncreasing());
  if (Exceeds(0, price) || !Reaches(max_supply_, price)) {
    return absl::NotFoundError(absl::StrCat("econ: got price ", price, ", need one from ",
                                            *PriceAt(0), " to ", *PriceAt(max_supply_)));
  }
  uint64_t low = 0;  // does not exceed the price
  uint64_t high = max_supply_;
  while (low < high) {
    const uint64_t middle = high - (high - low) / 2;
    if (Exceeds(middle, price)) {
      high = middle - 1;
    } else {
      low = middle;
    }
  }
  return low;
}

absl::StatusOr<SalePlan> ExactCurve::PlanSale(uint64_t supply,
                                              const SellThreshold& threshold) const {
  SHADW_RETURN_IF_ERROR(CheckSupply(supply));
  SHADW_RETURN_IF_ERROR(CheckIncreasing());
  uint64_t low = supply - std::min(supply, threshold.max_units);
  uint64_t high = supply;
  while (low < high) {  // the lowest supply that reaches the price, or `supply`
    const uint64_t middle = low + (high - low) / 2;
    if (Reaches(middle, threshold.min_price)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return SalePlan{.units = supply - low,
                  .supply_after = low,
                  .refund = Reserve(supply) - Reserve(low),
                  .price_after = *PriceAt(low)};
}

}  // namespace shadw::econ
