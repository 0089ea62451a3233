// SPDX-License-Identifier: Apache-2.0
//
// Logarithms and powers of two made of integers, so that every CPU and every compiler
// agrees to the last bit where a mathematical library would not (catalogue R9).
//
//   NegativeLog2(h)           // -log2 of the uniform number that a hash h stands for
//   Exp2Fraction(uint64_t{1} << 56)   // 2^0.5 with 63 fraction bits
//
// A hash h stands for u = (h + 1) / 2^64, uniform in (0, 1]; so -log2(u) is
// exponentially distributed with mean 1 / ln 2.
//   Source   digit by digit logarithm by squaring: Knuth, TAOCP vol. 1, 1.2.2, ex. 25
#ifndef LIBSHADW_BASE_LOG2_H_
#define LIBSHADW_BASE_LOG2_H_

#include <bit>
#include <cstdint>

namespace shadw::base {

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

// 2^(fraction / 2^57) with 63 fraction bits; of `fraction` the low 57 bits count.
//   Range    2^63 to 2^64 - 1
//   Promise  true value - 128 < result <= true value
constexpr uint64_t Exp2Fraction(uint64_t fraction) {
  uint64_t result = uint64_t{1} << 63;
  Uint128 root = Uint128{1} << 127;  // 2^(2^-i), 126 fraction bits
  for (int bit = kLogFractionBits - 1; bit >= 0; --bit) {
    // The square root of a number in [1, 2], digit by digit, to 63 fraction bits.
    uint64_t next = 0;
    for (int digit = 63; digit >= 0; --digit) {
      const uint64_t candidate = next | uint64_t{1} << digit;
      if (static_cast<Uint128>(candidate) * candidate <= root) next = candidate;
    }
    root = static_cast<Uint128>(next) << 63;
    if (fraction >> bit & 1) {
      result = static_cast<uint64_t>(static_cast<Uint128>(result) * next >> 63);
    }
  }
  return result;
}

}  // namespace shadw::base

#endif  // LIBSHADW_BASE_LOG2_H_
