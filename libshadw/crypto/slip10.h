// SPDX-License-Identifier: Apache-2.0
//
// A tree of Ed25519 seeds from one seed: what BIP-32 is to secp256k1. Every step is
// hardened, so there are no extended public keys.
//
//   auto root = crypto::Slip10PrivateKey::FromSeed(seed.bytes());
//   auto node = root->DerivePath("m/5459031'/1'");
//   crypto::Ed25519Signer signer(node->private_key());
//
// Limits: a tree of its own: the keys have nothing to do with the BIP-32 keys of the
// same seed and path.
//   Source   SLIP-0010, curve "ed25519 seed"; catalogue S70
#ifndef LIBSHADW_CRYPTO_SLIP10_H_
#define LIBSHADW_CRYPTO_SLIP10_H_

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"
#include "libshadw/crypto/bip32_path.h"
#include "libshadw/crypto/secret.h"

namespace shadw::crypto {

// Move-only; a moved-from key may only be assigned or destroyed.
class Slip10PrivateKey {
 public:
  //   Shapes   seed  16 to 64 bytes
  //   Errors   kInvalidArgument  another length
  static absl::StatusOr<Slip10PrivateKey> FromSeed(base::ByteSpan seed);

  // The child `index`, which has kHardened added.
  //   Errors   kInvalidArgument  index is not hardened
  absl::StatusOr<Slip10PrivateKey> Derive(uint32_t index) const;
  // Paths start at this key and have at most kMaxKeyPathSteps steps.
  absl::StatusOr<Slip10PrivateKey> DerivePath(std::span<const uint32_t> path) const;
  absl::StatusOr<Slip10PrivateKey> DerivePath(std::string_view path) const;

  Slip10PrivateKey Clone() const;

  // The seed of an Ed25519Signer.
  std::span<const uint8_t, 32> private_key() const { return private_key_.bytes(); }
  std::span<const uint8_t, 32> chain_code() const { return chain_code_.bytes(); }

 private:
  Slip10PrivateKey() : private_key_(SecretKey::Zeroed()), chain_code_(SecretKey::Zeroed()) {}
  // Takes both halves of the HMAC.
  void Set(base::ByteSpan hmac_key, std::initializer_list<base::ByteSpan> parts);
  SecretKey private_key_;
  SecretKey chain_code_;
};

}  // namespace shadw::crypto

#endif  // LIBSHADW_CRYPTO_SLIP10_H_
