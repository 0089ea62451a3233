// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/incentive.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"

namespace shadw::econ {
namespace {

constexpr uint64_t kChunk = uint64_t{1} << 16;  // draws of one stream
constexpr size_t kBlock = 512;
constexpr size_t kLanes = 8;

// Sums of what lies around a centre, in lanes so that the order of additions is fixed and
// the compiler may use vectors.
class Sums {
 public:
  explicit Sums(double centre) : centre_(centre) {}

  void Add(std::span<const double> values) {
    size_t i = 0;
    for (; i + kLanes <= values.size(); i += kLanes) {
      for (size_t lane = 0; lane < kLanes; ++lane) {
        const double distance = values[i + lane] - centre_;
        first_[lane] += distance;
        second_[lane] += distance * distance;
      }
    }
    for (; i < values.size(); ++i) {
      const double distance = values[i] - centre_;
      first_[0] += distance;
      second_[0] += distance * distance;
    }
    count_ += static_cast<double>(values.size());
  }

  double mean() const { return centre_ + Total(first_) / count_; }
  // Of the sample, with n - 1.
  double variance() const {
    const double first = Total(first_);
    return std::max(0.0, (Total(second_) - first * first / count_) / (count_ - 1));
  }

 private:
  static double Total(const std::array<double, kLanes>& lanes) {
    double total = 0;
    for (const double lane : lanes) total += lane;
    return total;
  }

  double centre_;
  double count_ = 0;
  std::array<double, kLanes> first_{};
  std::array<double, kLanes> second_{};
};

absl::Status CheckInputs(const NetInputs& inputs) {
  for (const double value : {inputs.benefit, inputs.cost, inputs.loss}) {
    if (std::isfinite(value)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got an expectation of ", value, ", need a finite number"));
  }
  if (std::isfinite(inputs.time) && inputs.time > 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("econ: got an expected time of ", inputs.time, ", need one above 0"));
}

// Each number was finite; what they make may not be.
absl::StatusOr<double> Finite(double net) {
  if (std::isfinite(net)) return net;
  return absl::InvalidArgumentError(absl::StrCat("econ: got expectations that make ", net,
                                                 ", need such as make a finite number"));
}

absl::StatusOr<SimulatedNet> Finite(const SimulatedNet& result) {
  if (std::isfinite(result.net) && std::isfinite(result.standard_error)) return result;
  return absl::InvalidArgumentError(absl::StrCat("econ: got draws that make ", result.net, " +- ",
                                                 result.standard_error,
                                                 ", need such as make finite numbers"));
}

absl::Status CheckDraws(uint64_t draws) {
  if (draws >= 2 && draws <= kMaxDraws) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("econ: got ", draws, " draws, need 2 to ", kMaxDraws));
}

// Calls take(streams of this chunk, values in it) for each chunk of draws.
template <size_t kStreams, typename Take>
void ForEachChunk(const SimulationOptions& options, Take take) {
  for (uint64_t chunk = 0; chunk * kChunk < options.draws; ++chunk) {
    const auto stream = [&](uint64_t agent) {
      return base::RandomStream(
          {.seed = options.seed, .run = options.run, .agent = agent, .step = chunk});
    };
    std::array<base::RandomStream, kStreams> streams = [&]<size_t... kAgents>(
        std::index_sequence<kAgents...>) {
      return std::array<base::RandomStream, kStreams>{stream(kAgents)...};
    }
    (std::make_index_sequence<kStreams>());
    uint64_t left = std::min(kChunk, options.draws - chunk * kChunk);
    for (; left > 0; left -= std::min<uint64_t>(left, kBlock)) {
      take(streams, std::min<uint64_t>(left, kBlock));
    }
  }
}

}  // namespace

absl::StatusOr<double> ExpectedNet(const NetInputs& inputs, CostsAre costs) {
  SHADW_RETURN_IF_ERROR(CheckInputs(inputs));
  if (costs == CostsAre::kPerTime) {
    return Finite((inputs.benefit - inputs.cost - inputs.loss) / inputs.time);
  }
  return Finite(inputs.benefit / inputs.time - (inputs.cost + inputs.loss));
}

absl::StatusOr<IncentiveVerdict> CompareIncentives(const NetInputs& malicious,
                                                   const NetInputs& honest, CostsAre costs) {
  SHADW_ASSIGN_OR_RETURN(const double by_malice, ExpectedNet(malicious, costs));
  SHADW_ASSIGN_OR_RETURN(const double by_honesty, ExpectedNet(honest, costs));
  return by_malice > by_honesty ? IncentiveVerdict::kMalicious : IncentiveVerdict::kHonest;
}

absl::StatusOr<double> BreakevenLoss(const NetInputs& malicious, double honest_net,
                                     CostsAre costs) {
  NetInputs without_loss = malicious;
  without_loss.loss = 0;
  SHADW_ASSIGN_OR_RETURN(const double gain, ExpectedNet(without_loss, costs));
  if (!std::isfinite(honest_net)) {
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got an honest net of ", honest_net, ", need a finite number"));
  }
  const double difference = gain - honest_net;
  return Finite(costs == CostsAre::kPerTime ? difference * malicious.time : difference);
}

absl::StatusOr<SimulatedNet> SimulateNet(const NetDistributions& inputs,
                                         const SimulationOptions& options) {
  SHADW_RETURN_IF_ERROR(CheckDraws(options.draws));
  if (!inputs.time.positive()) {
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got times from ", inputs.time.least(), " on, need all above 0"));
  }
  const std::array<const Distribution*, 4> laws = {&inputs.benefit, &inputs.time, &inputs.cost,
                                                   &inputs.loss};
  std::array<Sums, 4> sums = {Sums(laws[0]->mean()), Sums(laws[1]->mean()), Sums(laws[2]->mean()),
                              Sums(laws[3]->mean())};
  std::array<double, kBlock> values;
  ForEachChunk<4>(options, [&](std::array<base::RandomStream, 4>& streams, size_t count) {
    for (size_t i = 0; i < laws.size(); ++i) {
      const auto block = std::span(values).first(count);
      laws[i]->Draw(streams[i], block);
      sums[i].Add(block);
    }
  });
  const auto& [benefit, time, cost, loss] = sums;
  const auto draws = static_cast<double>(options.draws);
  const double mean_time = time.mean();
  SimulatedNet result;
  double variance;
  if (options.costs == CostsAre::kPerTime) {
    result.net = (benefit.mean() - cost.mean() - loss.mean()) / mean_time;
    variance = (benefit.variance() + cost.variance() + loss.variance() +
                result.net * result.net * time.variance()) /
               (mean_time * mean_time);
  } else {
    const double rate = benefit.mean() / mean_time;
    result.net = rate - cost.mean() - loss.mean();
    variance = (benefit.variance() + rate * rate * time.variance()) / (mean_time * mean_time) +
               cost.variance() + loss.variance();
  }
  result.standard_error = std::sqrt(variance / draws);
  return Finite(result);
}

absl::StatusOr<SimulatedNet> SimulateRatio(const Distribution& benefit, const Distribution& time,
                                           const SimulationOptions& options) {
  SHADW_RETURN_IF_ERROR(CheckDraws(options.draws));
  if (!(time.least() > 0)) {
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got times from ", time.least(), " on, need a least one above 0"));
  }
  Sums sums(benefit.mean() / time.mean());
  std::array<double, kBlock> benefits;
  std::array<double, kBlock> times;
  ForEachChunk<2>(options, [&](std::array<base::RandomStream, 2>& streams, size_t count) {
    benefit.Draw(streams[0], std::span(benefits).first(count));
    time.Draw(streams[1], std::span(times).first(count));
    for (size_t i = 0; i < count; ++i) benefits[i] /= times[i];
    sums.Add(std::span(benefits).first(count));
  });
  return Finite(
      SimulatedNet{sums.mean(), std::sqrt(sums.variance() / static_cast<double>(options.draws))});
}

}  // namespace shadw::econ
