// SPDX-License-Identifier: Apache-2.0
#include "libshadw/capacity/window.h"

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "absl/strings/str_cat.h"

namespace shadw::capacity {
namespace {

constexpr int64_t kNanosPerSecond = 1'000'000'000;
constexpr int64_t kDayNanos = kWindowSeconds * kNanosPerSecond;

// Nanoseconds of [from, from + a window, but not after to) that fall into the day. Wide:
// days and times come from anywhere.
double SecondsIn(int64_t day, __int128 from, __int128 to) {
  const __int128 start = static_cast<__int128>(day) * kDayNanos;
  const __int128 begin = std::max(from, start);
  const __int128 end = std::min({to, from + kDayNanos, start + kDayNanos});
  if (end <= begin) return 0;
  return static_cast<double>(static_cast<int64_t>(end - begin)) / kNanosPerSecond;
}

}  // namespace

int64_t CapacityWindow::DayOf(base::Time time) {
  const int64_t nanos = base::ToUnixNanos(time);
  return nanos / kDayNanos - (nanos % kDayNanos < 0 ? 1 : 0);
}

double CapacityWindow::Share(int64_t day, base::Time from, base::Time to) const {
  return capacity_ * SecondsIn(day, base::ToUnixNanos(from), base::ToUnixNanos(to));
}

absl::Status CapacityWindow::Report(base::Time time, double capacity) {
  if (!(capacity >= 0 && capacity <= kMaxReport)) {
    return absl::InvalidArgumentError(
        absl::StrCat("capacity: got a report of ", capacity, ", need 0 to ", kMaxReport));
  }
  if (last_ && time < *last_) {
    return absl::FailedPreconditionError(
        absl::StrCat("capacity: got a report of ", base::ToUnixNanos(time),
                     " ns, need one not before the last, ", base::ToUnixNanos(*last_)));
  }
  if (last_) {
    const int64_t old_day = DayOf(*last_);
    const int64_t day = DayOf(time);
    const double same = before_[1] + Share(old_day, *last_, time);
    const double next = Share(old_day + 1, *last_, time);
    if (day == old_day) {
      before_[1] = same;
    } else {
      before_[0] = day == old_day + 1 ? same : day == old_day + 2 ? next : 0;
      before_[1] = day == old_day + 1 ? next : 0;
    }
  }
  last_ = time;
  capacity_ = capacity;
  return absl::OkStatus();
}

std::optional<double> CapacityWindow::ValueAt(base::Time time) const {
  if (!last_ || time < *last_) return std::nullopt;
  const __int128 age = static_cast<__int128>(base::ToUnixNanos(time)) - base::ToUnixNanos(*last_);
  if (age >= kDayNanos) return std::nullopt;
  return capacity_;
}

absl::StatusOr<double> CapacityWindow::MeanOfDay(int64_t day) const {
  if (!last_) return 0.0;
  const int64_t last_day = DayOf(*last_);
  if (day < last_day - 1) {
    return absl::NotFoundError(
        absl::StrCat("capacity: got day ", day, ", need one from ", last_day - 1, " on"));
  }
  double sum = Share(day, *last_, base::Time::max());
  if (day == last_day - 1) sum += before_[0];
  if (day == last_day) sum += before_[1];
  return sum / kWindowSeconds;
}

absl::StatusOr<double> DailyCapacity(std::span<const base::Time> times,
                                     std::span<const double> capacities, int64_t day) {
  if (times.size() != capacities.size()) {
    return absl::InvalidArgumentError(absl::StrCat("capacity: got ", capacities.size(),
                                                   " capacities, need ", times.size(),
                                                   ", as many as times"));
  }
  CapacityWindow window;
  double mean = 0;
  bool settled = false;
  for (size_t i = 0; i < times.size(); ++i) {
    // A report of a later day ends the day; the one before it is remembered no further.
    if (!settled && CapacityWindow::DayOf(times[i]) > day + 1) {
      mean = window.MeanOfDay(day).value_or(0);
      settled = true;
    }
    if (const absl::Status status = window.Report(times[i], capacities[i]); !status.ok()) {
      return absl::Status(status.code(), absl::StrCat(status.message(), " (report ", i, ")"));
    }
  }
  return settled ? mean : window.MeanOfDay(day).value_or(0);
}

}  // namespace shadw::capacity
