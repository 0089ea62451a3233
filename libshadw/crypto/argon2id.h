// SPDX-License-Identifier: Apache-2.0
//
// Argon2id, a hash that cannot be had without the memory it asks for: one that costs a
// stranger's graphics card about as much as anybody's processor.
//
//   SHADW_ASSIGN_OR_RETURN(const base::ByteArray<32> hash,
//                          crypto::Argon2id(message, salt, {.memory_bytes = 64 * base::kMiB}));
//
// Limits: one lane. Work and memory are the caller's own choice; never let a stranger
// name them.
//   Source   RFC 9106, version 0x13
#ifndef LIBSHADW_CRYPTO_ARGON2ID_H_
#define LIBSHADW_CRYPTO_ARGON2ID_H_

#include <cstdint>
#include <span>

#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"
#include "libshadw/base/units.h"

namespace shadw::crypto {

struct Argon2idCost {
  uint32_t passes = 1;
  uint64_t memory_bytes = 64 * base::kMiB;  // cut to whole KiB
};

inline constexpr uint64_t kMinArgon2idBytes = 8 * base::kKiB;
inline constexpr uint64_t kMaxArgon2idBytes = 4 * base::kGiB - base::kKiB;
inline constexpr uint32_t kMaxArgon2idPasses = 1024;

//   Errors   kInvalidArgument    a cost outside its limits
//            kResourceExhausted  the memory is not to be had
//   Secrets  intermediate memory is wiped
absl::StatusOr<base::ByteArray<32>> Argon2id(base::ByteSpan message,
                                             std::span<const uint8_t, 16> salt,
                                             const Argon2idCost& cost);

}  // namespace shadw::crypto

#endif  // LIBSHADW_CRYPTO_ARGON2ID_H_
