// SPDX-License-Identifier: Apache-2.0
//
// Whole numbers of more than 128 bits, as many as a formula of money needs before its one
// division. Sizes grow with every operation, so that nothing can overflow; a quotient
// comes back as 64 bits or not at all.
//
//   Wide<4> cube = Multiply(Multiply(Wide<1>{{m}}, Wide<1>{{m}}), Wide<2>{{m}});
//   std::optional<uint64_t> price = DivideFloor(numerator, cube);
#ifndef LIBSHADW_ECON_WIDE_H_
#define LIBSHADW_ECON_WIDE_H_

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace shadw::econ {

// Limbs of 64 bits, the lowest first.
template <size_t kLimbs>
struct Wide {
  std::array<uint64_t, kLimbs> limbs = {};
};

template <size_t kA, size_t kB>
constexpr Wide<kA + kB> Multiply(const Wide<kA>& a, const Wide<kB>& b) {
  Wide<kA + kB> product;
  for (size_t i = 0; i < kA; ++i) {
    unsigned __int128 carry = 0;
    for (size_t j = 0; j < kB; ++j) {
      carry += static_cast<unsigned __int128>(a.limbs[i]) * b.limbs[j] + product.limbs[i + j];
      product.limbs[i + j] = static_cast<uint64_t>(carry);
      carry >>= 64;
    }
    product.limbs[i + kB] = static_cast<uint64_t>(carry);
  }
  return product;
}

template <size_t kA, size_t kB>
constexpr auto Add(const Wide<kA>& a, const Wide<kB>& b) {
  Wide<std::max(kA, kB) + 1> sum;
  unsigned __int128 carry = 0;
  for (size_t i = 0; i <= std::max(kA, kB); ++i) {
    carry += i < kA ? a.limbs[i] : 0;
    carry += i < kB ? b.limbs[i] : 0;
    sum.limbs[i] = static_cast<uint64_t>(carry);
    carry >>= 64;
  }
  return sum;
}

// -1, 0 or 1 as a is less than, equal to or more than b.
template <size_t kA, size_t kB>
constexpr int Compare(const Wide<kA>& a, const Wide<kB>& b) {
  for (size_t i = std::max(kA, kB); i-- > 0;) {
    const uint64_t left = i < kA ? a.limbs[i] : 0;
    const uint64_t right = i < kB ? b.limbs[i] : 0;
    if (left != right) return left < right ? -1 : 1;
  }
  return 0;
}

// The bits of `a` from `shift` on, 64 of them.
template <size_t kA>
constexpr uint64_t BitsFrom(const Wide<kA>& a, size_t shift) {
  const size_t limb = shift / 64;
  const size_t bit = shift % 64;
  const uint64_t low = limb < kA ? a.limbs[limb] >> bit : 0;
  const uint64_t high = bit != 0 && limb + 1 < kA ? a.limbs[limb + 1] << (64 - bit) : 0;
  return low | high;
}

// floor(a / b), or nothing where b is 0 or the quotient needs more than 64 bits.
template <size_t kA, size_t kB>
constexpr std::optional<uint64_t> DivideFloor(const Wide<kA>& a, const Wide<kB>& b) {
  size_t top = kB;
  while (top > 0 && b.limbs[top - 1] == 0) --top;
  if (top == 0) return std::nullopt;
  Wide<kB + 1> too_much;
  std::copy(b.limbs.begin(), b.limbs.end(), too_much.limbs.begin() + 1);
  if (Compare(a, too_much) >= 0) return std::nullopt;
  // The 64 highest bits of b, and what of a stands above the same place: their quotient is
  // too large by two at most (Knuth, The Art of Computer Programming 2, 4.3.1, theorem B).
  const size_t bits = top * 64 - static_cast<size_t>(std::countl_zero(b.limbs[top - 1]));
  if (bits <= 64) {
    const unsigned __int128 low =
        static_cast<unsigned __int128>(kA > 1 ? a.limbs[kA > 1 ? 1 : 0] : 0) << 64 | a.limbs[0];
    return static_cast<uint64_t>(low / b.limbs[0]);
  }
  const size_t shift = bits - 64;
  const unsigned __int128 head =
      static_cast<unsigned __int128>(BitsFrom(a, shift + 64)) << 64 | BitsFrom(a, shift);
  const unsigned __int128 guess = head / BitsFrom(b, shift);
  uint64_t quotient = guess > UINT64_MAX ? UINT64_MAX : static_cast<uint64_t>(guess);
  while (Compare(Multiply(b, Wide<1>{{quotient}}), a) > 0) --quotient;
  return quotient;
}

}  // namespace shadw::econ

#endif  // LIBSHADW_ECON_WIDE_H_
