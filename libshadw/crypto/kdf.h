// SPDX-License-Identifier: Apache-2.0
//
// Keys from keys: KDF(K, label, x) = BLAKE2b-256 keyed by K over len ‖ label ‖ x, where
// len is the label's length in one byte. The label names the purpose, so that keys for
// two purposes are independent; the context names the instance (an object, a shard).
//
//   crypto::SecretKey read = crypto::Kdf(write, "read", {generation_bytes});
//   base::ByteArray<32> id = crypto::KdfPublic(locate, "storage", {object_id, shard_id});
//
// Limits: context parts are concatenated; only one of them may vary in length.
// One-way: the child tells nothing about the parent or about its siblings.
//   Source   shard format, "Keys"; RFC 7693 (keyed BLAKE2b)
#ifndef LIBSHADW_CRYPTO_KDF_H_
#define LIBSHADW_CRYPTO_KDF_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

#include "libshadw/base/bytes.h"
#include "libshadw/crypto/secret.h"

namespace shadw::crypto {

inline constexpr size_t kMaxKdfLabelBytes = 255;

// The key for one purpose and one instance, written straight into locked memory.
//   Shapes   label  1 to 255 bytes; aborts otherwise: labels are constants of our own
//   Secrets  the result is one; intermediate state is wiped
//   Cost     about 0.4 us
SecretKey Kdf(const SecretKey& key, std::string_view label,
              std::initializer_list<base::ByteSpan> context = {});
SecretKey Kdf(std::span<const uint8_t, 32> key, std::string_view label,
              std::initializer_list<base::ByteSpan> context = {});

// The same computation for results that may be seen: commitments, storage ids.
base::ByteArray<32> KdfPublic(const SecretKey& key, std::string_view label,
                              std::initializer_list<base::ByteSpan> context = {});
base::ByteArray<32> KdfPublic(std::span<const uint8_t, 32> key, std::string_view label,
                              std::initializer_list<base::ByteSpan> context = {});

// The same computation into secret memory that the caller already holds.
//   Shapes   out may be the memory of `key`
void KdfInto(std::span<const uint8_t, 32> key, std::string_view label,
             std::initializer_list<base::ByteSpan> context, std::span<uint8_t, 32> out);

}  // namespace shadw::crypto

#endif  // LIBSHADW_CRYPTO_KDF_H_
