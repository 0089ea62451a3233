// SPDX-License-Identifier: Apache-2.0
//
// AES-256-GCM by libsodium: a second implementation whose bytes must equal those of
// `aes_gcm.h`. Its key schedule lives in locked memory, which is the reason to choose
// it; it reaches about half of OpenSSL's speed and needs a CPU with AES instructions.
//
//   if (auto gcm = crypto::SodiumAesGcm::Create(key.bytes()); gcm.ok()) {
//     gcm->Seal(nonce, {}, plaintext, out);
//   }
//
// Limits: as for `AesGcm`. `const` methods are thread-safe.
//   Source   NIST SP 800-38D
#ifndef LIBSHADW_CRYPTO_AES_GCM_SODIUM_H_
#define LIBSHADW_CRYPTO_AES_GCM_SODIUM_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"
#include "libshadw/crypto/secret.h"

namespace shadw::crypto {

class SodiumAesGcm {
 public:
  static constexpr size_t kNonceBytes = 12;
  static constexpr size_t kTagBytes = 16;

  //   Errors   kUnimplemented  this CPU has no AES and carry-less multiply instructions
  static absl::StatusOr<SodiumAesGcm> Create(std::span<const uint8_t, 32> key);

  // As AesGcm::Seal and AesGcm::Open.
  void Seal(std::span<const uint8_t, kNonceBytes> nonce, base::ByteSpan associated_data,
            base::ByteSpan plaintext, base::MutableByteSpan out) const;
  [[nodiscard]] bool Open(std::span<const uint8_t, kNonceBytes> nonce,
                          base::ByteSpan associated_data, base::ByteSpan sealed,
                          base::MutableByteSpan out) const;

 private:
  explicit SodiumAesGcm(std::span<const uint8_t, 32> key);
  Secret schedule_;
};

}  // namespace shadw::crypto

#endif  // LIBSHADW_CRYPTO_AES_GCM_SODIUM_H_
