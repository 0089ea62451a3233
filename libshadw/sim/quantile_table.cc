// SPDX-License-Identifier: Apache-2.0
#include "libshadw/sim/quantile_table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/log2.h"

namespace shadw::sim {
namespace {

constexpr int kSteps = 1024;
constexpr int kFractionBits = 40;              // of the values before they are scaled
constexpr uint64_t kLn2 = 0xb17217f7d1cf79ab;  // with 64 fraction bits
constexpr base::Duration kMinMean = std::chrono::microseconds(1);
constexpr base::Duration kMaxMean = std::chrono::hours(24 * 3652);

__extension__ using Int128 = __int128;

// The probability that a value exceeds quantile `step`, as the hash that stands for it.
uint64_t TailOf(int step) {
  if (step == kSteps) return (uint64_t{1} << 53) - 1;
  return static_cast<uint64_t>(kSteps - step) * (uint64_t{1} << 54) - 1;
}

// log2(value), where both have kLogFractionBits; value > 0.
int64_t Log2(uint64_t value) {
  constexpr int64_t kPoint = int64_t{64 - base::kLogFractionBits} << base::kLogFractionBits;
  // kPoint - NegativeLog2(value - 1), but the two reach beyond the range one by one.
  return static_cast<int64_t>(static_cast<uint64_t>(kPoint) - base::NegativeLog2(value - 1));
}

// 2^(exponent * 10^6 / shape_ppm) with kFractionBits.
uint64_t Power(int64_t exponent, uint32_t shape_ppm) {
  const Int128 scaled = static_cast<Int128>(exponent) * kMillion / shape_ppm;
  const auto whole = static_cast<int>(scaled >> base::kLogFractionBits);  // rounds down
  const uint64_t mantissa = base::Exp2Fraction(static_cast<uint64_t>(scaled) &
                                               ((uint64_t{1} << base::kLogFractionBits) - 1));
  const int shift = 63 - kFractionBits - whole;
  return shift > 63 ? 0 : mantissa >> shift;
}

// Values with kFractionBits, scaled so that what is drawn has this mean.
std::vector<base::Duration> Scaled(const std::vector<uint64_t>& values, base::Duration mean) {
  base::Uint128 doubled_sum = 0;  // by the trapezoid rule, which is exact here
  for (size_t i = 1; i < values.size(); ++i) {
    doubled_sum += static_cast<base::Uint128>(values[i - 1]) + values[i];
  }
  const auto value_mean = static_cast<uint64_t>(doubled_sum / (2 * (values.size() - 1)));
  std::vector<base::Duration> quantiles;
  quantiles.reserve(values.size());
  for (const uint64_t value : values) {
    const base::Uint128 nanos =
        static_cast<base::Uint128>(value) * static_cast<uint64_t>(mean.count()) / value_mean;
    quantiles.emplace_back(
        static_cast<int64_t>(std::min<base::Uint128>(nanos, static_cast<uint64_t>(INT64_MAX))));
  }
  return quantiles;
}

absl::Status CheckRange(base::Duration mean, uint32_t shape_ppm, uint32_t least, uint32_t most) {
  if (mean < kMinMean || mean > kMaxMean || shape_ppm < least || shape_ppm > most) {
    return absl::InvalidArgumentError(
        absl::StrCat("sim: got a mean of ", mean.count(), " ns and a shape of ", shape_ppm,
                     " ppm, need 1 us to 10 years and ", least, " to ", most));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<QuantileTable> QuantileTable::Create(std::vector<base::Duration> quantiles) {
  if (quantiles.size() < 2 || quantiles.size() > kMaxQuantiles) {
    return absl::InvalidArgumentError(
        absl::StrCat("sim: got ", quantiles.size(), " quantiles, need 2 to ", kMaxQuantiles));
  }
  if (quantiles.front() < base::Duration(0) || !std::ranges::is_sorted(quantiles)) {
    return absl::InvalidArgumentError("sim: got quantiles that fall, need them to rise from 0");
  }
  base::Uint128 doubled_sum = 0;
  for (size_t i = 1; i < quantiles.size(); ++i) {
    doubled_sum += static_cast<uint64_t>(quantiles[i - 1].count()) +
                   static_cast<uint64_t>(quantiles[i].count());
  }
  QuantileTable table;
  table.mean_ = base::Duration(static_cast<int64_t>(doubled_sum / (2 * (quantiles.size() - 1))));
  table.quantiles_ = std::move(quantiles);
  return table;
}

absl::StatusOr<QuantileTable> QuantileTable::Weibull(base::Duration mean, uint32_t shape_ppm) {
  if (absl::Status status = CheckRange(mean, shape_ppm, 250'000, 10'000'000); !status.ok()) {
    return status;
  }
  std::vector<uint64_t> values = {0};
  for (int step = 1; step <= kSteps; ++step) {
    const uint64_t log = base::NegativeLog2(TailOf(step));
    const auto natural = static_cast<uint64_t>(static_cast<base::Uint128>(log) * kLn2 >> 64);
    values.push_back(Power(Log2(natural), shape_ppm));
  }
  return Create(Scaled(values, mean));
}

absl::StatusOr<QuantileTable> QuantileTable::Pareto(base::Duration mean, uint32_t shape_ppm) {
  if (absl::Status status = CheckRange(mean, shape_ppm, 500'000, 100'000'000); !status.ok()) {
    return status;
  }
  std::vector<uint64_t> values;
  values.reserve(kSteps + 1);
  for (int step = 0; step <= kSteps; ++step) {
    const uint64_t log = base::NegativeLog2(TailOf(step));
    values.push_back(Power(static_cast<int64_t>(log), shape_ppm));
  }
  return Create(Scaled(values, mean));
}

base::Duration QuantileTable::Draw(Random& random) const {
  const base::Uint128 place = static_cast<base::Uint128>(random.Next()) * (quantiles_.size() - 1);
  const auto step = static_cast<size_t>(place >> 64);
  const auto width = static_cast<uint64_t>((quantiles_[step + 1] - quantiles_[step]).count());
  const auto part = static_cast<base::Uint128>(width) * static_cast<uint64_t>(place) >> 64;
  return quantiles_[step] + base::Duration(static_cast<int64_t>(part));
}

}  // namespace shadw::sim
