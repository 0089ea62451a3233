// SPDX-License-Identifier: Apache-2.0
//
// Time is a parameter. Library code asks the `Clock` it was given, so a test or a
// simulation moves time by hand and every run can be repeated. The clock of the
// machine is `base/system_clock.h`; only applications include it.
//
//   base::ManualClock clock(base::FromUnixSeconds(1'700'000'000));
//   clock.Advance(std::chrono::hours(1));
#ifndef LIBSHADW_BASE_TIME_H_
#define LIBSHADW_BASE_TIME_H_

#include <chrono>
#include <cstdint>

namespace shadw::base {

using Duration = std::chrono::nanoseconds;
// Nanoseconds since 1970-01-01T00:00:00Z.
using Time = std::chrono::sys_time<Duration>;

constexpr Time FromUnixSeconds(int64_t seconds) { return Time(std::chrono::seconds(seconds)); }
constexpr Time FromUnixNanos(int64_t nanos) { return Time(Duration(nanos)); }
constexpr int64_t ToUnixNanos(Time time) { return time.time_since_epoch().count(); }
constexpr int64_t ToUnixSeconds(Time time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

class Clock {
 public:
  virtual ~Clock() = default;
  // Thread-safe.
  virtual Time Now() const = 0;
};

// Stands still until it is told to move.
class ManualClock : public Clock {
 public:
  explicit ManualClock(Time start) : now_(start) {}
  Time Now() const override { return now_; }
  void Advance(Duration by) { now_ += by; }
  void Set(Time to) { now_ = to; }

 private:
  Time now_;
};

}  // namespace shadw::base

#endif  // LIBSHADW_BASE_TIME_H_
