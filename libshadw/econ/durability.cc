// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/durability.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"

namespace shadw::econ {
namespace {

// The chance of `at_least` or more of `n` events of chance p each; q = 1 - p. Sums the
// smaller tail from its largest term down, so nothing cancels.
double BinomialTail(uint32_t n, double p, double q, uint32_t at_least) {
  if (at_least == 0) return 1;
  if (at_least > n || p <= 0) return 0;
  if (q <= 0) return 1;
  if (at_least <= n * p) return 1 - BinomialTail(n, q, p, n - at_least + 1);
  // The powers of q in equal parts between the factors above and below one: no overflow.
  const double part = std::pow(q, static_cast<double>(n - at_least) / at_least);
  double term = 1;
  for (uint32_t i = 1; i <= at_least; ++i) term *= static_cast<double>(n - i + 1) / i * p * part;
  double sum = 0;
  for (uint32_t i = at_least; i <= n && term > sum * 1e-18; ++i) {
    sum += term;
    term *= static_cast<double>(n - i) / (i + 1) * (p / q);
  }
  return std::min(sum, 1.0);
}

// The chance of `at_least` or more events of a Poisson number with this mean.
double PoissonTail(double mean, uint32_t at_least) {
  if (at_least == 0) return 1;
  if (mean <= 0) return 0;
  const bool upper = at_least > mean;
  const uint32_t from = upper ? at_least : at_least - 1;
  const double part = from == 0 ? 1 : std::exp(-mean / from);
  double term = from == 0 ? std::exp(-mean) : 1;
  for (uint32_t i = 1; i <= from; ++i) term *= mean / i * part;
  double sum = 0;
  if (upper) {
    for (uint32_t i = from; term > sum * 1e-18; ++i) {
      sum += term;
      term *= mean / (i + 1);
    }
    return std::min(sum, 1.0);
  }
  for (uint32_t i = from;; --i) {
    sum += term;
    if (i == 0) break;
    term *= i / mean;
  }
  return std::max(0.0, 1 - sum);
}

absl::Status CheckCode(const ErasureCode& code) {
  const uint64_t total = uint64_t{code.data_shards} + code.parity_shards;
  if (code.data_shards >= 1 && total <= kMaxDurableShards) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("econ: got ", code.data_shards, "+",
                                                 code.parity_shards,
                                                 " shards, need at least 1 of "
                                                 "data and at most ",
                                                 kMaxDurableShards));
}

absl::Status CheckTime(std::string_view what, double days) {
  if (days >= kMinDurabilityDays && days <= kMaxDurabilityDays) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("econ: got a ", std::string(what), " of ", days,
                                                 " days, need ", kMinDurabilityDays, " to ",
                                                 kMaxDurabilityDays));
}

absl::Status CheckProbability(double probability) {
  if (probability >= 0 && probability <= 1) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("econ: got a probability of ", probability, ", need 0 to 1"));
}

}  // namespace

absl::StatusOr<double> PeriodLoss(const ErasureCode& code, const ShardFailures& failures,
                                  LossModel model) {
  SHADW_RETURN_IF_ERROR(CheckCode(code));
  SHADW_RETURN_IF_ERROR(CheckTime("repair time", failures.repair_days));
  const double rate = failures.annual_failure_rate;
  if (!(rate >= 0 && rate <= kMaxFailureRate)) {
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got a failure rate of ", rate, " a year, need 0 to ", kMaxFailureRate));
  }
  const double exposure = rate * failures.repair_days / kDaysPerYear;
  const uint32_t total = code.data_shards + code.parity_shards;
  const uint32_t fatal = code.parity_shards + 1;
  switch (model) {
    case LossModel::kBinomial:
      return BinomialTail(total, -std::expm1(-exposure), std::exp(-exposure), fatal);
    case LossModel::kPoisson:
      return PoissonTail(total * exposure, fatal);
    case LossModel::kBinomialLinear:
      break;
  }
  if (exposure > 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got a linear failure probability of ", exposure, ", need at most 1"));
  }
  return BinomialTail(total, exposure, 1 - exposure, fatal);
}

absl::StatusOr<double> AnnualLoss(const ErasureCode& code, const ShardFailures& failures,
                                  LossModel model) {
  SHADW_RETURN_IF_ERROR(CheckTime("repair time", failures.repair_days));
  ShardFailures of_period = failures;
  of_period.repair_days = std::min(failures.repair_days, kDaysPerYear);
  SHADW_ASSIGN_OR_RETURN(const double loss, PeriodLoss(code, of_period, model));
  return std::min(1.0, loss * (kDaysPerYear / of_period.repair_days));
}

absl::StatusOr<LazyRepairResult> LazyRepair(const LazyRepairOptions& options) {
  const auto& [k, repair_at, n, node_life_days, repair_days] = options;
  if (k < 1 || repair_at < k || n < repair_at || n > kMaxDurableShards) {
    return absl::InvalidArgumentError(absl::StrCat(
        "econ: got ", k, "/", repair_at, "/", n,
        " for data, repair and total, need 1 <= data <= repair <= total <= ", kMaxDurableShards));
  }
  SHADW_RETURN_IF_ERROR(CheckTime("node life", node_life_days));
  SHADW_RETURN_IF_ERROR(CheckTime("repair time", repair_days));
  // With i shards left the expected time to loss is T_i = a_i + (1 - c_i) T_n, where c_i is
  // the chance to fall below k before a repair: a product, so that nothing cancels.
  constexpr double kSmall = 1e-200;
  double wait = 0;      // a_i
  double falls = 1;     // c_i / kSmall^rescaled
  double rescaled = 0;  // how often
  for (uint32_t i = k; i <= n; ++i) {
    const double decay = i / node_life_days;
    const double repair = i <= repair_at && i < n ? 1 / repair_days : 0;
    wait = (1 + decay * wait) / (decay + repair);
    falls *= decay / (decay + repair);
    if (falls < kSmall) {
      falls /= kSmall;
      ++rescaled;
    }
  }
  LazyRepairResult result;
  result.nines = std::log10(wait / falls / kDaysPerYear) + 200 * rescaled;
  result.mttdl_days = rescaled == 0 ? wait / falls
                                    : std::min(wait / falls * std::pow(10, 200 * rescaled),
                                               std::numeric_limits<double>::max());
  result.annual_loss = -std::expm1(-kDaysPerYear / result.mttdl_days);
  return result;
}

absl::StatusOr<double> CorrelatedLoss(const ErasureCode& code, std::span<const FailureGroup> groups,
                                      double each) {
  SHADW_RETURN_IF_ERROR(CheckCode(code));
  SHADW_RETURN_IF_ERROR(CheckProbability(each));
  const uint32_t total = code.data_shards + code.parity_shards;
  uint64_t grouped = 0;
  for (const FailureGroup& group : groups) {
    SHADW_RETURN_IF_ERROR(CheckProbability(group.probability));
    grouped += group.shards;
    if (grouped > total) {
      return absl::InvalidArgumentError(
          absl::StrCat("econ: got ", grouped, " shards in groups, need at most ", total));
    }
  }
  // chances[d]: that d of the shards looked at so far failed.
  std::vector<double> chances = {1};
  std::vector<double> next;
  const auto add = [&](uint32_t shards, double together) {
    next.assign(chances.size() + shards, 0);
    for (size_t dead = 0; dead < chances.size(); ++dead) {
      next[dead + shards] += chances[dead] * together;
    }
    for (uint32_t i = 0; i < shards; ++i) {  // one by one: binomial without its formula
      chances.push_back(0);
      for (size_t dead = chances.size() - 1; dead > 0; --dead) {
        chances[dead] = chances[dead] * (1 - each) + chances[dead - 1] * each;
      }
      chances[0] *= 1 - each;
    }
    for (size_t dead = 0; dead < next.size(); ++dead) {
      next[dead] += chances[dead] * (1 - together);
    }
    chances.swap(next);
  };
  for (const FailureGroup& group : groups) add(group.shards, group.probability);
  add(total - static_cast<uint32_t>(grouped), 0);
  double loss = 0;
  for (size_t dead = chances.size(); dead-- > code.parity_shards + size_t{1};) {
    loss += chances[dead];
  }
  return std::min(loss, 1.0);
}

}  // namespace shadw::econ
