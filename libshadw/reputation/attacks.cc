// SPDX-License-Identifier: Apache-2.0
#include "libshadw/reputation/attacks.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/reputation/book.h"
#include "libshadw/reputation/measurements.h"
#include "libshadw/reputation/statistics.h"

namespace shadw::reputation {
namespace {

constexpr uint64_t kMaxPayments = 100'000'000;

absl::Status DoesNotFit(const char* what) {
  return absl::OutOfRangeError(
      absl::StrCat("reputation: got ", what, " over 2^64 base units, need fewer"));
}

absl::Status NobodyGains(const PaymentPolicy& policy) {
  return absl::FailedPreconditionError(absl::StrCat(
      "reputation: got gain_bps ", policy.gain_bps, " and caps of ", policy.cap_per_payment.units,
      " and ", policy.cap_per_window.units, " units, need more than 0 of each"));
}

uint64_t IntegerSqrt(uint64_t value) {
  auto root = static_cast<uint64_t>(std::sqrt(static_cast<double>(value)));
  while (root > 0 && root > value / root) --root;
  while (root + 1 <= value / (root + 1)) ++root;
  return root;
}

// One member after the other pays the next, in every window as often as asked.
struct Ring {
  std::vector<Party> payers;
  std::vector<Party> providers;
  std::vector<base::Amount> amounts;

  explicit Ring(const FakePayments& attack) : amounts(attack.members, attack.payment) {
    for (Party i = 0; i < attack.members; ++i) {
      payers.push_back(i);
      providers.push_back((i + 1) % attack.members);
    }
  }
  absl::Status PayOneWindow(const FakePayments& attack, uint32_t window, ReputationBook& book) {
    const base::Time now = base::Time(attack.gain.window * int64_t{window});
    for (uint32_t i = 0; i < attack.payments_per_window; ++i) {
      SHADW_RETURN_IF_ERROR(
          book.Pay(now, {.payers = payers, .providers = providers, .amounts = amounts}));
    }
    return absl::OkStatus();
  }
};

struct Worth {
  uint64_t all = 0;
  uint64_t most = 0;
};

Worth WorthOf(const ReputationBook& book) {
  Worth worth;
  for (Party party = 0; party < book.parties(); ++party) {
    worth.all += book.points(party).units;
    worth.most = std::max(worth.most, book.points(party).units);
  }
  return worth;
}

// The windows of a book, and of time itself, end.
absl::Status CheckSize(const FakePayments& attack, uint64_t windows) {
  const uint64_t most = std::min<uint64_t>(
      kMaxWindows, static_cast<uint64_t>(INT64_MAX / attack.gain.window.count()));
  const double payments = static_cast<double>(windows) * attack.members *
                          static_cast<double>(attack.payments_per_window);
  if (attack.members == 0 || windows > most || payments > kMaxPayments) {
    return absl::InvalidArgumentError(
        absl::StrCat("reputation: got ", payments, " payments of ", attack.members, " members in ",
                     windows, " windows, need 1 member or more, at most ", kMaxPayments,
                     " payments and ", most, " windows"));
  }
  return absl::OkStatus();
}

absl::Status Check(const FakePayments& attack) {
  SHADW_RETURN_IF_ERROR(attack.fee.Validate());
  SHADW_RETURN_IF_ERROR(attack.gain.Validate());
  return CheckSize(attack, attack.windows);
}

// What the payments of so many windows move and cost; the points are left out.
absl::StatusOr<FakePaymentsReport> CostOf(const FakePayments& attack, uint64_t windows) {
  SHADW_ASSIGN_OR_RETURN(const FeeSplit split, ChargePayment(attack.payment, attack.fee));
  const uint64_t payments = windows * attack.members * attack.payments_per_window;
  const auto moved = base::CheckedMultiply(split.payer_pays, payments);
  if (!moved) return DoesNotFit("payments");
  return FakePaymentsReport{
      .moved = *moved, .lost = split.dao * payments, .kept = split.rest * payments};
}

}  // namespace

absl::StatusOr<FakePaymentsReport> RunFakePayments(const FakePayments& attack) {
  SHADW_RETURN_IF_ERROR(Check(attack));
  SHADW_ASSIGN_OR_RETURN(FakePaymentsReport report, CostOf(attack, attack.windows));
  SHADW_ASSIGN_OR_RETURN(ReputationBook book, ReputationBook::Create(attack.gain, attack.members));
  Ring ring(attack);
  for (uint32_t window = 0; window < attack.windows; ++window) {
    SHADW_RETURN_IF_ERROR(ring.PayOneWindow(attack, window, book));
  }
  const Worth worth = WorthOf(book);
  report.gained = {worth.all};
  report.most_of_one = {worth.most};
  if (worth.all > 0) {
    report.tokens_per_point = static_cast<double>(report.lost) / static_cast<double>(worth.all);
  }
  return report;
}

absl::StatusOr<PenaltySlanderReport> RunPenaltySlander(const PenaltySlander& attack) {
  FakePayments buying = attack.buying;
  buying.members = attack.names;
  buying.windows = 1;
  SHADW_RETURN_IF_ERROR(Check(buying));
  SHADW_RETURN_IF_ERROR(attack.penalty.Validate());
  PenaltySlanderReport report;
  // The least that brings the victim to 0.
  const auto needed = base::MultiplyDivideCeil(attack.victim.units, base::kBasisPoints,
                                               attack.penalty.multiplier_bps);
  if (!needed) return DoesNotFit("points");
  SHADW_ASSIGN_OR_RETURN(ReputationBook book, ReputationBook::Create(buying.gain, buying.members));
  Ring ring(buying);
  // Each window gives as much as the first.
  if (*needed > 0) {
    SHADW_RETURN_IF_ERROR(ring.PayOneWindow(buying, 0, book));
    const uint64_t in_a_window = WorthOf(book).all;
    if (in_a_window == 0) return NobodyGains(buying.gain);
    report.windows = base::CeilDivide(*needed, in_a_window);
    SHADW_RETURN_IF_ERROR(CheckSize(buying, report.windows));
  }
  for (uint64_t window = 1; window < report.windows; ++window) {
    SHADW_RETURN_IF_ERROR(ring.PayOneWindow(buying, static_cast<uint32_t>(window), book));
  }
  SHADW_ASSIGN_OR_RETURN(const FakePaymentsReport cost, CostOf(buying, report.windows));
  report.tokens_lost = cost.lost;
  Points victim = attack.victim;
  for (Party name = 0; name < book.parties() && victim.units > 0; ++name) {
    const Points has = book.points(name);
    const Points spend{std::min(has.units, *needed - report.spent.units)};
    if (spend.units == 0) continue;
    SHADW_ASSIGN_OR_RETURN(const Penalty after, Penalize(has, victim, spend, attack.penalty));
    report.spent.units += spend.units;
    victim = after.target;
  }
  report.victim_lost.units = attack.victim.units - victim.units;
  return report;
}

absl::StatusOr<SlanderReport> RunSlander(const Slander& attack, base::FormulaMode mode) {
  constexpr uint32_t kMostReporters = 1'000'000;
  if (attack.honest > kMostReporters || attack.liars > kMostReporters ||
      attack.honest + attack.liars == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("reputation: got ", attack.honest, " honest reporters and ", attack.liars,
                     " liars, need 1 or more, at most ", kMostReporters));
  }
  std::vector<double> values(attack.honest, attack.truth);
  values.resize(attack.honest + attack.liars, attack.lie);
  std::vector<double> scores(attack.honest, attack.honest_score);
  scores.resize(values.size(), attack.liar_score);
  const bool inverted = mode == base::FormulaMode::kReference;
  SHADW_ASSIGN_OR_RETURN(const std::vector<double> weights, ReporterWeights(scores, inverted));
  SlanderReport report;
  SHADW_ASSIGN_OR_RETURN(report.mean, FilteredMean(values, weights, mode));
  for (size_t i = attack.honest; i < weights.size(); ++i) report.liar_weight += weights[i];
  std::vector<uint8_t> keep(values.size());
  if (mode == base::FormulaMode::kReference) {
    FindOutliers(values, keep);
  } else {
    FindWeightedOutliers(values, weights, keep);
  }
  report.caught = attack.liars > 0 && keep.back() == 0;
  const double reach = attack.lie - attack.truth;
  if (reach != 0) report.moved = (report.mean - attack.truth) / reach;
  return report;
}

absl::StatusOr<WhitewashReport> CostOfWhitewash(Points held, const FeePolicy& fee,
                                                const PaymentPolicy& gain) {
  SHADW_RETURN_IF_ERROR(fee.Validate());
  SHADW_RETURN_IF_ERROR(gain.Validate());
  const uint64_t in_a_window = gain.cap_per_window.units;
  if (gain.gain_bps == 0 || in_a_window == 0 || gain.cap_per_payment.units == 0) {
    return NobodyGains(gain);
  }
  WhitewashReport report{.lost = held};
  const auto trade = base::MultiplyDivideCeil(held.units, base::kBasisPoints, gain.gain_bps);
  if (!trade) return DoesNotFit("trade");
  report.trade = *trade;
  SHADW_ASSIGN_OR_RETURN(const FeeSplit split, ChargePayment(*trade, fee));
  report.fees = split.fee;
  report.windows = base::CeilDivide(held.units, in_a_window);
  return report;
}

absl::StatusOr<SybilSplitReport> SplitIntoSybils(uint64_t points, uint64_t names) {
  if (names == 0) return absl::InvalidArgumentError("reputation: got 0 names, need at least 1");
  SybilSplitReport report{.weight_of_one = IntegerSqrt(points),
                          .weight_of_many = names * IntegerSqrt(points / names)};
  if (report.weight_of_one > 0) {
    report.factor =
        static_cast<double>(report.weight_of_many) / static_cast<double>(report.weight_of_one);
  }
  return report;
}

}  // namespace shadw::reputation
