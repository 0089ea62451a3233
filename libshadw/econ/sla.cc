// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/sla.h"

#include <algorithm>
#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "libshadw/base/log2.h"
#include "libshadw/base/status_macros.h"

namespace shadw::econ {
namespace {

using base::kBasisPoints;
using base::kPartsPerMillion;

constexpr double kMostPoints = 45;

bool IsPercent(double value) { return value >= 0 && value <= 100; }

double PointsOfDay(double target, const SlaBreach& day) {
  const double shortfall = std::max(target - day.uptime_percent, 0.0);
  const double tolerance = std::max(100 - target, 0.05);
  return 12 * std::log1p(shortfall / tolerance) + std::min((100 - day.response_percent) / 10, 4.0) +
         0.75 * static_cast<double>(std::min<uint64_t>(day.incidents, 4));
}

}  // namespace

absl::Status Sla::Validate() const {
  if (uptime_ppm > kPartsPerMillion) {
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got an uptime of ", uptime_ppm, " ppm, need at most 1000000"));
  }
  if (window.count() <= 0 || latency_p99.count() < 0) {
    return absl::InvalidArgumentError(absl::StrCat("econ: got a window of ", window.count(),
                                                   " ns and a latency of ", latency_p99.count(),
                                                   " ns, need more than 0 and at least 0"));
  }
  if (credits.size() > kMaxCredits) {
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got ", credits.size(), " credits, need at most ", kMaxCredits));
  }
  SlaCredit before = {kPartsPerMillion + 1, 0};
  for (const SlaCredit& credit : credits) {
    if (credit.uptime_ppm >= before.uptime_ppm || credit.credit_bps < before.credit_bps ||
        credit.credit_bps > kBasisPoints) {
      return absl::InvalidArgumentError(absl::StrCat(
          "econ: got a credit of ", credit.credit_bps, " bps below ", credit.uptime_ppm,
          " ppm, need uptimes that fall and credits that rise to at most 10000"));
    }
    before = credit;
  }
  return absl::OkStatus();
}

absl::StatusOr<base::Duration> AllowedDowntime(const Sla& sla) {
  SHADW_RETURN_IF_ERROR(sla.Validate());
  return base::Duration(static_cast<int64_t>(
      *base::MultiplyDivideFloor(static_cast<uint64_t>(sla.window.count()),
                                 kPartsPerMillion - sla.uptime_ppm, kPartsPerMillion)));
}

absl::StatusOr<SlaReport> EvaluateSla(const Sla& sla, std::span<const SlaSample> samples) {
  SHADW_RETURN_IF_ERROR(sla.Validate());
  if (samples.empty() || samples.size() > uint64_t{1} << 32) {
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got ", samples.size(), " samples, need 1 to 2^32"));
  }
  SlaReport report = {.periods = samples.size()};
  uint64_t uptime = 0;
  for (size_t i = 0; i < samples.size(); ++i) {
    const SlaSample& sample = samples[i];
    if (sample.uptime_ppm > kPartsPerMillion || sample.latency_p99.count() < 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "econ: got an uptime of ", sample.uptime_ppm, " ppm and a latency of ",
          sample.latency_p99.count(), " ns at index ", i, ", need at most 1000000 and at least 0"));
    }
    uptime += sample.uptime_ppm;
    const bool broken = sample.uptime_ppm < sla.uptime_ppm || sample.latency_p99 > sla.latency_p99;
    report.breaches += broken ? 1 : 0;
  }
  report.uptime_ppm = uptime / report.periods;
  report.compliance_ppm = (report.periods - report.breaches) * kPartsPerMillion / report.periods;
  return report;
}

absl::StatusOr<SlaPenalty> PenaltyFor(const Sla& sla, const SlaReport& report, Amount price) {
  SHADW_RETURN_IF_ERROR(sla.Validate());
  uint64_t credit_bps = 0;
  for (const SlaCredit& credit : sla.credits) {
    if (report.uptime_ppm < credit.uptime_ppm) credit_bps = credit.credit_bps;
  }
  const Amount credit = *base::MultiplyDivideCeil(price, credit_bps, kBasisPoints);
  return SlaPenalty{credit, price - credit};
}

absl::StatusOr<double> SlaPenaltyPoints(double target_percent, std::span<const SlaBreach> breaches,
                                        uint64_t days) {
  if (!IsPercent(target_percent)) {
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got a target of ", target_percent, " %, need 0 to 100"));
  }
  if (breaches.size() > days) {
    return absl::InvalidArgumentError(absl::StrCat("econ: got ", breaches.size(),
                                                   " breaches, need at most the ", days,
                                                   " days that were measured"));
  }
  if (breaches.empty()) return 0.0;
  double sum = 0;
  for (size_t i = 0; i < breaches.size(); ++i) {
    if (!IsPercent(breaches[i].uptime_percent) || !IsPercent(breaches[i].response_percent)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "econ: got ", breaches[i].uptime_percent, " % uptime and ", breaches[i].response_percent,
          " % answered at index ", i, ", need 0 to 100"));
    }
    sum += PointsOfDay(target_percent, breaches[i]);
  }
  const auto broken = static_cast<double>(breaches.size());
  const auto measured = static_cast<double>(days);
  const double points =
      0.7 * sum / broken + 18 * broken / measured * std::clamp(measured / 30, 0.2, 1.0);
  return std::clamp(points, 0.0, kMostPoints);
}

}  // namespace shadw::econ
