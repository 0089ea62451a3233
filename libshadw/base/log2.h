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

#include <array>
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

// 2^(2^-1), 2^(2^-2), …, 2^(2^-57) with 63 fraction bits, each the square root of the one
// before, rounded down.
constexpr std::array<uint64_t, kLogFractionBits> MakeRootsOfTwo() {
  std::array<uint64_t, kLogFractionBits> roots{};
  Uint128 square = Uint128{1} << 127;  // 126 fraction bits
  for (uint64_t& root : roots) {
    for (int digit = 63; digit >= 0; --digit) {
      const uint64_t candidate = root | uint64_t{1} << digit;
      if (static_cast<Uint128>(candidate) * candidate <= square) root = candidate;
    }
    square = static_cast<Uint128>(root) << 63;
  }
  return roots;
}
inline constexpr std::array<uint64_t, kLogFractionBits> kRootsOfTwo = MakeRootsOfTwo();

// 2^(fraction / 2^57) with 63 fraction bits; of `fraction` the low 57 bits count.
//   Range    2^63 to 2^64 - 1
//   Promise  true value - 256 < result <= true value
constexpr uint64_t Exp2Fraction(uint64_t fraction) {
  uint64_t result = uint64_t{1} << 63;
  for (int bit = 0; bit < kLogFractionBits; ++bit) {
    if ((fraction >> (kLogFractionBits - 1 - bit) & 1) == 0) continue;
    result = static_cast<uint64_t>(static_cast<Uint128>(result) * kRootsOfTwo[bit] >> 63);
  }
  return result;
}

}  // namespace shadw::base

#endif  // LIBSHADW_BASE_LOG2_H_
