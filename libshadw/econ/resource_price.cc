// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/resource_price.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"

namespace shadw::econ {
namespace {

struct Named {
  const char* name;
  double value;
};

absl::Status CheckAll(std::initializer_list<Named> all) {
  for (const Named& one : all) {
    if (!(one.value >= 0) || std::isinf(one.value)) {
      return absl::InvalidArgumentError(
          absl::StrCat("econ: got ", one.name, " ", one.value, ", need a finite one of 0 or more"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckFinite(std::initializer_list<Named> all) {
  for (const Named& one : all) {
    if (!std::isfinite(one.value)) {
      return absl::InvalidArgumentError(
          absl::StrCat("econ: got ", one.name, " ", one.value, ", need a finite one"));
    }
  }
  return absl::OkStatus();
}

// Each factor was finite; their sum of products may not be.
absl::StatusOr<double> Finite(double price) {
  if (std::isfinite(price)) return price;
  return absl::InvalidArgumentError("econ: got arguments of no finite price, need smaller ones");
}

absl::Status CheckUsage(const ComputeUsage& usage) {
  return CheckAll({{"bit_ops", usage.bit_ops}, {"flops", usage.flops}});
}

absl::Status CheckModel(const EnergyModel& model) {
  return CheckAll({{"joules_per_bit_op", model.joules_per_bit_op},
                   {"joules_per_flop", model.joules_per_flop},
                   {"idle_watts", model.idle_watts}});
}

}  // namespace

absl::StatusOr<double> ComputePrice(const ComputeUsage& usage, const ComputeRates& rates) {
  SHADW_RETURN_IF_ERROR(CheckUsage(usage));
  SHADW_RETURN_IF_ERROR(CheckAll({{"per_bit_op", rates.per_bit_op}, {"per_flop", rates.per_flop}}));
  return Finite(rates.per_bit_op * usage.bit_ops + rates.per_flop * usage.flops);
}

absl::StatusOr<double> BitOpsPerFlop(const ComputeUsage& usage) {
  SHADW_RETURN_IF_ERROR(CheckUsage(usage));
  if (usage.flops == 0) {
    return absl::InvalidArgumentError("econ: got flops 0, need more to divide by them");
  }
  return Finite(usage.bit_ops / usage.flops);
}

absl::StatusOr<double> EnergyKwh(const ComputeUsage& usage, const EnergyModel& model,
                                 double seconds) {
  SHADW_RETURN_IF_ERROR(CheckUsage(usage));
  SHADW_RETURN_IF_ERROR(CheckModel(model));
  SHADW_RETURN_IF_ERROR(CheckAll({{"seconds", seconds}}));
  const double joules = usage.bit_ops * model.joules_per_bit_op +
                        usage.flops * model.joules_per_flop + model.idle_watts * seconds;
  return Finite(joules / kJoulesPerKwh);
}

absl::StatusOr<double> EnergyPrice(const ComputeUsage& usage, const EnergyModel& model,
                                   double seconds, double tariff_per_kwh) {
  SHADW_RETURN_IF_ERROR(CheckAll({{"tariff_per_kwh", tariff_per_kwh}}));
  SHADW_ASSIGN_OR_RETURN(const double kwh, EnergyKwh(usage, model, seconds));
  return Finite(kwh * tariff_per_kwh);
}

absl::StatusOr<ComputeRates> CoefficientsOf(const EnergyModel& model, double tariff_per_kwh) {
  SHADW_RETURN_IF_ERROR(CheckModel(model));
  SHADW_RETURN_IF_ERROR(CheckAll({{"tariff_per_kwh", tariff_per_kwh}}));
  const double per_joule = tariff_per_kwh / kJoulesPerKwh;
  ComputeRates rates;
  SHADW_ASSIGN_OR_RETURN(rates.per_bit_op, Finite(model.joules_per_bit_op * per_joule));
  SHADW_ASSIGN_OR_RETURN(rates.per_flop, Finite(model.joules_per_flop * per_joule));
  return rates;
}

absl::StatusOr<double> BandwidthPrice(const NetUsage& usage, const NetRates& rates,
                                      const NetTargets& targets, FormulaMode mode) {
  SHADW_RETURN_IF_ERROR(CheckAll({{"megabytes", usage.megabytes},
                                  {"seconds", usage.seconds},
                                  {"latency_ms", usage.latency_ms},
                                  {"ping_ms", usage.ping_ms},
                                  {"target_latency_ms", targets.latency_ms},
                                  {"target_ping_ms", targets.ping_ms}}));
  const std::initializer_list<Named> all_rates = {{"per_megabyte", rates.per_megabyte},
                                                  {"per_second", rates.per_second},
                                                  {"per_latency_ms", rates.per_latency_ms},
                                                  {"per_ping_ms", rates.per_ping_ms}};
  const double volume = rates.per_megabyte * usage.megabytes + rates.per_second * usage.seconds;
  switch (mode) {
    case FormulaMode::kCorrected: {
      SHADW_RETURN_IF_ERROR(CheckAll(all_rates));
      const double late = std::max(0.0, usage.latency_ms - targets.latency_ms);
      const double slow = std::max(0.0, usage.ping_ms - targets.ping_ms);
      // Whatever is deducted: what is not finite minus that might be no number, and that 0.
      SHADW_RETURN_IF_ERROR(Finite(volume).status());
      return Finite(std::max(0.0, volume - rates.per_latency_ms * late - rates.per_ping_ms * slow));
    }
    case FormulaMode::kPaperLiteral:
      SHADW_RETURN_IF_ERROR(CheckFinite(all_rates));
      return Finite(volume + rates.per_latency_ms * usage.latency_ms +
                    rates.per_ping_ms * usage.ping_ms);
    case FormulaMode::kReference:
      break;
  }
  return absl::UnimplementedError(
      "econ: got mode reference, need corrected or literal: no program has this formula");
}

absl::StatusOr<double> LinearPrice(double start, std::span<const double> rates,
                                   std::span<const double> usage) {
  if (rates.size() != usage.size() || rates.size() > kMaxLinearTerms) {
    return absl::InvalidArgumentError(absl::StrCat("econ: got ", rates.size(), " rates for ",
                                                   usage.size(), " usages, need as many, at most ",
                                                   kMaxLinearTerms));
  }
  SHADW_RETURN_IF_ERROR(CheckAll({{"start", start}}));
  double price = start;
  for (size_t i = 0; i < rates.size(); ++i) {
    SHADW_RETURN_IF_ERROR(CheckAll({{"rate", rates[i]}, {"usage", usage[i]}}));
    price += rates[i] * usage[i];
  }
  return Finite(price);
}

}  // namespace shadw::econ
