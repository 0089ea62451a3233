// SPDX-License-Identifier: Apache-2.0
//
// Base58Check: bytes and a 4-byte checksum as letters and digits that cannot be mistaken
// for one another, for keys that people copy by hand.
//
//   absl::StatusOr<std::string> text = crypto::Base58CheckEncode(payload);
//   absl::StatusOr<base::Bytes> back = crypto::Base58CheckDecode(*text);
//
// Limits: the work is quadratic, so lengths are bounded. Not constant-time: an attacker
// who watches the cache while a private key is written out learns about it. The checksum
// finds typing errors, not malice.
//   Source   Bitcoin's Base58Check; checksum = first 4 bytes of SHA-256(SHA-256(payload))
#ifndef LIBSHADW_CRYPTO_BASE58_H_
#define LIBSHADW_CRYPTO_BASE58_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"
#include "libshadw/crypto/secret.h"

namespace shadw::crypto {

inline constexpr size_t kMaxBase58PayloadBytes = 512;
inline constexpr size_t kMaxBase58Chars = 720;

//   Errors   kInvalidArgument  payload is over kMaxBase58PayloadBytes
absl::StatusOr<std::string> Base58CheckEncode(base::ByteSpan payload);

//   Errors   kInvalidArgument  too long, a character outside the alphabet, or too short
//                              for a checksum
//            kDataLoss         the checksum does not hold
absl::StatusOr<base::Bytes> Base58CheckDecode(std::string_view text);

// The same for payloads that must not leave locked memory: the characters come, and the
// bytes go, in a Secret.
absl::StatusOr<Secret> Base58CheckEncodeSecret(base::ByteSpan payload);
absl::StatusOr<Secret> Base58CheckDecodeSecret(std::string_view text);

}  // namespace shadw::crypto

#endif  // LIBSHADW_CRYPTO_BASE58_H_
