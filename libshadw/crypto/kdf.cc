// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/kdf.h"

#include <sodium.h>

#include "libshadw/crypto/invariant.h"
#include "libshadw/crypto/sodium_ready.h"

namespace shadw::crypto {

void KdfInto(std::span<const uint8_t, 32> key, std::string_view label,
             std::initializer_list<base::ByteSpan> context, std::span<uint8_t, 32> out) {
  Require(!label.empty() && label.size() <= kMaxKdfLabelBytes);
  SodiumReady();
  crypto_generichash_blake2b_state state;
  Require(crypto_generichash_blake2b_init(&state, key.data(), key.size(), out.size()) == 0);
  const auto label_bytes = static_cast<uint8_t>(label.size());
  crypto_generichash_blake2b_update(&state, &label_bytes, 1);
  crypto_generichash_blake2b_update(&state, base::AsBytes(label).data(), label.size());
  for (const base::ByteSpan part : context) {
    crypto_generichash_blake2b_update(&state, part.data(), part.size());
  }
  Require(crypto_generichash_blake2b_final(&state, out.data(), out.size()) == 0);
  sodium_memzero(&state, sizeof state);
}

SecretKey Kdf(std::span<const uint8_t, 32> key, std::string_view label,
              std::initializer_list<base::ByteSpan> context) {
  SecretKey derived = SecretKey::Zeroed();
  KdfInto(key, label, context, derived.mutable_bytes());
  return derived;
}

SecretKey Kdf(const SecretKey& key, std::string_view label,
              std::initializer_list<base::ByteSpan> context) {
  return Kdf(key.bytes(), label, context);
}

base::ByteArray<32> KdfPublic(std::span<const uint8_t, 32> key, std::string_view label,
                              std::initializer_list<base::ByteSpan> context) {
  base::ByteArray<32> derived;
  KdfInto(key, label, context, derived);
  return derived;
}

base::ByteArray<32> KdfPublic(const SecretKey& key, std::string_view label,
                              std::initializer_list<base::ByteSpan> context) {
  return KdfPublic(key.bytes(), label, context);
}

}  // namespace shadw::crypto
