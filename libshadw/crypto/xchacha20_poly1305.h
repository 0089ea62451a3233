// SPDX-License-Identifier: Apache-2.0
//
// XChaCha20-Poly1305: sealing short things (headers, records, capabilities) under nonces
// long enough to be random.
//
//   auto nonce = crypto::SystemRandom().Array<24>();
//   crypto::XChaCha20Poly1305Seal(key.bytes(), nonce, associated_data, plaintext, out);
//   if (!crypto::XChaCha20Poly1305Open(key.bytes(), nonce, associated_data, out, back)) return;
//
// Limits: does not commit to its key: one ciphertext can open under two; commit beside it.
// Bulk data is three times faster under `aes_gcm.h`.
//   Source   RFC 8439; draft-irtf-cfrg-xchacha-03
#ifndef LIBSHADW_CRYPTO_XCHACHA20_POLY1305_H_
#define LIBSHADW_CRYPTO_XCHACHA20_POLY1305_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "libshadw/base/bytes.h"

namespace shadw::crypto {

inline constexpr size_t kXChaCha20Poly1305NonceBytes = 24;
inline constexpr size_t kXChaCha20Poly1305TagBytes = 16;

// Encrypts and authenticates `plaintext`, authenticates `associated_data`.
//   Shapes   out  plaintext.size() + 16 bytes: ciphertext, then tag; it may start where
//                 plaintext starts and may not overlap it otherwise
//   Promise  thread-safe
void XChaCha20Poly1305Seal(std::span<const uint8_t, 32> key, std::span<const uint8_t, 24> nonce,
                           base::ByteSpan associated_data, base::ByteSpan plaintext,
                           base::MutableByteSpan out);

// Undoes Seal; false where anything differs from what was sealed.
//   Shapes   sealed  ciphertext, then tag; under 16 bytes it is refused
//            out     sealed.size() - 16 bytes, may start where sealed starts
//   Secrets  on failure `out` is wiped
[[nodiscard]] bool XChaCha20Poly1305Open(std::span<const uint8_t, 32> key,
                                         std::span<const uint8_t, 24> nonce,
                                         base::ByteSpan associated_data, base::ByteSpan sealed,
                                         base::MutableByteSpan out);

}  // namespace shadw::crypto

#endif  // LIBSHADW_CRYPTO_XCHACHA20_POLY1305_H_
