#include "libshadw/telemetry/rtt_estimator.h"
namespace shadw::telemetry {
void RttEstimator::Update(base::Duration rtt) {
  if (!has_sample()) { srtt_ = rtt; rttvar_ = rtt / 2; return; }
  const auto d = srtt_ > rtt ? srtt_ - rtt : rtt - srtt_;
  rttvar_ = (3 * rttvar_ + d) / 4; srtt_ = (7 * srtt_ + rtt) / 8;
}
}
