// SPDX-License-Identifier: Apache-2.0
//
// Sizes, with overflow that is noticed. Units stand last in a name:
// `shard_bytes`, `lease_ms`.
#ifndef LIBSHADW_BASE_UNITS_H_
#define LIBSHADW_BASE_UNITS_H_

#include <concepts>
#include <cstdint>
#include <optional>

namespace shadw::base {

inline constexpr uint64_t kKiB = 1024;
inline constexpr uint64_t kMiB = 1024 * kKiB;
inline constexpr uint64_t kGiB = 1024 * kMiB;
inline constexpr uint64_t kTiB = 1024 * kGiB;

// a + b and a * b, or nothing where the type cannot hold the result.
template <std::unsigned_integral Integer>
constexpr std::optional<Integer> CheckedAdd(Integer a, Integer b) {
  Integer sum;
  if (__builtin_add_overflow(a, b, &sum)) return std::nullopt;
  return sum;
}

template <std::unsigned_integral Integer>
constexpr std::optional<Integer> CheckedMultiply(Integer a, Integer b) {
  Integer product;
  if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
  return product;
}

// ceil(a / b) without overflow; b > 0.
template <std::unsigned_integral Integer>
constexpr Integer CeilDivide(Integer a, Integer b) {
  return static_cast<Integer>(a / b + (a % b != 0));
}

}  // namespace shadw::base

#endif  // LIBSHADW_BASE_UNITS_H_
