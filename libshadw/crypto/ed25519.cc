// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/ed25519.h"

#include <sodium.h>

#include "libshadw/crypto/invariant.h"
#include "libshadw/crypto/sodium_ready.h"

namespace shadw::crypto {

Ed25519Signer::Ed25519Signer(std::span<const uint8_t, 32> seed)
    : secret_key_(Secret::Zeroed(crypto_sign_SECRETKEYBYTES)) {
  Require(crypto_sign_seed_keypair(public_key_.data(), secret_key_.mutable_bytes().data(),
                                   seed.data()) == 0);
}

base::ByteArray<64> Ed25519Signer::Sign(base::ByteSpan message) const {
  base::ByteArray<64> signature;
  Require(crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(),
                               secret_key_.bytes().data()) == 0);
  return signature;
}

bool Ed25519Verify(std::span<const uint8_t, 32> public_key, base::ByteSpan message,
                   base::ByteSpan signature) {
  if (signature.size() != kEd25519SignatureBytes) return false;
  SodiumReady();
  return crypto_sign_verify_detached(signature.data(), message.data(), message.size(),
                                     public_key.data()) == 0;
}

}  // namespace shadw::crypto
