// SPDX-License-Identifier: Apache-2.0
//
// Money: whole base units, a thousand million to a token. It is added, split and
// multiplied by rates without ever gaining or losing one; what a division leaves over is
// somebody's, and every function that divides names whose. Overflow is seen, never wrapped.
//
//   std::optional<Amount> fee = MultiplyDivideCeil(paid, 200, kBasisPoints);     // 2 %
//
// What we pay is rounded down, what we charge is rounded up.
#ifndef LIBSHADW_BASE_AMOUNT_H_
#define LIBSHADW_BASE_AMOUNT_H_

#include <cstdint>
#include <optional>

#include "libshadw/base/units.h"

namespace shadw::base {

using Amount = uint64_t;  // base units

inline constexpr Amount kBaseUnitsPerToken = 1'000'000'000;
inline constexpr uint64_t kBasisPoints = 10'000;         // rates in bps are of this
inline constexpr uint64_t kPartsPerMillion = 1'000'000;  // rates in ppm are of this

// Who gets what a division leaves over.
enum class Remainder : uint8_t {
  kBurn,              // nobody: it leaves circulation, and is reported as burned
  kCarry,             // the next round
  kLargestRemainder,  // one unit each to those who lost most by rounding; ties: first in order
};

// a * b / c over a product of 128 bits; nothing where c is 0 or the result does not fit.
constexpr std::optional<Amount> MultiplyDivideFloor(Amount a, uint64_t b, uint64_t c) {
  if (c == 0) return std::nullopt;
  const unsigned __int128 quotient = static_cast<unsigned __int128>(a) * b / c;
  if (quotient > UINT64_MAX) return std::nullopt;
  return static_cast<Amount>(quotient);
}

constexpr std::optional<Amount> MultiplyDivideCeil(Amount a, uint64_t b, uint64_t c) {
  if (c == 0) return std::nullopt;
  const unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
  const unsigned __int128 quotient = product / c + (product % c != 0 ? 1 : 0);
  if (quotient > UINT64_MAX) return std::nullopt;
  return static_cast<Amount>(quotient);
}

}  // namespace shadw::base

#endif  // LIBSHADW_BASE_AMOUNT_H_
