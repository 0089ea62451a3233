// SPDX-License-Identifier: Apache-2.0
//
// The time a driver tells its machine: the wall clock, made fit to time things with. It
// never runs backwards, and a step of the wall clock is told apart from time passing.
//
//   DriverClock clock;
//   Reading reading = clock.Read();
//   machine.HandleTimeout(reading.now);
//
// Model: the wall clock dates, the steady clock measures. Time is the wall clock's as long
// as that runs forward. Where it leaps ahead, because it was set or the machine slept, time
// follows and says so. Where it falls behind by less than kClockStep, time goes at half
// speed until the two meet; where it was set back by more, time stays ahead of it and goes
// on at the pace of the steady clock.
#ifndef LIBSHADW_NET_DRIVER_CLOCK_H_
#define LIBSHADW_NET_DRIVER_CLOCK_H_

#include <optional>

#include "libshadw/base/time.h"

namespace shadw::net {

inline constexpr base::Duration kClockStep = std::chrono::seconds(2);

class DriverClock {
 public:
  struct Reading {
    base::Time now;
    bool leapt_ahead = false;
  };

  // Reads both clocks of the machine.
  Reading Read();
  // The same of readings taken elsewhere.
  //   Promise  `now` is never before that of an earlier call
  Reading Read(base::Time wall, base::Duration steady);

 private:
  struct Last {
    base::Time now;
    base::Time wall;
    base::Duration steady;
  };
  std::optional<Last> last_;
};

}  // namespace shadw::net

#endif  // LIBSHADW_NET_DRIVER_CLOCK_H_
