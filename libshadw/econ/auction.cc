// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/auction.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "libshadw/base/log2.h"
#include "libshadw/base/status_macros.h"

namespace shadw::econ {
namespace {

absl::Status CheckParties(std::span<const Bid> bids) {
  std::vector<uint64_t> parties(bids.size());
  std::ranges::transform(bids, parties.begin(), &Bid::party);
  std::ranges::sort(parties);
  const auto twice = std::ranges::adjacent_find(parties);
  if (twice == parties.end()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("econ: got two bids of party ", *twice, ", need at most one"));
}

// The best of the bids that `limit` lets in, at the price of the next best or the limit.
template <typename Better>
std::optional<Sale> SecondPrice(std::span<const Bid> bids, Amount limit, Better better) {
  std::optional<Bid> best;
  Amount price = limit;
  for (const Bid& bid : bids) {
    if (better(limit, bid.amount)) continue;
    const bool wins = !best || better(bid.amount, best->amount) ||
                      (bid.amount == best->amount && bid.party < best->party);
    const std::optional<Bid> loser = wins ? best : bid;
    if (wins) best = bid;
    if (loser && better(loser->amount, price)) price = loser->amount;
  }
  if (!best) return std::nullopt;
  return Sale{best->party, price};
}

absl::Status RefuseOverflow(std::string_view what) {
  return absl::ResourceExhaustedError(
      absl::StrCat("econ: got a ", std::string(what), " of over 2^64 - 1, need less"));
}

}  // namespace

absl::StatusOr<std::optional<Sale>> Vickrey(std::span<const Bid> bids, Amount reserve) {
  SHADW_RETURN_IF_ERROR(CheckParties(bids));
  return SecondPrice(bids, reserve, [](Amount a, Amount b) { return a > b; });
}

absl::StatusOr<std::optional<Sale>> Procure(std::span<const Bid> asks, Amount ceiling) {
  SHADW_RETURN_IF_ERROR(CheckParties(asks));
  return SecondPrice(asks, ceiling, [](Amount a, Amount b) { return a < b; });
}

absl::StatusOr<Amount> TieredPrice(uint64_t units, std::span<const Tier> tiers, uint64_t used) {
  if (tiers.empty() || tiers.size() > kMaxTiers) {
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got ", tiers.size(), " tiers, need 1 to ", kMaxTiers));
  }
  const uint64_t most = tiers.back().up_to;
  if (used > most || units > most - used) {
    return absl::InvalidArgumentError(absl::StrCat("econ: got ", units, " units after ", used,
                                                   ", need at most ", most, " in all"));
  }
  const uint64_t end = used + units;
  base::Uint128 sum = 0;  // 1024 products of 64 bits, of units that add up to 64: fits
  uint64_t from = 0;
  for (const Tier& tier : tiers) {
    if (tier.up_to <= from) {
      return absl::InvalidArgumentError(
          absl::StrCat("econ: got a tier up to ", tier.up_to, " after ", from, ", need more"));
    }
    const uint64_t first = std::max(from, used);
    const uint64_t last = std::min(end, tier.up_to);
    if (last > first) sum += static_cast<base::Uint128>(last - first) * tier.price;
    from = tier.up_to;
  }
  if (sum > UINT64_MAX) return RefuseOverflow("price");
  return static_cast<Amount>(sum);
}

absl::StatusOr<Amount> NextBaseFee(Amount previous, const Demand& demand,
                                   uint64_t change_denominator) {
  if (demand.target == 0 || change_denominator == 0) {
    return absl::InvalidArgumentError(absl::StrCat("econ: got a target of ", demand.target,
                                                   " and a change denominator of ",
                                                   change_denominator, ", need at least 1"));
  }
  const bool rises = demand.used > demand.target;
  const uint64_t gap =
      rises ? std::min(demand.used - demand.target, demand.target) : demand.target - demand.used;
  // gap <= target, so the change is at most `previous`.
  Amount change = *base::MultiplyDivideFloor(previous, gap, demand.target) / change_denominator;
  if (!rises) return previous - change;
  change = std::max<Amount>(change, 1);
  const auto next = base::CheckedAdd(previous, change);
  if (!next) return RefuseOverflow("base fee");
  return *next;
}

absl::StatusOr<double> UtilisationPrice(double utilisation, const UtilisationCurve& curve) {
  if (!(utilisation >= 0 && utilisation <= 1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got a utilisation of ", utilisation, ", need 0 to 1"));
  }
  for (const double parameter : {curve.base, curve.slope, curve.steep}) {
    if (std::isfinite(parameter) && parameter >= 0) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got ", parameter, " in a curve, need a finite number of at least 0"));
  }
  if (!(curve.kink > 0 && curve.kink < 1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got a kink at ", curve.kink, ", need one between 0 and 1"));
  }
  const double price = utilisation <= curve.kink
                           ? curve.base + curve.slope * (utilisation / curve.kink)
                           : curve.base + curve.slope +
                                 curve.steep * ((utilisation - curve.kink) / (1 - curve.kink));
  if (std::isfinite(price)) return price;
  return absl::InvalidArgumentError(
      absl::StrCat("econ: got a curve of ", curve.base, ", ", curve.slope, " and ", curve.steep,
                   ", need smaller ones: the price at ", utilisation, " is not finite"));
}

}  // namespace shadw::econ
