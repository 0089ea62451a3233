// SPDX-License-Identifier: Apache-2.0
//
// How many of n must agree so that any two agreements share an honest one, where at most
// a third are liars and messages may be late.
//
//   base::Quorum(10);      // 7: two of these share 4, one more than MaxFaulty(10)
//
//   Source   catalogue S16; Bracha, Toueg 1985. One of the papers allows "up to 50 %"
//            liars: true only where every message arrives in known time
#ifndef LIBSHADW_BASE_QUORUM_H_
#define LIBSHADW_BASE_QUORUM_H_

#include <cstdint>

namespace shadw::base {

// The most liars that n parties withstand: floor((n - 1) / 3), 0 where n is 0.
constexpr uint64_t MaxFaulty(uint64_t n) { return n == 0 ? 0 : (n - 1) / 3; }

// floor(2n / 3) + 1: more than two thirds.
//   Range    1 to n, and 1 where n is 0: of nobody there is no quorum
//   Promise  two quorums share more than MaxFaulty(n) members
constexpr uint64_t Quorum(uint64_t n) { return n - n / 3 - (n % 3 != 0 ? 1 : 0) + 1; }

// ceil(2n / 3): what one program of the papers' authors asks of a cluster that runs a
// task. Two such sets may share only liars where 3 divides n.
constexpr uint64_t TwoThirds(uint64_t n) { return n - n / 3; }

}  // namespace shadw::base

#endif  // LIBSHADW_BASE_QUORUM_H_
