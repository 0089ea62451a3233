// SPDX-License-Identifier: Apache-2.0
//
// The statistics with which reports of measurements are summed up: weighted means, a
// filter for what lies far out, and scaling to [0, 1].
//
//   double latency_ms = *FilteredMean(reported_ms, weights_of_reporters);
//   std::optional<double> scaled = MinMax(latency_ms, 20, 100);
//
// Limits: of fewer than eleven values of one weight none can lie three standard deviations
// away, however far out it is: (n - 1)^2 / n is the most. With weights it is a share of less
// than about a tenth that can be left out; `attacks.h` shows what that is worth to a
// slanderer.
//   Source   catalogue B.2 "Global score"
#ifndef LIBSHADW_REPUTATION_STATISTICS_H_
#define LIBSHADW_REPUTATION_STATISTICS_H_

#include <optional>
#include <span>

#include "absl/status/statusor.h"
#include "libshadw/base/formula_mode.h"

namespace shadw::reputation {

// Squared distance from the mean, in variances, from which a value is left out.
inline constexpr double kOutlierVariances = 9;
// No value and no weight lies further from 0: squares of larger ones would not fit.
inline constexpr double kMaxValue = 1e100;

// 0 where there are no values.
double Mean(std::span<const double> values);
// The sum of squared distances from the mean over n - 1; 1 where there is one value.
double SampleVariance(std::span<const double> values);

// The sum of value * weight; weights are of sum 1.
//   Shapes   weights  as many as values
double WeightedSum(std::span<const double> values, std::span<const double> weights);

// Which values stay: those less than three standard deviations from the mean.
//   Shapes   keep  as many as values; gets 1 or 0
void FindOutliers(std::span<const double> values, std::span<uint8_t> keep);
// As FindOutliers with the weighted mean and the weighted deviation, so that a crowd without
// weight cannot make an outlier of what is true. Values of weight 0 do not stay. Where all
// weights are alike it is the same filter.
//   Shapes   weights, keep  as many as values
void FindWeightedOutliers(std::span<const double> values, std::span<const double> weights,
                          std::span<uint8_t> keep);

// The weighted mean of the values that are no outliers.
//   Range    the least to the greatest value (reference: 0 to the greatest)
//   Units    those of the values
//   Errors   kInvalidArgument  no values; columns of different lengths; a value or a weight
//                              beyond kMaxValue or that is no number; a weight below 0, with
//                              its row; weights of sum 0
//            kUnimplemented    kPaperLiteral
//   Paper    none: there is no formula
//   Defect   the authors' program looks for outliers without the weights, so that many who
//            have none outvote all who have some. It also leaves the weights as they were
//            when values are left out: their sum is below 1 and every mean with an outlier
//            comes out too small
//   Modes    kCorrected     outliers by the weighted mean and deviation, weights scaled to
//                           sum 1 over what stays
//            kPaperLiteral  refused: there is nothing to take literally
//            kReference     outliers without weights, nothing scaled
//   Source   catalogue B.2 "Global score", 4 and 5
absl::StatusOr<double> FilteredMean(std::span<const double> values, std::span<const double> weights,
                                    base::FormulaMode mode = base::FormulaMode::kCorrected);

// Where a value lies between the least and the greatest.
//   Range    0 to 1
//   Monotone in  value
//   Errors   none: nothing where the two are closer than 1e-8, or one of the three is
//            infinite or no number
//   Source   catalogue B.2 "Global score", 6
std::optional<double> MinMax(double value, double least, double greatest);

// The value at place floor(q * n) of the sorted values; nothing where there is none, or one
// of them is no number.
//   Range    q  0 to 0.99
//   Monotone in  q
//   Source   catalogue B.2 "Global score", 1
std::optional<double> Quantile(std::span<const double> values, double q);

}  // namespace shadw::reputation

#endif  // LIBSHADW_REPUTATION_STATISTICS_H_
