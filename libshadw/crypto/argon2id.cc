// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/argon2id.h"

#include <sodium.h>

#include "absl/strings/str_cat.h"
#include "libshadw/crypto/sodium_ready.h"

namespace shadw::crypto {

static_assert(crypto_pwhash_argon2id_SALTBYTES == 16);

absl::StatusOr<base::ByteArray<32>> Argon2id(base::ByteSpan message,
                                             std::span<const uint8_t, 16> salt,
                                             const Argon2idCost& cost) {
  if (cost.passes == 0 || cost.passes > kMaxArgon2idPasses) {
    return absl::InvalidArgumentError(absl::StrCat(
        "crypto: got ", cost.passes, " Argon2id passes, need 1 to ", kMaxArgon2idPasses));
  }
  if (cost.memory_bytes < kMinArgon2idBytes || cost.memory_bytes > kMaxArgon2idBytes) {
    return absl::InvalidArgumentError(absl::StrCat("crypto: got ", cost.memory_bytes,
                                                   " bytes of memory for Argon2id, need ",
                                                   kMinArgon2idBytes, " to ", kMaxArgon2idBytes));
  }
  SodiumReady();
  base::ByteArray<32> hash;
  const auto* text = reinterpret_cast<const char*>(message.data());
  if (crypto_pwhash_argon2id(hash.data(), hash.size(), text, message.size(), salt.data(),
                             cost.passes, cost.memory_bytes,
                             crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0) {
    return absl::ResourceExhaustedError(
        absl::StrCat("crypto: got no memory for Argon2id, need ", cost.memory_bytes, " bytes"));
  }
  return hash;
}

}  // namespace shadw::crypto
