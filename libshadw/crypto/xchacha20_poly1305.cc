// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/xchacha20_poly1305.h"

#include <sodium.h>

#include "libshadw/crypto/invariant.h"
#include "libshadw/crypto/secret.h"
#include "libshadw/crypto/sodium_ready.h"

namespace shadw::crypto {

void XChaCha20Poly1305Seal(std::span<const uint8_t, 32> key, std::span<const uint8_t, 24> nonce,
                           base::ByteSpan associated_data, base::ByteSpan plaintext,
                           base::MutableByteSpan out) {
  Require(out.size() == plaintext.size() + kXChaCha20Poly1305TagBytes);
  SodiumReady();
  Require(crypto_aead_xchacha20poly1305_ietf_encrypt(
              out.data(), nullptr, plaintext.data(), plaintext.size(), associated_data.data(),
              associated_data.size(), nullptr, nonce.data(), key.data()) == 0);
}

bool XChaCha20Poly1305Open(std::span<const uint8_t, 32> key, std::span<const uint8_t, 24> nonce,
                           base::ByteSpan associated_data, base::ByteSpan sealed,
                           base::MutableByteSpan out) {
  if (sealed.size() < kXChaCha20Poly1305TagBytes) {
    Wipe(out);
    return false;
  }
  Require(out.size() == sealed.size() - kXChaCha20Poly1305TagBytes);
  SodiumReady();
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          out.data(), nullptr, nullptr, sealed.data(), sealed.size(), associated_data.data(),
          associated_data.size(), nonce.data(), key.data()) == 0) {
    return true;
  }
  Wipe(out);
  return false;
}

}  // namespace shadw::crypto
