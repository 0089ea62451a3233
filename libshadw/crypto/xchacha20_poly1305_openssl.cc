// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/xchacha20_poly1305_openssl.h"

#include <sodium.h>

#include <algorithm>

#include "libshadw/crypto/chacha20_poly1305.h"
#include "libshadw/crypto/secret.h"
#include "libshadw/crypto/sodium_ready.h"

namespace shadw::crypto {
namespace {

// The first 16 nonce bytes derive a key, the last 8 are the end of the short nonce.
class ShortNonceKey {
 public:
  ShortNonceKey(std::span<const uint8_t, 32> key, std::span<const uint8_t, 24> long_nonce) {
    SodiumReady();
    crypto_core_hchacha20(derived.data(), long_nonce.data(), key.data(), nullptr);
    std::ranges::copy(long_nonce.subspan<16>(), nonce.begin() + 4);
  }
  ~ShortNonceKey() { Wipe(derived); }
  ShortNonceKey(const ShortNonceKey&) = delete;
  ShortNonceKey& operator=(const ShortNonceKey&) = delete;

  base::ByteArray<32> derived;
  base::ByteArray<12> nonce{};
};

}  // namespace

void OpenSslXChaCha20Poly1305Seal(std::span<const uint8_t, 32> key,
                                  std::span<const uint8_t, 24> nonce,
                                  base::ByteSpan associated_data, base::ByteSpan plaintext,
                                  base::MutableByteSpan out) {
  const ShortNonceKey inner(key, nonce);
  ChaCha20Poly1305Seal(inner.derived, inner.nonce, associated_data, plaintext, out);
}

bool OpenSslXChaCha20Poly1305Open(std::span<const uint8_t, 32> key,
                                  std::span<const uint8_t, 24> nonce,
                                  base::ByteSpan associated_data, base::ByteSpan sealed,
                                  base::MutableByteSpan out) {
  const ShortNonceKey inner(key, nonce);
  return ChaCha20Poly1305Open(inner.derived, inner.nonce, associated_data, sealed, out);
}

}  // namespace shadw::crypto
