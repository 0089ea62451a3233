// SPDX-License-Identifier: Apache-2.0
#include "libshadw/telemetry/rtt_estimator.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

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

absl::Status RttEstimator::Bounds::Validate() const {
  const auto in_range = [](base::Duration time, int64_t least) {
    return time.count() >= least && time <= kMaxTimeout;
  };
  if (in_range(initial, 1) && in_range(min, 0) && in_range(max, 1) && in_range(granularity, 0) &&
      min <= max) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("telemetry: got initial ", initial.count(), ", min ", min.count(), ", max ",
                   max.count(), " and granularity ", granularity.count(),
                   " ns, need min <= max, initial and max above 0, at "
                   "most ",
                   kMaxTimeout.count()));
}

base::Duration RttEstimator::rto(const Bounds& bounds) const {
  const auto bounded = [](base::Duration time) {
    return std::clamp(time, base::Duration(0), kMaxTimeout);
  };
  const base::Duration max = bounded(bounds.max);
  base::Duration timeout = bounded(bounds.initial);
  if (has_sample()) {
    const base::Duration raw = srtt() + std::max(bounded(bounds.granularity), 4 * rttvar());
    timeout = std::max(raw, bounded(bounds.min));
  }
  for (uint64_t i = 0; i < backoffs_ && timeout < max; ++i) timeout *= 2;
  return std::min(timeout, max);
}

}  // namespace shadw::telemetry
