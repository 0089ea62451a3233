// SPDX-License-Identifier: Apache-2.0
// OpenSSL 3.0 before 3.0.7 has RIPEMD-160 only behind the calls that it calls deprecated.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "libshadw/crypto/extended_key_bytes.h"

#include <openssl/ripemd.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/crypto/base58.h"
#include "libshadw/crypto/hash.h"

namespace shadw::crypto {
namespace {

constexpr size_t kDepthAt = 4;
constexpr size_t kFingerprintAt = 5;
constexpr size_t kChildNumberAt = 9;

uint32_t ReadBigEndian(base::ByteSpan bytes) {
  return uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 | bytes[3];
}

}  // namespace

base::ByteArray<4> BigEndian(uint32_t value) {
  return {static_cast<uint8_t>(value >> 24), static_cast<uint8_t>(value >> 16),
          static_cast<uint8_t>(value >> 8), static_cast<uint8_t>(value)};
}

Secret StartExtendedKey(KeyVersion version, const KeyPosition& position) {
  Secret bytes = Secret::Zeroed(kExtendedKeyBytes);
  const base::MutableByteSpan out = bytes.mutable_bytes();
  std::ranges::copy(BigEndian(static_cast<uint32_t>(version)), out.begin());
  out[kDepthAt] = position.depth;
  std::ranges::copy(position.parent_fingerprint, out.begin() + kFingerprintAt);
  std::ranges::copy(BigEndian(position.child_number), out.begin() + kChildNumberAt);
  return bytes;
}

absl::StatusOr<Secret> ReadExtendedKey(std::string_view text, KeyVersion version) {
  SHADW_ASSIGN_OR_RETURN(Secret bytes, Base58CheckDecodeSecret(text));
  if (bytes.size() != kExtendedKeyBytes) {
    return absl::InvalidArgumentError(absl::StrCat("crypto: got an extended key of ", bytes.size(),
                                                   " bytes, need ", kExtendedKeyBytes));
  }
  const uint32_t got = ReadBigEndian(bytes.bytes());
  if (got != static_cast<uint32_t>(version)) {
    return absl::UnimplementedError(absl::StrCat("crypto: got extended key version 0x",
                                                 absl::Hex(got), ", need 0x",
                                                 absl::Hex(static_cast<uint32_t>(version))));
  }
  return bytes;
}

absl::StatusOr<KeyPosition> ReadPosition(base::ByteSpan bytes) {
  KeyPosition position;
  position.depth = bytes[kDepthAt];
  std::ranges::copy(bytes.subspan(kFingerprintAt, 4), position.parent_fingerprint.begin());
  position.child_number = ReadBigEndian(bytes.subspan(kChildNumberAt, 4));
  if (position.depth == 0 && position != KeyPosition{}) {
    return absl::InvalidArgumentError(
        "crypto: got an extended key of depth 0 with a parent or a child number, need zeros");
  }
  return position;
}

absl::StatusOr<KeyPosition> ChildPosition(const KeyPosition& parent,
                                          const base::ByteArray<4>& parent_fingerprint,
                                          uint32_t index) {
  if (parent.depth == kMaxKeyPathSteps) {
    return absl::ResourceExhaustedError(absl::StrCat("crypto: got a child of a key of depth ",
                                                     parent.depth, ", need depth below ",
                                                     kMaxKeyPathSteps));
  }
  return KeyPosition{static_cast<uint8_t>(parent.depth + 1), parent_fingerprint, index};
}

base::ByteArray<4> Fingerprint(std::span<const uint8_t, 33> public_key) {
  const base::ByteArray<32> inner = Sha256(base::ByteSpan(public_key));
  base::ByteArray<RIPEMD160_DIGEST_LENGTH> outer;
  RIPEMD160(inner.data(), inner.size(), outer.data());
  base::ByteArray<4> fingerprint;
  std::copy_n(outer.begin(), fingerprint.size(), fingerprint.begin());
  return fingerprint;
}

}  // namespace shadw::crypto
