// SPDX-License-Identifier: Apache-2.0
#include "libshadw/net/driver_clock.h"

#include <algorithm>
#include <chrono>

namespace shadw::net {

DriverClock::Reading DriverClock::Read() {
  return Read(std::chrono::system_clock::now(),
              std::chrono::steady_clock::now().time_since_epoch());
}

DriverClock::Reading DriverClock::Read(base::Time wall, base::Duration steady) {
  Reading reading{.now = wall};
  if (last_) {
    const base::Duration passed = std::max(steady - last_->steady, base::Duration::zero());
    reading.leapt_ahead = wall - last_->wall - passed >= kClockStep;
    const base::Time steady_now = last_->now + passed;
    const bool set_back = wall <= steady_now - kClockStep;
    reading.now = std::max(wall, set_back ? steady_now : last_->now + passed / 2);
  }
  last_ = {.now = reading.now, .wall = wall, .steady = steady};
  return reading;
}

}  // namespace shadw::net
