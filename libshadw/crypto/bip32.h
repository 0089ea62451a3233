// SPDX-License-Identifier: Apache-2.0
//
// A tree of secp256k1 keys from one seed. A private key gives every key below it; a
// public one gives the public keys of the unhardened branches below it, so an owner can
// publish one key and let anybody check that another belongs to him.
//
//   auto root = crypto::ExtendedPrivateKey::FromSeed(seed.bytes());
//   auto vault = root->DerivePath("m/5459031'/0'/0'/0'");
//   UseKey(vault->private_key());
//   crypto::ExtendedPublicKey owner = vault->ToPublic();
//   absl::StatusOr<bool> his = owner.KeyMatches("m/7", public_key);
//
// Limits: an extended public key and one unhardened private key below it together give
// the private key above: harden every step above a key that is handed out. Only main
// network versions (xprv, xpub). "BIP32/64" in the source means 32-byte keys in 64-byte
// pairs of key and chain code; BIP-64 is about something else.
//   Source   BIP-32; catalogue S70
#ifndef LIBSHADW_CRYPTO_BIP32_H_
#define LIBSHADW_CRYPTO_BIP32_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"
#include "libshadw/crypto/bip32_path.h"
#include "libshadw/crypto/secret.h"

namespace shadw::crypto {

inline constexpr size_t kMinSeedBytes = 16;
inline constexpr size_t kMaxSeedBytes = 64;

// Where a key stands in its tree. The root: 0, zeros, 0.
struct KeyPosition {
  uint8_t depth = 0;
  base::ByteArray<4> parent_fingerprint{};
  uint32_t child_number = 0;

  friend bool operator==(const KeyPosition&, const KeyPosition&) = default;
};

class ExtendedPublicKey {
 public:
  static constexpr size_t kPublicKeyBytes = 33;

  // Reads an "xpub…" text.
  //   Errors   kInvalidArgument  no Base58, wrong length, a key that is no point of the
  //                              curve, or a root with a parent
  //            kDataLoss         the checksum does not hold
  //            kUnimplemented    another version than xpub
  //   Promise  safe on hostile input
  static absl::StatusOr<ExtendedPublicKey> Parse(std::string_view xpub);
  std::string Serialize() const;

  // The child `index`, below 2^31.
  //   Errors   kInvalidArgument    index is hardened, or (once in 2^127) has no key
  //            kResourceExhausted  this key already has depth 255
  absl::StatusOr<ExtendedPublicKey> Derive(uint32_t index) const;
  // Paths start at this key.
  absl::StatusOr<ExtendedPublicKey> DerivePath(std::span<const uint32_t> path) const;
  absl::StatusOr<ExtendedPublicKey> DerivePath(std::string_view path) const;

  // True when `public_key`, compressed or not, is the key at `path` below this one.
  //   Errors   kInvalidArgument  the path is malformed or has a hardened step
  absl::StatusOr<bool> KeyMatches(std::string_view path, base::ByteSpan public_key) const;

  // Compressed: 02 or 03, then x.
  const base::ByteArray<kPublicKeyBytes>& public_key() const { return public_key_; }
  const base::ByteArray<32>& chain_code() const { return chain_code_; }
  const KeyPosition& position() const { return position_; }
  base::ByteArray<4> fingerprint() const;

  friend bool operator==(const ExtendedPublicKey&, const ExtendedPublicKey&) = default;

 private:
  friend class ExtendedPrivateKey;
  ExtendedPublicKey() = default;
  KeyPosition position_;
  base::ByteArray<32> chain_code_{};
  base::ByteArray<kPublicKeyBytes> public_key_{};
};

// Move-only; a moved-from key may only be assigned or destroyed.
class ExtendedPrivateKey {
 public:
  // The root of the tree.
  //   Shapes   seed  16 to 64 bytes
  //   Errors   kInvalidArgument  another length, or (once in 2^127) a seed without a key
  static absl::StatusOr<ExtendedPrivateKey> FromSeed(base::ByteSpan seed);

  // Reads an "xprv…" text; errors as ExtendedPublicKey::Parse.
  //   Secrets  working memory is locked and wiped; `xprv` is the caller's
  static absl::StatusOr<ExtendedPrivateKey> Parse(std::string_view xprv);
  // The "xprv…" text, in locked memory: view it with base::AsText(secret.bytes()).
  Secret Serialize() const;

  // The child `index`; with kHardened added, one that no public key can derive.
  //   Errors   kInvalidArgument    (once in 2^127) the index has no key: take the next
  //            kResourceExhausted  this key already has depth 255
  //   Cost     about 0.1 ms
  absl::StatusOr<ExtendedPrivateKey> Derive(uint32_t index) const;
  // Paths start at this key.
  absl::StatusOr<ExtendedPrivateKey> DerivePath(std::span<const uint32_t> path) const;
  absl::StatusOr<ExtendedPrivateKey> DerivePath(std::string_view path) const;

  ExtendedPublicKey ToPublic() const;
  ExtendedPrivateKey Clone() const;

  std::span<const uint8_t, 32> private_key() const { return private_key_.bytes(); }
  std::span<const uint8_t, 32> chain_code() const { return chain_code_.bytes(); }
  const KeyPosition& position() const { return position_; }

 private:
  ExtendedPrivateKey() : private_key_(SecretKey::Zeroed()), chain_code_(SecretKey::Zeroed()) {}
  KeyPosition position_;
  SecretKey private_key_;
  SecretKey chain_code_;
};

}  // namespace shadw::crypto

#endif  // LIBSHADW_CRYPTO_BIP32_H_
