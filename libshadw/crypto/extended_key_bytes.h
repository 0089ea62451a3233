// SPDX-License-Identifier: Apache-2.0
//
// The 78 bytes behind "xprv…" and "xpub…", and what both kinds of key share. Private to
// this module.
//   version 4 · depth 1 · parent's fingerprint 4 · child number 4 · chain code 32 · key 33
// Numbers are big-endian.
#ifndef LIBSHADW_CRYPTO_EXTENDED_KEY_BYTES_H_
#define LIBSHADW_CRYPTO_EXTENDED_KEY_BYTES_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"
#include "libshadw/crypto/bip32.h"
#include "libshadw/crypto/secret.h"

namespace shadw::crypto {

enum class KeyVersion : uint32_t { kPrivate = 0x0488ade4, kPublic = 0x0488b21e };

inline constexpr size_t kExtendedKeyBytes = 78;
inline constexpr size_t kChainCodeAt = 13;
inline constexpr size_t kKeyAt = 45;

base::ByteArray<4> BigEndian(uint32_t value);

// Version and position in place; chain code and key are zero.
Secret StartExtendedKey(KeyVersion version, const KeyPosition& position);

// The 78 bytes that `text` spells, if their version is `version`.
absl::StatusOr<Secret> ReadExtendedKey(std::string_view text, KeyVersion version);
absl::StatusOr<KeyPosition> ReadPosition(base::ByteSpan bytes);

// The position of child `index` of a key.
absl::StatusOr<KeyPosition> ChildPosition(const KeyPosition& parent,
                                          const base::ByteArray<4>& parent_fingerprint,
                                          uint32_t index);

// The first four bytes of RIPEMD-160(SHA-256(compressed public key)).
base::ByteArray<4> Fingerprint(std::span<const uint8_t, 33> public_key);

}  // namespace shadw::crypto

#endif  // LIBSHADW_CRYPTO_EXTENDED_KEY_BYTES_H_
