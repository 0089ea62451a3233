// SPDX-License-Identifier: Apache-2.0
//
// Ed25519 keys made from one key, one for each context: who knows the public key alone
// computes the public key of every context, and only the owner can sign under it.
// Signatures are ordinary ones, for `Ed25519Verify`.
//
//   crypto::BlindedEd25519Signer signer(seed, context);
//   auto key = crypto::BlindEd25519Key(owner_public_key, context);   // anybody
//   *key == signer.public_key();                                     // true
//   crypto::Ed25519Verify(*key, message, signer.Sign(message));      // true
//
// With A = a·B the owner's key and h = BLAKE2b-512(tag ‖ A ‖ context) mod L, the key of
// the context is A' = h·A and its secret h·a mod L. The tag is "shadw/ed25519/blind/v1"
// and one zero byte. The prefix that signing nonces come from is BLAKE2b-256, keyed by the
// owner's prefix, of the tag ‖ A'.
//
// Limits: blinded keys of one owner cannot be linked by those who do not know his public
// key; those who do link them all. Whoever learns one blinded secret learns the owner's.
//   Source   Tor rend-spec-v3, appendix A ("Key blinding"); differs: BLAKE2b, and h is
//            not clamped but reduced, so that it is a scalar as any other; RFC 8032
#ifndef LIBSHADW_CRYPTO_ED25519_BLINDED_H_
#define LIBSHADW_CRYPTO_ED25519_BLINDED_H_

#include <cstdint>
#include <optional>
#include <span>

#include "libshadw/base/bytes.h"
#include "libshadw/crypto/secret.h"

namespace shadw::crypto {

// A moved-from signer may only be assigned or destroyed.
class BlindedEd25519Signer {
 public:
  //   Shapes   seed     that of an Ed25519Signer, the owner's
  //            context  any bytes; they end the hashed text
  //   Secrets  scalar and prefix stand in locked memory
  BlindedEd25519Signer(std::span<const uint8_t, 32> seed, base::ByteSpan context);

  const base::ByteArray<32>& public_key() const { return public_key_; }
  // Deterministic, as RFC 8032 signs.
  base::ByteArray<64> Sign(base::ByteSpan message) const;

 private:
  SecretKey scalar_;
  SecretKey prefix_;
  base::ByteArray<32> public_key_;
};

// The public key of the context.
//   Promise  nothing where `public_key` is no point of the main group in canonical form;
//            thread-safe, safe on hostile input
std::optional<base::ByteArray<32>> BlindEd25519Key(std::span<const uint8_t, 32> public_key,
                                                   base::ByteSpan context);

}  // namespace shadw::crypto

#endif  // LIBSHADW_CRYPTO_ED25519_BLINDED_H_
