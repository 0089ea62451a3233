// SPDX-License-Identifier: Apache-2.0
//
// GF(2^8) = GF(2)[x] / (x^8 + x^4 + x^3 + x^2 + 1), the polynomial 0x11d, in which 2
// generates all 255 units. Addition is XOR. Used for matrices, and by the plain
// backend for bulk data. Not the field of AES (0x11b): `GF2P8MULB` is of no use here.
#ifndef LIBSHADW_ERASURE_GF256_H_
#define LIBSHADW_ERASURE_GF256_H_

#include <array>
#include <cstddef>
#include <cstdint>

namespace shadw::erasure::internal {

inline constexpr unsigned kFieldPolynomial = 0x11d;

using ProductRow = std::array<uint8_t, 256>;
// kProducts[a][b] = a * b, 64 KiB.
extern const std::array<ProductRow, 256> kProducts;
// kInverses[a] = 1 / a; the entry of 0 is 0 and means nothing.
extern const std::array<uint8_t, 256> kInverses;

inline uint8_t Multiply(uint8_t a, uint8_t b) { return kProducts[a][b]; }
inline uint8_t Inverse(uint8_t a) { return kInverses[a]; }

}  // namespace shadw::erasure::internal

#endif  // LIBSHADW_ERASURE_GF256_H_
