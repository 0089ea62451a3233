// SPDX-License-Identifier: Apache-2.0
#include "libshadw/telemetry/rtt_estimator.h"

#include <algorithm>

namespace shadw::telemetry {
namespace {

constexpr uint64_t kFortyBits = (uint64_t{1} << 40) - 1;

}  // namespace

void RttEstimator::Update(base::Duration rtt) {
  const auto sample = static_cast<uint64_t>(std::clamp(rtt, base::Duration(0), kMaxRtt).count());
  const uint64_t srtt = srtt_ns_;
  const uint64_t rttvar = rttvar_ns_;
  backoffs_ = 0;
  if (!has_sample()) {
    has_sample_ = 1;
    srtt_ns_ = sample & kFortyBits;
    rttvar_ns_ = (sample / 2) & kFortyBits;
    return;
  }
  // The deviation first: it is measured from the old mean.
  const uint64_t error = sample > srtt ? sample - srtt : srtt - sample;
  rttvar_ns_ = ((3 * rttvar + error + 2) / 4) & kFortyBits;
  srtt_ns_ = ((7 * srtt + sample + 4) / 8) & kFortyBits;
}

base::Duration RttEstimator::rto(const Bounds& bounds) const {
  base::Duration timeout = bounds.initial;
  if (has_sample()) {
    const base::Duration raw = srtt() + std::max(bounds.granularity, 4 * rttvar());
    timeout = std::clamp(raw, bounds.min, std::max(bounds.min, bounds.max));
  }
  for (uint64_t i = 0; i < backoffs_ && timeout < bounds.max; ++i) timeout *= 2;
  return std::min(timeout, bounds.max);
}

}  // namespace shadw::telemetry
