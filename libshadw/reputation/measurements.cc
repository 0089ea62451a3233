// SPDX-License-Identifier: Apache-2.0
#include "libshadw/reputation/measurements.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"

namespace shadw::reputation {
namespace {

struct Bounds {
  const char* name;
  double least;
  double most;
};

constexpr double kMostBandwidth = 6'250'000'000.0 / 1000;  // 50 Gbit/s in bytes a millisecond
constexpr double kLargest = 1e18;
constexpr std::array<Bounds, kMetrics> kBounds = {{
    {"latency_ms", 0, 19'999.999'999'999'996},
    {"interactions", -kLargest, kLargest},
    {"inbound_bytes_per_ms", 0, kMostBandwidth},
    {"outbound_bytes_per_ms", 0, kMostBandwidth},
    {"bytes_received", 0, kLargest},
    {"bytes_sent", 0, kLargest},
    {"uptime_percent", 0, 100},
}};

std::optional<double> ToDouble(const auto& value) {
  return value ? std::optional<double>(static_cast<double>(*value)) : std::nullopt;
}

// Stays at the end of its range instead of running over it.
int64_t SaturatingAdd(int64_t a, int64_t b) {
  int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return a < 0 ? std::numeric_limits<int64_t>::min() : std::numeric_limits<int64_t>::max();
}

uint64_t SaturatingAdd(uint64_t a, uint64_t b) { return a > UINT64_MAX - b ? UINT64_MAX : a + b; }

}  // namespace

std::array<std::optional<double>, kMetrics> Measurements::Scored() const {
  return {latency_ms,     interactions, inbound_bytes_per_ms, outbound_bytes_per_ms,
          bytes_received, bytes_sent,   uptime_percent};
}

void PeerMeasurements::Sum::Add(uint64_t value) {
  sum = SaturatingAdd(sum, value);
  ++count;
}

std::optional<double> PeerMeasurements::Sum::Mean() const {
  if (count == 0) return std::nullopt;
  return static_cast<double>(sum) / static_cast<double>(count);
}

void PeerMeasurements::AddLatency(uint64_t ms) {
  if (ms > 0) latency_.Add(ms);
}

void PeerMeasurements::AddInteraction(Weight weight, bool satisfied) {
  const int64_t size = static_cast<int64_t>(weight);
  interactions_ = SaturatingAdd(interactions_.value_or(0), satisfied ? size : -size);
}

void PeerMeasurements::AddReceived(uint64_t bytes, std::optional<uint64_t> ms) {
  received_ = SaturatingAdd(received_.value_or(0), bytes);
  if (ms) inbound_.Add(bytes / std::max<uint64_t>(*ms, 1));
}

void PeerMeasurements::AddSent(uint64_t bytes, std::optional<uint64_t> ms) {
  sent_ = SaturatingAdd(sent_.value_or(0), bytes);
  if (ms) outbound_.Add(bytes / std::max<uint64_t>(*ms, 1));
}

void PeerMeasurements::AddPing(bool answered) {
  if (pings_ == UINT32_MAX) return;
  ++pings_;
  answered_ += answered ? 1 : 0;
}

Measurements PeerMeasurements::Report() const {
  Measurements report{.latency_ms = latency_.Mean(),
                      .interactions = ToDouble(interactions_),
                      .inbound_bytes_per_ms = inbound_.Mean(),
                      .outbound_bytes_per_ms = outbound_.Mean(),
                      .bytes_received = ToDouble(received_),
                      .bytes_sent = ToDouble(sent_),
                      .hops = ToDouble(hops_)};
  for (auto* const bandwidth : {&report.inbound_bytes_per_ms, &report.outbound_bytes_per_ms}) {
    if (*bandwidth) *bandwidth = std::floor(**bandwidth);
  }
  if (pings_ >= kLeastPings) report.uptime_percent = 100.0 * answered_ / pings_;
  return report;
}

absl::Status Check(const Measurements& measurements) {
  const auto scored = measurements.Scored();
  for (int i = 0; i < kMetrics; ++i) {
    if (scored[i] && !(*scored[i] >= kBounds[i].least && *scored[i] <= kBounds[i].most)) {
      return absl::InvalidArgumentError(absl::StrCat("reputation: got ", kBounds[i].name, " ",
                                                     *scored[i], ", need ", kBounds[i].least,
                                                     " to ", kBounds[i].most));
    }
  }
  if (measurements.hops && !(*measurements.hops >= 0 && *measurements.hops <= 255)) {
    return absl::InvalidArgumentError(
        absl::StrCat("reputation: got hops ", *measurements.hops, ", need 0 to 255"));
  }
  return absl::OkStatus();
}

}  // namespace shadw::reputation
