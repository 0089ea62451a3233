// SPDX-License-Identifier: Apache-2.0
#include "libshadw/reputation/statistics.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"

namespace shadw::reputation {
namespace {

constexpr double kLeastSpread = 1e-8;
constexpr double kHighestQuantile = 0.99;

}  // namespace

double Mean(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

double SampleVariance(std::span<const double> values) {
  if (values.size() < 2) return 1;
  const double mean = Mean(values);
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return sum / static_cast<double>(values.size() - 1);
}

double WeightedSum(std::span<const double> values, std::span<const double> weights) {
  double sum = 0;
  for (size_t i = 0; i < values.size(); ++i) sum += values[i] * weights[i];
  return sum;
}

void FindOutliers(std::span<const double> values, std::span<uint8_t> keep) {
  const double mean = Mean(values);
  const double bound = kOutlierVariances * SampleVariance(values);
  for (size_t i = 0; i < values.size(); ++i) {
    const double square = (values[i] - mean) * (values[i] - mean);
    // Where all are alike nothing lies out.
    keep[i] = square < bound || square == 0 ? 1 : 0;
  }
}

void FindWeightedOutliers(std::span<const double> values, std::span<const double> weights,
                          std::span<uint8_t> keep) {
  const double largest = weights.empty() ? 0 : *std::ranges::max_element(weights);
  const auto weight = [&](size_t i) { return weights[i] > 0 ? weights[i] / largest : 0; };
  double all = 0;
  double sum = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    all += weight(i);
    sum += weight(i) * values[i];
  }
  const double mean = all > 0 ? sum / all : 0;
  double squares = 0;
  double freedom = 0;  // n - 1 where all n weights are 1
  for (size_t i = 0; i < values.size(); ++i) {
    squares += weight(i) * (values[i] - mean) * (values[i] - mean);
    freedom += weight(i) * (all - weight(i)) / all;
  }
  const double bound = kOutlierVariances * (freedom > 0 ? squares / freedom : 1);
  for (size_t i = 0; i < values.size(); ++i) {
    const double square = (values[i] - mean) * (values[i] - mean);
    keep[i] = weight(i) > 0 && (square < bound || square == 0) ? 1 : 0;
  }
}

absl::StatusOr<double> FilteredMean(std::span<const double> values, std::span<const double> weights,
                                    base::FormulaMode mode) {
  if (mode == base::FormulaMode::kPaperLiteral) {
    return absl::UnimplementedError(
        "reputation: got the paper's mode, need corrected or reference: the paper has no formula");
  }
  if (values.empty() || values.size() != weights.size()) {
    return absl::InvalidArgumentError(absl::StrCat("reputation: got ", values.size(),
                                                   " values and ", weights.size(),
                                                   " weights, need as many, at least one"));
  }
  double all = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    if (!(weights[i] >= 0 && weights[i] <= kMaxValue) || !(std::abs(values[i]) <= kMaxValue)) {
      return absl::InvalidArgumentError(
          absl::StrCat("reputation: got value ", values[i], " of weight ", weights[i], " in row ",
                       i, ", need neither beyond ", kMaxValue, ", and a weight of 0 or more"));
    }
    all += weights[i];
  }
  if (all == 0) return absl::InvalidArgumentError("reputation: got weights of sum 0, need more");
  std::vector<uint8_t> keep(values.size());
  if (mode == base::FormulaMode::kReference) {
    FindOutliers(values, keep);
  } else {
    FindWeightedOutliers(values, weights, keep);
  }
  double sum = 0;
  double kept = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    if (keep[i] == 0) continue;
    sum += values[i] * weights[i];
    kept += weights[i];
  }
  // Somebody of weight always stays: not all can lie further out than the mean distance.
  return sum / (mode == base::FormulaMode::kReference ? all : kept);
}

std::optional<double> MinMax(double value, double least, double greatest) {
  if (!(greatest - least >= kLeastSpread) || !std::isfinite(greatest - least) ||
      !std::isfinite(value)) {
    return std::nullopt;
  }
  return std::clamp((value - least) / (greatest - least), 0.0, 1.0);
}

std::optional<double> Quantile(std::span<const double> values, double q) {
  if (values.empty() || !(q >= 0 && q <= kHighestQuantile)) return std::nullopt;
  if (std::ranges::any_of(values, [](double value) { return std::isnan(value); })) {
    return std::nullopt;
  }
  std::vector<double> sorted(values.begin(), values.end());
  const auto at =
      sorted.begin() + static_cast<std::ptrdiff_t>(q * static_cast<double>(sorted.size()));
  std::ranges::nth_element(sorted, at);
  return *at;
}

}  // namespace shadw::reputation
