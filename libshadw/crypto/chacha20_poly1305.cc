// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/chacha20_poly1305.h"

#include "libshadw/crypto/openssl.h"

namespace shadw::crypto {
namespace {

CipherContext Start(std::span<const uint8_t, 32> key, std::span<const uint8_t, 12> nonce,
                    int encrypt) {
  CipherContext context = NewCipherContext();
  Require(EVP_CipherInit_ex2(context.get(), ChaCha20Poly1305Cipher(), key.data(), nonce.data(),
                             encrypt, nullptr) == 1);
  return context;
}

}  // namespace

void ChaCha20Poly1305Seal(std::span<const uint8_t, 32> key, std::span<const uint8_t, 12> nonce,
                          base::ByteSpan associated_data, base::ByteSpan plaintext,
                          base::MutableByteSpan out) {
  SealStarted(Start(key, nonce, 1).get(), associated_data, plaintext, out);
}

bool ChaCha20Poly1305Open(std::span<const uint8_t, 32> key, std::span<const uint8_t, 12> nonce,
                          base::ByteSpan associated_data, base::ByteSpan sealed,
                          base::MutableByteSpan out) {
  return OpenStarted(Start(key, nonce, 0).get(), associated_data, sealed, out);
}

}  // namespace shadw::crypto
