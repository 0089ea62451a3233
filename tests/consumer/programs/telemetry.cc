// SPDX-License-Identifier: Apache-2.0
//
// Uses shadw::telemetry and nothing else: one round trip of 100 ms.
#include <cstdio>

#include "libshadw/telemetry/rtt_estimator.h"

int main() {
  shadw::telemetry::RttEstimator rtt;
  rtt.Update(std::chrono::milliseconds(100));
  if (rtt.srtt() != std::chrono::milliseconds(100)) return 1;
  std::puts("telemetry: ok");
  return 0;
}
