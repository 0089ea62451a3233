// SPDX-License-Identifier: Apache-2.0
#include "libshadw/erasure/gf256.h"

#include <gtest/gtest.h>

namespace shadw::erasure::internal {
namespace {

// Multiplication as the definition has it: polynomials, then the remainder.
uint8_t MultiplyByHand(unsigned a, unsigned b) {
  unsigned product = 0;
  for (int bit = 0; bit < 8; ++bit) {
    if (b >> bit & 1) product ^= a << bit;
  }
  for (int bit = 14; bit >= 8; --bit) {
    if (product >> bit & 1) product ^= kFieldPolynomial << (bit - 8);
  }
  return static_cast<uint8_t>(product);
}

TEST(Gf256, EveryProductIsThatOfThePolynomials) {
  for (unsigned a = 0; a < 256; ++a) {
    for (unsigned b = 0; b < 256; ++b) ASSERT_EQ(kProducts[a][b], MultiplyByHand(a, b));
  }
}

TEST(Gf256, EveryUnitTimesItsInverseIsOne) {
  for (unsigned a = 1; a < 256; ++a) {
    const auto unit = static_cast<uint8_t>(a);
    ASSERT_EQ(Multiply(unit, Inverse(unit)), 1) << a;
  }
}

TEST(Gf256, ThePolynomialIsNotThatOfAes) {
  EXPECT_EQ(Multiply(0x80, 2), 0x1d);
  EXPECT_EQ(Inverse(2), 0x8e);
}

}  // namespace
}  // namespace shadw::erasure::internal
