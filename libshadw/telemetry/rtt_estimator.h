// SPDX-License-Identifier: Apache-2.0
#ifndef LIBSHADW_TELEMETRY_RTT_ESTIMATOR_H_
#define LIBSHADW_TELEMETRY_RTT_ESTIMATOR_H_
#include "libshadw/base/time.h"
namespace shadw::telemetry {
class RttEstimator {
 public:
  void Update(base::Duration rtt);
  bool has_sample() const { return srtt_.count() != 0; }
  base::Duration rto() const { return srtt_ + 4 * rttvar_; }
 private:
  base::Duration srtt_{}, rttvar_{};
};
}  // namespace shadw::telemetry
#endif
