// SPDX-License-Identifier: Apache-2.0
//
// Random quantities of an economic model, drawn millions of times, the same on every
// machine: no logarithm or exponential of a system's library takes part.
//
//   const Distribution benefit = *Distribution::LogNormal(3, 0.5);
//   benefit.mean();                                       // e^(3 + 0.125)
//   benefit.Draw(random, values);                         // fills a span
//
// A draw picks one of 1024 slices of equal probability, then a place within it; an endless
// tail is cut into 1024 slices more. Within a slice all values are equally likely, so the
// density is a staircase of steps of 1/1024, and of 2^-20 in the tails. A slice has the mean
// of the true one, and its variance, unless it would then reach below the least value. So
// all draws together have the mean and the variance of the law, to 1e-10 of each. Beyond
// kMaxLogSigma a lognormal law would not: half of its variance may lie in a tail of 2^-20.
#ifndef LIBSHADW_ECON_DISTRIBUTION_H_
#define LIBSHADW_ECON_DISTRIBUTION_H_

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "libshadw/base/random_stream.h"

namespace shadw::econ {

class Distribution {
 public:
  static constexpr size_t kMaxSamples = size_t{1} << 28;
  static constexpr double kMaxLogSigma = 1.75;
  // No value's magnitude may be above this.
  static constexpr double kMaxMagnitude = 1e100;

  //   Errors (of all)  kInvalidArgument  a parameter is not finite or out of its range

  // Always `value`.
  static absl::StatusOr<Distribution> Constant(double value);
  //   Range    low <= high
  static absl::StatusOr<Distribution> Uniform(double low, double high);
  //   Range    deviation >= 0
  static absl::StatusOr<Distribution> Normal(double mean, double deviation);
  // e^(mu + sigma z) with a standard normal z.
  //   Range    mu -100 to 100; sigma 0 to kMaxLogSigma
  static absl::StatusOr<Distribution> LogNormal(double mu, double sigma);
  //   Range    mean > 0
  static absl::StatusOr<Distribution> Exponential(double mean);
  // One of `samples`, each equally often.
  //   Range    samples  1 to kMaxSamples
  static absl::StatusOr<Distribution> Empirical(std::vector<double> samples);

  // Of the true distribution, in closed form.
  double mean() const { return mean_; }
  double variance() const { return variance_; }
  // Of what Draw gives, by its slices.
  double drawn_variance() const;
  // No value is below this; minus infinity where there is no such bound.
  double least() const { return least_; }
  // Whether every value is above 0.
  bool positive() const { return positive_; }

  //   Promise  the same stream, the same values, on every machine
  //   Cost     half a word of the stream for each value, a whole one for an empirical law
  void Draw(base::RandomStream& random, std::span<double> values) const;

 private:
  static constexpr size_t kSlices = 1024;
  struct Slice {
    double low;
    double width;
  };
  using Table = std::array<Slice, kSlices>;
  // Slice 0 and the last one are cut again where the tails are endless.
  struct Tables {
    Table all;
    Table lower;
    Table upper;
    bool has_lower = false;
    bool has_upper = false;
  };
  template <typename Law>
  static Tables MakeTables(const Law& law, double least);

  Distribution() = default;
  static absl::StatusOr<Distribution> Make(Tables tables);
  double DrawOne(uint32_t bits, base::RandomStream& random) const;

  // Shared, as copies are made and nobody changes them.
  std::shared_ptr<const Tables> tables_;
  std::shared_ptr<const std::vector<double>> samples_;
  double mean_ = 0;
  double variance_ = 0;
  double least_ = 0;
  bool positive_ = false;
};

}  // namespace shadw::econ

#endif  // LIBSHADW_ECON_DISTRIBUTION_H_
