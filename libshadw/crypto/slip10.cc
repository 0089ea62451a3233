// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/slip10.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/crypto/bip32.h"
#include "libshadw/crypto/extended_key_bytes.h"
#include "libshadw/crypto/hash.h"

namespace shadw::crypto {
namespace {

constexpr std::string_view kRootKey = "ed25519 seed";
constexpr uint8_t kPrivateKeyPrefix = 0x00;

}  // namespace

void Slip10PrivateKey::Set(base::ByteSpan hmac_key, std::initializer_list<base::ByteSpan> parts) {
  Secret halves = Secret::Zeroed(64);
  HmacSha512Into(hmac_key, parts, std::span<uint8_t, 64>(halves.mutable_bytes().data(), 64));
  std::ranges::copy(halves.bytes().first(32), private_key_.mutable_bytes().begin());
  std::ranges::copy(halves.bytes().last(32), chain_code_.mutable_bytes().begin());
}

absl::StatusOr<Slip10PrivateKey> Slip10PrivateKey::FromSeed(base::ByteSpan seed) {
  if (seed.size() < kMinSeedBytes || seed.size() > kMaxSeedBytes) {
    return absl::InvalidArgumentError(absl::StrCat("crypto: got a seed of ", seed.size(),
                                                   " bytes, need ", kMinSeedBytes, " to ",
                                                   kMaxSeedBytes));
  }
  Slip10PrivateKey root;
  root.Set(base::AsBytes(kRootKey), {seed});
  return root;
}

absl::StatusOr<Slip10PrivateKey> Slip10PrivateKey::Derive(uint32_t index) const {
  if ((index & kHardened) == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("crypto: got child ", index, " of an Ed25519 key, need a hardened one"));
  }
  Slip10PrivateKey child;
  child.Set(chain_code(), {{&kPrivateKeyPrefix, 1}, private_key(), BigEndian(index)});
  return child;
}

absl::StatusOr<Slip10PrivateKey> Slip10PrivateKey::DerivePath(
    std::span<const uint32_t> path) const {
  if (path.size() > kMaxKeyPathSteps) {
    return absl::InvalidArgumentError(absl::StrCat("crypto: got a path of ", path.size(),
                                                   " steps, need at most ", kMaxKeyPathSteps));
  }
  Slip10PrivateKey key = Clone();
  for (const uint32_t index : path) {
    SHADW_ASSIGN_OR_RETURN(key, key.Derive(index));
  }
  return key;
}

absl::StatusOr<Slip10PrivateKey> Slip10PrivateKey::DerivePath(std::string_view path) const {
  SHADW_ASSIGN_OR_RETURN(const std::vector<uint32_t> steps, ParseKeyPath(path));
  return DerivePath(steps);
}

Slip10PrivateKey Slip10PrivateKey::Clone() const {
  Slip10PrivateKey copy;
  copy.private_key_ = private_key_.Clone();
  copy.chain_code_ = chain_code_.Clone();
  return copy;
}

}  // namespace shadw::crypto
