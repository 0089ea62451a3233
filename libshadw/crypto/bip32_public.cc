// SPDX-License-Identifier: Apache-2.0
#include <secp256k1.h>

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/crypto/base58.h"
#include "libshadw/crypto/bip32.h"
#include "libshadw/crypto/extended_key_bytes.h"
#include "libshadw/crypto/hash.h"
#include "libshadw/crypto/invariant.h"

namespace shadw::crypto {
namespace {

// Nothing here touches a secret, so the static context without blinding serves.
std::optional<secp256k1_pubkey> ParsePoint(base::ByteSpan bytes) {
  secp256k1_pubkey point;
  if (bytes.empty() || secp256k1_ec_pubkey_parse(secp256k1_context_static, &point, bytes.data(),
                                                 bytes.size()) != 1) {
    return std::nullopt;
  }
  return point;
}

base::ByteArray<33> Compress(const secp256k1_pubkey& point) {
  base::ByteArray<33> compressed;
  size_t size = compressed.size();
  secp256k1_ec_pubkey_serialize(secp256k1_context_static, compressed.data(), &size, &point,
                                SECP256K1_EC_COMPRESSED);
  return compressed;
}

}  // namespace

absl::StatusOr<ExtendedPublicKey> ExtendedPublicKey::Parse(std::string_view xpub) {
  SHADW_ASSIGN_OR_RETURN(const Secret bytes, ReadExtendedKey(xpub, KeyVersion::kPublic));
  ExtendedPublicKey key;
  SHADW_ASSIGN_OR_RETURN(key.position_, ReadPosition(bytes.bytes()));
  std::ranges::copy(bytes.bytes().subspan(kChainCodeAt, 32), key.chain_code_.begin());
  std::ranges::copy(bytes.bytes().subspan(kKeyAt, 33), key.public_key_.begin());
  if (!ParsePoint(key.public_key_).has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("crypto: got an xpub whose key (first byte ", key.public_key_[0],
                     ") is no point of secp256k1, need 2 or 3 and the x of one"));
  }
  return key;
}

std::string ExtendedPublicKey::Serialize() const {
  Secret bytes = StartExtendedKey(KeyVersion::kPublic, position_);
  const base::MutableByteSpan out = bytes.mutable_bytes();
  std::ranges::copy(chain_code_, out.begin() + kChainCodeAt);
  std::ranges::copy(public_key_, out.begin() + kKeyAt);
  absl::StatusOr<std::string> text = Base58CheckEncode(bytes.bytes());
  Require(text.ok());
  return *std::move(text);
}

base::ByteArray<4> ExtendedPublicKey::fingerprint() const { return Fingerprint(public_key_); }

absl::StatusOr<ExtendedPublicKey> ExtendedPublicKey::Derive(uint32_t index) const {
  if ((index & kHardened) != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("crypto: got hardened child ", index & ~kHardened,
                     " of a public key, need the private key for it"));
  }
  ExtendedPublicKey child;
  SHADW_ASSIGN_OR_RETURN(child.position_, ChildPosition(position_, fingerprint(), index));
  base::ByteArray<64> halves = HmacSha512(chain_code_, {public_key_, BigEndian(index)});
  std::optional<secp256k1_pubkey> point = ParsePoint(public_key_);
  Require(point.has_value());
  if (secp256k1_ec_pubkey_tweak_add(secp256k1_context_static, &*point, halves.data()) != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("crypto: got child ", index, ", which has no key, need the next one"));
  }
  child.public_key_ = Compress(*point);
  std::copy_n(halves.begin() + 32, 32, child.chain_code_.begin());
  return child;
}

absl::StatusOr<ExtendedPublicKey> ExtendedPublicKey::DerivePath(
    std::span<const uint32_t> path) const {
  ExtendedPublicKey key = *this;
  for (const uint32_t index : path) {
    SHADW_ASSIGN_OR_RETURN(key, key.Derive(index));
  }
  return key;
}

absl::StatusOr<ExtendedPublicKey> ExtendedPublicKey::DerivePath(std::string_view path) const {
  SHADW_ASSIGN_OR_RETURN(const std::vector<uint32_t> steps, ParseKeyPath(path));
  return DerivePath(steps);
}

absl::StatusOr<bool> ExtendedPublicKey::KeyMatches(std::string_view path,
                                                   base::ByteSpan public_key) const {
  SHADW_ASSIGN_OR_RETURN(const ExtendedPublicKey derived, DerivePath(path));
  const std::optional<secp256k1_pubkey> point = ParsePoint(public_key);
  return point.has_value() && Compress(*point) == derived.public_key_;
}

}  // namespace shadw::crypto
