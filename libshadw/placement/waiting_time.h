// SPDX-License-Identifier: Apache-2.0
//
// When a node rings for a shard: an exponential clock made of integers, so that every
// CPU and every compiler agrees to the last bit (catalogue R9: no libm).
//
// A hash h stands for u = (h + 1) / 2^64, uniform in (0, 1]. Then -log2(u) / weight is
// exponentially distributed with a rate proportional to the weight, and the smallest of
// several such times belongs to each node with probability weight / sum of weights.
// Times are never divided out: two are compared by cross-multiplying, exactly.
//
//   WaitingTime a{.h = hash_a, .log = base::NegativeLog2(hash_a), .weight = 3};
//   if (a.Before(b)) …
//
// Precision. NegativeLog2 exceeds the true value by less than 2 units of 2^-57. A node
// whose weight is a share q of the sum rings at about q when it wins, so the error
// shifts its share by less than 2^-56 / q of itself: 1e-7 for the smallest weight in a
// roster whose weights sum to 2^32.
#ifndef LIBSHADW_PLACEMENT_WAITING_TIME_H_
#define LIBSHADW_PLACEMENT_WAITING_TIME_H_

#include <cstdint>

#include "libshadw/base/log2.h"

namespace shadw::placement {

// A lower bound on NegativeLog2(h) that costs one multiplication and is tight where
// winners are, near u = 1: -ln(u) >= 1 - u, and log2(e) > 23/16.
constexpr uint64_t NegativeLog2LowerBound(uint64_t h) { return (~h >> 11) * 23; }

struct WaitingTime {
  uint64_t h;
  uint64_t log;  // NegativeLog2(h)
  uint32_t weight;

  // Exact. Of equal quotients the larger hash is earlier.
  constexpr bool Before(const WaitingTime& other) const {
    const base::Uint128 mine = static_cast<base::Uint128>(log) * other.weight;
    const base::Uint128 theirs = static_cast<base::Uint128>(other.log) * weight;
    return mine != theirs ? mine < theirs : h > other.h;
  }
};

}  // namespace shadw::placement

#endif  // LIBSHADW_PLACEMENT_WAITING_TIME_H_
