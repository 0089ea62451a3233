// SPDX-License-Identifier: Apache-2.0
//
// Durations of any distribution, drawn through a table of its quantiles: between two of
// them every value is equally likely. For session lengths measured in the wild, and for
// the two families that are fitted to them.
//
//   auto measured = QuantileTable::Create({0s, 4min, 10min, 60min}).value();   // thirds
//   auto sessions = QuantileTable::Weibull(60min, 590'000).value();   // mean 60 minutes
//   sessions.Draw(random);
//
// Limits: the table ends at the quantile (n - 1/2) / n for n = 1024, where an endless tail
// is cut; `mean()` says what is left, and Weibull and Pareto are scaled so that it is the
// one asked for. For exponential times without a cut: Random::Exponential.
//   Source   churn of peer-to-peer networks: Stutzbach, Rejaie 2006 (Weibull, shape 0.34
//            to 0.59)
#ifndef LIBSHADW_SIM_QUANTILE_TABLE_H_
#define LIBSHADW_SIM_QUANTILE_TABLE_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "libshadw/base/time.h"
#include "libshadw/sim/random.h"

namespace shadw::sim {

class QuantileTable {
 public:
  static constexpr size_t kMaxQuantiles = 65'537;

  // Quantiles at equal steps of probability, the least and the greatest value included.
  //   Errors   kInvalidArgument  fewer than 2 or over kMaxQuantiles; one below zero or
  //                              below the one before
  static absl::StatusOr<QuantileTable> Create(std::vector<base::Duration> quantiles);

  // x = scale * (-ln u)^(1 / shape). Shape 1 is exponential; below it, who stayed long
  // tends to stay longer.
  //   Range    mean       1 us to 10 years
  //            shape_ppm  250'000 to 10'000'000: the shape in millionths
  //   Errors   kInvalidArgument  out of range
  static absl::StatusOr<QuantileTable> Weibull(base::Duration mean, uint32_t shape_ppm);
  // x = scale * u^(-1 / shape): heavy tails.
  //   Range    mean       1 us to 10 years
  //            shape_ppm  500'000 to 100'000'000
  //   Errors   kInvalidArgument  out of range
  static absl::StatusOr<QuantileTable> Pareto(base::Duration mean, uint32_t shape_ppm);

  base::Duration Draw(Random& random) const;
  // Of what is drawn.
  base::Duration mean() const { return mean_; }

 private:
  QuantileTable() = default;
  std::vector<base::Duration> quantiles_;
  base::Duration mean_{};
};

}  // namespace shadw::sim

#endif  // LIBSHADW_SIM_QUANTILE_TABLE_H_
