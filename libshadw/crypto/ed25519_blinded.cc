// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/ed25519_blinded.h"

#include <sodium.h>

#include <algorithm>
#include <string_view>

#include "libshadw/crypto/blake2b.h"
#include "libshadw/crypto/invariant.h"
#include "libshadw/crypto/sodium_ready.h"

namespace shadw::crypto {
namespace {

constexpr std::string_view kTag{"shadw/ed25519/blind/v1\0", 23};
constexpr size_t kWideBytes = 64;
static_assert(crypto_core_ed25519_NONREDUCEDSCALARBYTES == kWideBytes);
static_assert(crypto_hash_sha512_BYTES == kWideBytes);

// Zero with a probability of 2^-252; the group operations then refuse it.
base::ByteArray<32> BlindingFactor(std::span<const uint8_t, 32> public_key,
                                   base::ByteSpan context) {
  base::ByteArray<kWideBytes> wide;
  Blake2b hash = Blake2b::Create({}, wide.size()).value();
  hash.Update(base::AsBytes(kTag));
  hash.Update(public_key);
  hash.Update(context);
  hash.Final(wide);
  base::ByteArray<32> factor;
  crypto_core_ed25519_scalar_reduce(factor.data(), wide.data());
  return factor;
}

// SHA-512 of the parts as a scalar.
void HashToScalar(std::initializer_list<base::ByteSpan> parts, std::span<uint8_t, 32> scalar) {
  crypto_hash_sha512_state state;
  base::ByteArray<kWideBytes> wide;
  crypto_hash_sha512_init(&state);
  for (const base::ByteSpan part : parts) {
    crypto_hash_sha512_update(&state, part.data(), part.size());
  }
  crypto_hash_sha512_final(&state, wide.data());
  crypto_core_ed25519_scalar_reduce(scalar.data(), wide.data());
  Wipe(wide);
  sodium_memzero(&state, sizeof state);
}

}  // namespace

BlindedEd25519Signer::BlindedEd25519Signer(std::span<const uint8_t, 32> seed,
                                           base::ByteSpan context)
    : scalar_(SecretKey::Zeroed()), prefix_(SecretKey::Zeroed()) {
  SodiumReady();
  // The scalar and the prefix of RFC 8032, 5.1.5.
  Secret wide = Secret::Zeroed(kWideBytes);
  uint8_t* const expanded = wide.mutable_bytes().data();
  crypto_hash_sha512(expanded, seed.data(), seed.size());
  expanded[0] &= 0xf8;
  expanded[31] = (expanded[31] & 0x7f) | 0x40;
  SecretKey scalar = SecretKey::Zeroed();
  Secret unreduced = Secret::Zeroed(kWideBytes);
  std::copy_n(expanded, 32, unreduced.mutable_bytes().begin());
  crypto_core_ed25519_scalar_reduce(scalar.mutable_bytes().data(), unreduced.bytes().data());

  base::ByteArray<32> owner_key;
  Require(crypto_scalarmult_ed25519_base_noclamp(owner_key.data(), scalar.bytes().data()) == 0);
  const base::ByteArray<32> factor = BlindingFactor(owner_key, context);
  crypto_core_ed25519_scalar_mul(scalar_.mutable_bytes().data(), factor.data(),
                                 scalar.bytes().data());
  Require(crypto_scalarmult_ed25519_base_noclamp(public_key_.data(), scalar_.bytes().data()) == 0);
  Blake2b prefix = Blake2b::Create({expanded + 32, 32}, SecretKey::kBytes).value();
  prefix.Update(base::AsBytes(kTag));
  prefix.Update(public_key_);
  prefix.Final(prefix_.mutable_bytes());
}

base::ByteArray<64> BlindedEd25519Signer::Sign(base::ByteSpan message) const {
  SecretKey nonce = SecretKey::Zeroed();
  HashToScalar({prefix_.bytes(), message}, nonce.mutable_bytes());
  base::ByteArray<64> signature;
  Require(crypto_scalarmult_ed25519_base_noclamp(signature.data(), nonce.bytes().data()) == 0);
  const base::ByteSpan commitment = base::ByteSpan(signature).first(32);
  base::ByteArray<32> challenge;
  HashToScalar({commitment, public_key_, message}, challenge);
  SecretKey product = SecretKey::Zeroed();
  crypto_core_ed25519_scalar_mul(product.mutable_bytes().data(), challenge.data(),
                                 scalar_.bytes().data());
  crypto_core_ed25519_scalar_add(signature.data() + 32, nonce.bytes().data(),
                                 product.bytes().data());
  return signature;
}

std::optional<base::ByteArray<32>> BlindEd25519Key(std::span<const uint8_t, 32> public_key,
                                                   base::ByteSpan context) {
  SodiumReady();
  if (crypto_core_ed25519_is_valid_point(public_key.data()) != 1) return std::nullopt;
  const base::ByteArray<32> factor = BlindingFactor(public_key, context);
  base::ByteArray<32> blinded;
  if (crypto_scalarmult_ed25519_noclamp(blinded.data(), factor.data(), public_key.data()) != 0) {
    return std::nullopt;
  }
  return blinded;
}

}  // namespace shadw::crypto
