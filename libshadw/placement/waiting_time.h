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
//   WaitingTime a{.h = hash_a, .log = NegativeLog2(hash_a), .weight = 3};
//   if (a.Before(b)) …
//
// Precision. NegativeLog2 exceeds the true value by less than 2 units of 2^-57. A node
// whose weight is a share q of the sum rings at about q when it wins, so the error
// shifts its share by less than 2^-56 / q of itself: 1e-7 for the smallest weight in a
// roster whose weights sum to 2^32.
//   Source   digit by digit logarithm by squaring: Knuth, TAOCP vol. 1, 1.2.2, ex. 25
#ifndef LIBSHADW_PLACEMENT_WAITING_TIME_H_
#define LIBSHADW_PLACEMENT_WAITING_TIME_H_

#include <bit>
#include <cstdint>

namespace shadw::placement {

inline constexpr int kLogFractionBits = 57;  // 64 = -log2(2^-64) still fits 64 bits

__extension__ using Uint128 = unsigned __int128;

// -log2((h + 1) / 2^64) with 57 fraction bits.
//   Range    0 to 2^63
//   Promise  never rises when h rises; true value <= result < true value + 2
constexpr uint64_t NegativeLog2(uint64_t h) {
  const uint64_t x = h + 1;
  if (x == 0) return 0;
  const int zeros = std::countl_zero(x);
  uint64_t mantissa = x << zeros;  // [1, 2) with 63 fraction bits
  uint64_t fraction = 0;           // of log2(mantissa)
  for (int bit = 0; bit < kLogFractionBits; ++bit) {
    const Uint128 square = static_cast<Uint128>(mantissa) * mantissa;  // [1, 4), 126 bits
    const uint64_t digit = static_cast<uint64_t>(square >> 127);
    mantissa = static_cast<uint64_t>(square >> (63 + digit));
    fraction = fraction << 1 | digit;
  }
  return (static_cast<uint64_t>(zeros + 1) << kLogFractionBits) - fraction;
}

// A lower bound on NegativeLog2(h) that costs one multiplication and is tight where
// winners are, near u = 1: -ln(u) >= 1 - u, and log2(e) > 23/16.
constexpr uint64_t NegativeLog2LowerBound(uint64_t h) { return (~h >> 11) * 23; }

struct WaitingTime {
  uint64_t h;
  uint64_t log;  // NegativeLog2(h)
  uint32_t weight;

  // Exact. Of equal quotients the larger hash is earlier.
  constexpr bool Before(const WaitingTime& other) const {
    const Uint128 mine = static_cast<Uint128>(log) * other.weight;
    const Uint128 theirs = static_cast<Uint128>(other.log) * weight;
    return mine != theirs ? mine < theirs : h > other.h;
  }
};

}  // namespace shadw::placement

#endif  // LIBSHADW_PLACEMENT_WAITING_TIME_H_
