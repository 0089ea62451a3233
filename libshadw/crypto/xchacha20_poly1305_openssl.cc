// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/xchacha20_poly1305_openssl.h"

#include <sodium.h>

#include <algorithm>

#include "libshadw/crypto/invariant.h"
#include "libshadw/crypto/openssl.h"
#include "libshadw/crypto/secret.h"
#include "libshadw/crypto/sodium_ready.h"

namespace shadw::crypto {
namespace {

constexpr size_t kTagBytes = 16;

// The first 16 nonce bytes derive a key, the last 8 become the end of the short nonce.
CipherContext Start(std::span<const uint8_t, 32> key, std::span<const uint8_t, 24> nonce,
                    int encrypt) {
  SodiumReady();
  base::ByteArray<32> derived;
  crypto_core_hchacha20(derived.data(), nonce.data(), key.data(), nullptr);
  base::ByteArray<12> short_nonce{};
  std::ranges::copy(nonce.subspan<16>(), short_nonce.begin() + 4);
  CipherContext context = NewCipherContext();
  Require(EVP_CipherInit_ex2(context.get(), ChaCha20Poly1305(), derived.data(), short_nonce.data(),
                             encrypt, nullptr) == 1);
  Wipe(derived);
  return context;
}

}  // namespace

void OpenSslXChaCha20Poly1305Seal(std::span<const uint8_t, 32> key,
                                  std::span<const uint8_t, 24> nonce,
                                  base::ByteSpan associated_data, base::ByteSpan plaintext,
                                  base::MutableByteSpan out) {
  Require(out.size() == plaintext.size() + kTagBytes);
  const CipherContext context = Start(key, nonce, 1);
  Authenticate(context.get(), associated_data);
  Transform(context.get(), plaintext, out.data());
  uint8_t* const tag = out.data() + plaintext.size();
  int written = 0;
  Require(EVP_EncryptFinal_ex(context.get(), tag, &written) == 1 && written == 0);
  Require(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kTagBytes, tag) == 1);
}

bool OpenSslXChaCha20Poly1305Open(std::span<const uint8_t, 32> key,
                                  std::span<const uint8_t, 24> nonce,
                                  base::ByteSpan associated_data, base::ByteSpan sealed,
                                  base::MutableByteSpan out) {
  if (sealed.size() < kTagBytes) {
    Wipe(out);
    return false;
  }
  const base::ByteSpan ciphertext = sealed.first(sealed.size() - kTagBytes);
  Require(out.size() == ciphertext.size());
  const ErrorQueueMark mark;
  const CipherContext context = Start(key, nonce, 0);
  // OpenSSL takes the tag by a pointer to non-const and only reads it.
  auto* const tag = const_cast<uint8_t*>(sealed.data() + ciphertext.size());
  Require(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag) == 1);
  Authenticate(context.get(), associated_data);
  Transform(context.get(), ciphertext, out.data());
  uint8_t end;
  int written = 0;
  if (EVP_DecryptFinal_ex(context.get(), &end, &written) == 1) return true;
  Wipe(out);
  return false;
}

}  // namespace shadw::crypto
