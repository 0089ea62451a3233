// SPDX-License-Identifier: Apache-2.0
//
// Capacity is reported daily. A report counts for 86,400 s from the instant it was made,
// or until the next one; what a day is worth is the mean over all its seconds, those
// without a report at 0.
//
//   CapacityWindow window;
//   SHADW_RETURN_IF_ERROR(window.Report(now, 100));
//   window.ValueAt(now + std::chrono::hours(23));        // 100
//   window.ValueAt(now + std::chrono::hours(24));        // nothing: expired
//   window.MeanOfDay(CapacityWindow::DayOf(now));
//
// Days are those of UTC, counted from 1970. The window remembers what it needs for the day
// of the last report and the two days around it, however many reports there are.
//   Source   catalogue S64; Decentralized Datacenter White Paper
#ifndef LIBSHADW_CAPACITY_WINDOW_H_
#define LIBSHADW_CAPACITY_WINDOW_H_

#include <cstdint>
#include <optional>
#include <span>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/base/time.h"

namespace shadw::capacity {

inline constexpr int64_t kWindowSeconds = 86'400;
inline constexpr double kMaxReport = 1e300;  // so that a day's sum is a number

class CapacityWindow {
 public:
  static int64_t DayOf(base::Time time);

  //   Errors   kInvalidArgument     a capacity that is negative or over kMaxReport
  //            kFailedPrecondition  a time before the last report's
  absl::Status Report(base::Time time, double capacity);

  // The last report, while it counts; nothing before it, as that is forgotten.
  std::optional<double> ValueAt(base::Time time) const;

  // The time-weighted mean of a day, as if nothing more were reported.
  //   Range    [0, the largest report]
  //   Units    those of the reports
  //   Errors   kNotFound  a day before the one before the last report's: forgotten
  //   Paper    "solving for C in an 86400 second variable for reporting capacity daily"
  //   Defect   whether the window slides or is a day of the calendar is left open, and so is
  //            what a day without reports is worth
  //   Modes    one reading  days of UTC; seconds without a report count as 0
  //   Source   catalogue S64; Decentralized Datacenter White Paper
  absl::StatusOr<double> MeanOfDay(int64_t day) const;

 private:
  // Capacity times seconds that fall into `day` from a report in [from, to).
  double Share(int64_t day, base::Time from, base::Time to) const;

  std::optional<base::Time> last_;
  double capacity_ = 0;
  double before_[2] = {0, 0};  // settled: of the day before the last report's, and of that day
};

// The mean of `day` from all reports at once.
//   Shapes   times and capacities  of one length, times in order
//   Errors   kInvalidArgument, kFailedPrecondition  as Report, naming the report
//   Modes    as CapacityWindow::MeanOfDay
//   Source   catalogue S64
absl::StatusOr<double> DailyCapacity(std::span<const base::Time> times,
                                     std::span<const double> capacities, int64_t day);

}  // namespace shadw::capacity

#endif  // LIBSHADW_CAPACITY_WINDOW_H_
