// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/stable_quote.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libshadw/base/log2.h"

namespace shadw::econ {

absl::StatusOr<Amount> TimeWeightedRate(std::span<const RatePoint> points,
                                        const RateWindow& window) {
  if (points.empty() || points.size() > kMaxRatePoints) {
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got ", points.size(), " rates, need 1 to ", kMaxRatePoints));
  }
  const auto not_after = [](const RatePoint& a, const RatePoint& b) {
    return a.time_ns >= b.time_ns;
  };
  if (const auto bad = std::ranges::adjacent_find(points, not_after); bad != points.end()) {
    return absl::InvalidArgumentError(absl::StrCat("econ: got a rate at ", (bad + 1)->time_ns,
                                                   " ns after one at ", bad->time_ns,
                                                   " ns, need times that rise"));
  }
  int64_t start = 0;
  if (window.window_ns <= 0 || __builtin_sub_overflow(window.now_ns, window.window_ns, &start)) {
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got a window of ", window.window_ns, " ns, need 1 or more"));
  }
  if (points.front().time_ns > start) {
    return absl::FailedPreconditionError(
        absl::StrCat("econ: got rates from ", points.front().time_ns,
                     " ns on, need one that held at ", start, " ns"));
  }
  base::Uint128 sum = 0;  // under 2^64 * 2^63: the times it held add up to the window
  for (size_t i = 0; i < points.size(); ++i) {
    const int64_t next = i + 1 < points.size() ? points[i + 1].time_ns : window.now_ns;
    const int64_t from = std::max(points[i].time_ns, start);
    const int64_t to = std::min(next, window.now_ns);
    if (to > from)
      sum += static_cast<base::Uint128>(points[i].rate) * static_cast<uint64_t>(to - from);
  }
  return static_cast<Amount>(sum / static_cast<uint64_t>(window.window_ns));
}

absl::StatusOr<Quote> LockPrice(const StablePrice& price, const Validity& validity) {
  const auto& [now_ns, valid_ns] = validity;
  if (valid_ns <= 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got a quote valid for ", valid_ns, " ns, need 1 or more"));
  }
  Quote quote;
  const auto amount = base::MultiplyDivideCeil(price.stable_e6, price.rate, base::kPartsPerMillion);
  if (!amount || __builtin_add_overflow(now_ns, valid_ns, &quote.expires_ns)) {
    return absl::OutOfRangeError(absl::StrCat("econ: got ", price.stable_e6,
                                              " millionths at a rate of ", price.rate,
                                              ", need an amount and a time of 64 bits"));
  }
  quote.amount = *amount;
  return quote;
}

absl::StatusOr<Amount> Settle(const Quote& quote, int64_t now_ns) {
  if (now_ns < quote.expires_ns) return quote.amount;
  return absl::FailedPreconditionError(absl::StrCat("econ: got a quote that expired at ",
                                                    quote.expires_ns, " ns, need a new one at ",
                                                    now_ns, " ns"));
}

}  // namespace shadw::econ
