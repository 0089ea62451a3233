// SPDX-License-Identifier: Apache-2.0
#include "libshadw/erasure/gf256.h"

#include <utility>

namespace shadw::erasure::internal {
namespace {

// a * x: a shift, and the polynomial where the shift left the field.
constexpr uint8_t TimesX(uint8_t a) {
  const unsigned shifted = unsigned{a} << 1;
  return static_cast<uint8_t>(shifted & 0x100 ? shifted ^ kFieldPolynomial : shifted);
}

// a * b = a * (b with its top bit gone) + a * x^top: the row fills itself by doubling.
constexpr ProductRow MakeRow(unsigned a) {
  ProductRow row{};
  uint8_t power = static_cast<uint8_t>(a);
  for (unsigned bit = 1; bit < 256; bit <<= 1) {
    for (unsigned b = 0; b < bit; ++b) row[bit + b] = row[b] ^ power;
    power = TimesX(power);
  }
  return row;
}

// One constant a row: the whole table is more than clang evaluates at once.
template <size_t a>
constexpr ProductRow kRow = MakeRow(a);

template <size_t... a>
constexpr std::array<ProductRow, 256> MakeProducts(std::index_sequence<a...>) {
  return {kRow<a>...};
}

// 2 generates the units, so the inverse of 2^e is 2^(255 - e).
constexpr std::array<uint8_t, 256> MakeInverses() {
  std::array<uint8_t, 256> powers{};
  powers[0] = 1;
  for (unsigned e = 1; e < 256; ++e) powers[e] = TimesX(powers[e - 1]);
  std::array<uint8_t, 256> inverses{};
  for (unsigned e = 0; e < 255; ++e) inverses[powers[e]] = powers[255 - e];
  return inverses;
}

}  // namespace

constinit const std::array<ProductRow, 256> kProducts =
    MakeProducts(std::make_index_sequence<256>());
constinit const std::array<uint8_t, 256> kInverses = MakeInverses();

}  // namespace shadw::erasure::internal
