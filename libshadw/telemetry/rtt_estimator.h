// SPDX-License-Identifier: Apache-2.0
//
// How long a peer takes to answer, and how long to wait before it counts as silent: the
// smoothed round-trip time, its deviation, and the retransmission timeout of TCP. Sixteen
// bytes, so that a table of contacts keeps one for each.
//
//   telemetry::RttEstimator rtt;
//   rtt.Update(std::chrono::milliseconds(100));
//   rtt.srtt();                                   // 100 ms
//   rtt.rto({.min = std::chrono::milliseconds(200)});    // 300 ms
//   rtt.Backoff();                                // no answer came: the timeout doubles
//
// Limits: never feed the answer to a request that was sent twice (Karn's algorithm):
// nobody knows which of the two it answers.
//   Source   RFC 6298; catalogue S55, whose Rttd is rttvar
#ifndef LIBSHADW_TELEMETRY_RTT_ESTIMATOR_H_
#define LIBSHADW_TELEMETRY_RTT_ESTIMATOR_H_

#include <chrono>
#include <cstdint>

#include "libshadw/base/time.h"

namespace shadw::telemetry {

class RttEstimator {
 public:
  // Samples are cut off here: about nine minutes.
  static constexpr base::Duration kMaxRtt{int64_t{1} << 39};
  static constexpr uint32_t kMaxBackoffs = 16;

  // min <= initial <= max.
  struct Bounds {
    base::Duration initial = std::chrono::seconds(1);  // before the first sample
    base::Duration min = std::chrono::seconds(1);
    base::Duration max = std::chrono::seconds(60);
    base::Duration granularity = std::chrono::milliseconds(1);  // of the caller's timer
  };

  // Takes in one measured round trip, and forgets the backoff.
  //   Range    rtt  0 to kMaxRtt; others are moved to the nearer end
  //   Promise  nanoseconds, rounded to the nearest: nothing drifts
  //   Paper    logic on "Rtt, Rttd, latency overhead, among others"; no formula
  //   Defect   Rttd is not defined
  //   Modes    one reading  RFC 6298, Rttd being its rttvar
  //   Source   catalogue S55; RFC 6298, 2.2 and 2.3
  void Update(base::Duration rtt);
  // The timeout passed without an answer.
  void Backoff() {
    if (backoffs_ < kMaxBackoffs) ++backoffs_;
  }

  bool has_sample() const { return has_sample_ != 0; }
  // Both 0 before the first sample.
  base::Duration srtt() const { return base::Duration(static_cast<int64_t>(srtt_ns_)); }
  base::Duration rttvar() const { return base::Duration(static_cast<int64_t>(rttvar_ns_)); }
  // srtt + max(granularity, 4 * rttvar) within the bounds, doubled for each backoff, at
  // most `max`.
  //   Source   RFC 6298, 2.4 and 5.5
  base::Duration rto(const Bounds& bounds) const;

 private:
  uint64_t srtt_ns_ : 40 = 0;
  uint64_t backoffs_ : 8 = 0;
  uint64_t has_sample_ : 1 = 0;
  uint64_t rttvar_ns_ : 40 = 0;
};
static_assert(sizeof(RttEstimator) == 16);

}  // namespace shadw::telemetry

#endif  // LIBSHADW_TELEMETRY_RTT_ESTIMATOR_H_
