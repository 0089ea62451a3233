// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/distribution.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/econ/portable_math.h"

namespace shadw::econ {
namespace {

constexpr int kSliceBits = 10;
constexpr int kPlaceBits = 32 - kSliceBits;
constexpr int kMaxSteps = 60;
constexpr double kCloseEnough = 1e-14;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// A law is a quantity x with a density, the places where the chance to be above falls to
// `tail`, and the value drawn, a function of x.
struct NormalLaw {
  double mean, deviation;
  static constexpr bool kTwoTails = true;
  double Value(double z) const { return mean + deviation * z; }
  static double Density(double z) { return NormalDensity(z); }
  // Newton's method from the place before, which is nearer to the middle.
  static double Place(double tail, double from) {
    if (tail > 0.5) return -Place(1 - tail, -from);
    double z = std::max(from, 0.0);
    for (int step = 0; step < kMaxSteps; ++step) {
      const double next = z + (NormalTail(z) - tail) / NormalDensity(z);
      if (std::fabs(next - z) < kCloseEnough) break;
      z = next;
    }
    return z;
  }
};

struct LogNormalLaw : NormalLaw {
  double Value(double z) const { return PortableExp(NormalLaw::Value(z)); }
};

struct ExponentialLaw {
  double mean;
  static constexpr bool kTwoTails = false;
  double Value(double x) const { return mean * x; }
  static double Density(double x) { return PortableExp(-x); }
  static double Place(double tail, double from) {
    double x = std::max(from, 0.0);
    for (int step = 0; step < kMaxSteps; ++step) {
      const double next = x + 1 - tail * PortableExp(x);
      if (std::fabs(next - x) < kCloseEnough) break;
      x = next;
    }
    return x;
  }
};

struct Moments {
  double weight = 0, first = 0, second = 0;
};

// Gauss-Legendre with eight points; of the value's distance to `about`.
template <typename Law>
void AddMoments(const Law& law, double from, double to, double about, Moments& moments) {
  constexpr std::array<std::pair<double, double>, 4> kPoints = {
      {{0.1834346424956498, 0.3626837833783620},
       {0.5255324099163290, 0.3137066458778873},
       {0.7966664774136267, 0.2223810344533745},
       {0.9602898564975363, 0.1012285362903763}}};
  const double half = (to - from) / 2;
  for (const auto& [place, weight] : kPoints) {
    for (const double x : {from + half - half * place, from + half + half * place}) {
      const double mass = half * weight * law.Density(x);
      const double value = law.Value(x) - about;
      moments.weight += mass;
      moments.first += mass * value;
      moments.second += mass * value * value;
    }
  }
}

absl::Status CheckFinite(std::string_view what, double value, double low, double high) {
  if (value >= low && value <= high) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("econ: got a ", std::string(what), " of ", value, ", need ", low, " to ", high));
}

}  // namespace

template <typename Law>
Distribution::Tables Distribution::MakeTables(const Law& law, double least) {
  // Where x is endless, its slice goes on to where nothing is left of it.
  constexpr double kBeyond = 40;
  const auto slice = [&](double from, double to) {
    const double about = law.Value(from == -kInfinity ? to : from);
    Moments moments;
    if (from == -kInfinity) {
      for (double x = to; x > to - kBeyond; x -= 0.25) AddMoments(law, x - 0.25, x, about, moments);
    } else if (to == kInfinity) {
      for (double x = from; x < from + kBeyond; x += 0.25) {
        AddMoments(law, x, x + 0.25, about, moments);
      }
    } else {
      AddMoments(law, from, to, about, moments);
    }
    const double offset = moments.first / moments.weight;
    const double variance = std::max(0.0, moments.second / moments.weight - offset * offset);
    const double mean = about + offset;
    const double half = std::min(std::sqrt(3 * variance), std::max(0.0, mean - least));
    return Slice{mean - half, 2 * half};
  };
  constexpr auto kCount = static_cast<double>(kSlices);
  // Slices of the probability between `above` and `above + whole` to be larger.
  const auto fill = [&](Table& table, double above, double whole, bool open_below,
                        bool open_above) {
    double place = 0;
    std::array<double, kSlices + 1> places;
    for (size_t i = 0; i <= kSlices; ++i) {
      const double tail = above + whole * (kCount - static_cast<double>(i)) / kCount;
      const bool endless = (i == 0 && open_below) || (i == kSlices && open_above);
      if (!endless) place = law.Place(tail, tail < 0.5 ? place : 0);
      places[i] = !endless ? place : i == 0 ? -kInfinity : kInfinity;
    }
    for (size_t i = 0; i < kSlices; ++i) table[i] = slice(places[i], places[i + 1]);
  };
  Tables tables;
  tables.has_lower = Law::kTwoTails;
  tables.has_upper = true;
  fill(tables.all, 0, 1, Law::kTwoTails, true);
  fill(tables.upper, 0, 1 / kCount, false, true);
  if (Law::kTwoTails) fill(tables.lower, 1 - 1 / kCount, 1 / kCount, true, false);
  return tables;
}

absl::StatusOr<Distribution> Distribution::Make(Tables tables) {
  Distribution distribution;
  distribution.tables_ = std::make_shared<const Tables>(tables);
  return distribution;
}

absl::StatusOr<Distribution> Distribution::Constant(double value) { return Uniform(value, value); }

absl::StatusOr<Distribution> Distribution::Uniform(double low, double high) {
  SHADW_RETURN_IF_ERROR(CheckFinite("lower end", low, -kMaxMagnitude, kMaxMagnitude));
  SHADW_RETURN_IF_ERROR(CheckFinite("upper end", high, low, kMaxMagnitude));
  Tables tables;
  const double width = (high - low) / static_cast<double>(kSlices);
  for (size_t i = 0; i < kSlices; ++i) {
    tables.all[i] = {low + width * static_cast<double>(i), width};
  }
  auto distribution = Make(tables);
  distribution->mean_ = low + (high - low) / 2;
  distribution->variance_ = (high - low) * (high - low) / 12;
  distribution->least_ = low;
  distribution->positive_ = low > 0;
  return distribution;
}

absl::StatusOr<Distribution> Distribution::Normal(double mean, double deviation) {
  SHADW_RETURN_IF_ERROR(CheckFinite("mean", mean, -kMaxMagnitude, kMaxMagnitude));
  SHADW_RETURN_IF_ERROR(CheckFinite("deviation", deviation, 0, kMaxMagnitude));
  auto distribution = Make(MakeTables(NormalLaw{mean, deviation}, -kInfinity));
  distribution->mean_ = mean;
  distribution->variance_ = deviation * deviation;
  distribution->least_ = deviation == 0 ? mean : -kInfinity;
  distribution->positive_ = distribution->least_ > 0;
  return distribution;
}

absl::StatusOr<Distribution> Distribution::LogNormal(double mu, double sigma) {
  SHADW_RETURN_IF_ERROR(CheckFinite("mu", mu, -100, 100));
  SHADW_RETURN_IF_ERROR(CheckFinite("sigma", sigma, 0, kMaxLogSigma));
  auto distribution = Make(MakeTables(LogNormalLaw{{mu, sigma}}, 0));
  distribution->mean_ = PortableExp(mu + sigma * sigma / 2);
  distribution->variance_ = distribution->mean_ * distribution->mean_ * std::expm1(sigma * sigma);
  distribution->least_ = sigma == 0 ? distribution->mean_ : 0;
  distribution->positive_ = true;
  return distribution;
}

absl::StatusOr<Distribution> Distribution::Exponential(double mean) {
  SHADW_RETURN_IF_ERROR(
      CheckFinite("mean", mean, std::numeric_limits<double>::min(), kMaxMagnitude));
  auto distribution = Make(MakeTables(ExponentialLaw{mean}, 0));
  distribution->mean_ = mean;
  distribution->variance_ = mean * mean;
  distribution->positive_ = true;
  return distribution;
}

absl::StatusOr<Distribution> Distribution::Empirical(std::vector<double> samples) {
  if (samples.empty() || samples.size() > kMaxSamples) {
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got ", samples.size(), " samples, need 1 to ", kMaxSamples));
  }
  Distribution distribution;
  distribution.least_ = kInfinity;
  const auto count = static_cast<double>(samples.size());
  for (const double sample : samples) {
    SHADW_RETURN_IF_ERROR(CheckFinite("sample", sample, -kMaxMagnitude, kMaxMagnitude));
    distribution.mean_ += sample / count;
    distribution.least_ = std::min(distribution.least_, sample);
  }
  for (const double sample : samples) {
    const double distance = sample - distribution.mean_;
    distribution.variance_ += distance * distance / count;
  }
  distribution.positive_ = distribution.least_ > 0;
  distribution.samples_ = std::make_shared<const std::vector<double>>(std::move(samples));
  return distribution;
}

double Distribution::drawn_variance() const {
  if (samples_ != nullptr) return variance_;
  double variance = 0;
  const auto add = [&](const Slice& slice, double chance) {
    const double distance = slice.low + slice.width / 2 - mean_;
    variance += chance * (distance * distance + slice.width * slice.width / 12);
  };
  constexpr double kChance = 1.0 / kSlices;
  for (size_t i = 0; i < kSlices; ++i) {
    const bool cut = (i == 0 && tables_->has_lower) || (i == kSlices - 1 && tables_->has_upper);
    if (!cut) add(tables_->all[i], kChance);
    if (tables_->has_lower) add(tables_->lower[i], kChance * kChance);
    if (tables_->has_upper) add(tables_->upper[i], kChance * kChance);
  }
  return variance;
}

double Distribution::DrawOne(uint32_t bits, base::RandomStream& random) const {
  const Table* table = &tables_->all;
  const uint32_t slice = bits >> kPlaceBits;
  if (slice == kSlices - 1 && tables_->has_upper) [[unlikely]] {
    table = &tables_->upper;
    bits = static_cast<uint32_t>(random.Next());
  } else if (slice == 0 && tables_->has_lower) [[unlikely]] {
    table = &tables_->lower;
    bits = static_cast<uint32_t>(random.Next());
  }
  constexpr uint32_t kPlaces = uint32_t{1} << kPlaceBits;
  const Slice& chosen = (*table)[bits >> kPlaceBits];
  const double place =
      (static_cast<double>(static_cast<int32_t>(bits & (kPlaces - 1))) + 0.5) * (1.0 / kPlaces);
  return chosen.low + chosen.width * place;
}

void Distribution::Draw(base::RandomStream& random, std::span<double> values) const {
  if (samples_ != nullptr) {
    for (double& value : values) value = (*samples_)[random.Uniform(samples_->size())];
    return;
  }
  size_t i = 0;
  for (; i + 1 < values.size(); i += 2) {
    const uint64_t bits = random.Next();
    values[i] = DrawOne(static_cast<uint32_t>(bits), random);
    values[i + 1] = DrawOne(static_cast<uint32_t>(bits >> 32), random);
  }
  if (i < values.size()) values[i] = DrawOne(static_cast<uint32_t>(random.Next()), random);
}

}  // namespace shadw::econ
