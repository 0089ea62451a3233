// SPDX-License-Identifier: Apache-2.0
//
// Ed25519 signatures: deterministic, 32-byte public keys, 64-byte signatures.
//
//   crypto::Ed25519Signer signer(seed.bytes());
//   base::ByteArray<64> signature = signer.Sign(message);
//   bool genuine = crypto::Ed25519Verify(signer.public_key(), message, signature);
//
// Limits: verification is libsodium's strict one: it refuses S not below the group order
// (malleable signatures), public keys and R of small order, and keys that are not in
// canonical form. Implementations that follow RFC 8032 loosely accept some of these.
//   Source   RFC 8032
#ifndef LIBSHADW_CRYPTO_ED25519_H_
#define LIBSHADW_CRYPTO_ED25519_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "libshadw/base/bytes.h"
#include "libshadw/crypto/secret.h"

namespace shadw::crypto {

inline constexpr size_t kEd25519PublicKeyBytes = 32;
inline constexpr size_t kEd25519SignatureBytes = 64;

// A moved-from signer may only be assigned or destroyed.
class Ed25519Signer {
 public:
  //   Secrets  the expanded key stands in locked memory
  explicit Ed25519Signer(std::span<const uint8_t, 32> seed);

  const base::ByteArray<32>& public_key() const { return public_key_; }
  base::ByteArray<64> Sign(base::ByteSpan message) const;

 private:
  Secret secret_key_;
  base::ByteArray<32> public_key_;
};

// True when `signature` was made over `message` by the owner of `public_key`.
//   Shapes   signature  64 bytes; any other length is refused
//   Promise  thread-safe; safe on hostile input
bool Ed25519Verify(std::span<const uint8_t, 32> public_key, base::ByteSpan message,
                   base::ByteSpan signature);

}  // namespace shadw::crypto

#endif  // LIBSHADW_CRYPTO_ED25519_H_
