// SPDX-License-Identifier: Apache-2.0
//
// ChaCha20-Poly1305 with the short nonce of RFC 8439, for protocols that count messages
// (Noise, TLS). What is stored is sealed by `xchacha20_poly1305.h`, whose nonces are long
// enough to be random.
//
//   crypto::NonceCounter nonces;
//   crypto::ChaCha20Poly1305Seal(key.bytes(), *nonces.Next(), {}, plaintext, out);
//   if (!crypto::ChaCha20Poly1305Open(key.bytes(), nonce, {}, sealed, plaintext)) return;
//
// Limits: a nonce used twice under one key destroys it. Does not commit to its key. One
// message has at most 2^38 - 64 bytes.
//   Source   RFC 8439
#ifndef LIBSHADW_CRYPTO_CHACHA20_POLY1305_H_
#define LIBSHADW_CRYPTO_CHACHA20_POLY1305_H_

#include <cstdint>
#include <span>

#include "libshadw/base/bytes.h"

namespace shadw::crypto {

// Encrypts and authenticates `plaintext`, authenticates `associated_data`.
//   Shapes   out  plaintext.size() + 16 bytes: ciphertext, then tag; it may start where
//                 plaintext starts and may not overlap it otherwise
//   Promise  thread-safe
void ChaCha20Poly1305Seal(std::span<const uint8_t, 32> key, std::span<const uint8_t, 12> nonce,
                          base::ByteSpan associated_data, base::ByteSpan plaintext,
                          base::MutableByteSpan out);

// Undoes Seal; false where anything differs from what was sealed.
//   Shapes   sealed  ciphertext, then tag; under 16 bytes it is refused
//            out     sealed.size() - 16 bytes, may start where sealed starts
//   Secrets  on failure `out` is wiped
[[nodiscard]] bool ChaCha20Poly1305Open(std::span<const uint8_t, 32> key,
                                        std::span<const uint8_t, 12> nonce,
                                        base::ByteSpan associated_data, base::ByteSpan sealed,
                                        base::MutableByteSpan out);

}  // namespace shadw::crypto

#endif  // LIBSHADW_CRYPTO_CHACHA20_POLY1305_H_
