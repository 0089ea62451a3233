// SPDX-License-Identifier: Apache-2.0
//
// What stands behind AesGcm and Gmac: one object of either library. Tests hold each
// against the other. Private to this module.
#ifndef LIBSHADW_CRYPTO_AES_GCM_BACKEND_H_
#define LIBSHADW_CRYPTO_AES_GCM_BACKEND_H_

#include <cstdint>
#include <memory>
#include <span>

#include "libshadw/base/bytes.h"

namespace shadw::crypto {

// As AesGcm.
class AesGcmBackend {
 public:
  virtual ~AesGcmBackend() = default;
  virtual void SetKey(std::span<const uint8_t, 32> key) = 0;
  virtual void Seal(std::span<const uint8_t, 12> nonce, base::ByteSpan associated_data,
                    base::ByteSpan plaintext, base::MutableByteSpan out) = 0;
  [[nodiscard]] virtual bool Open(std::span<const uint8_t, 12> nonce,
                                  base::ByteSpan associated_data, base::ByteSpan sealed,
                                  base::MutableByteSpan out) = 0;
};

// As Gmac.
class GmacBackend {
 public:
  virtual ~GmacBackend() = default;
  virtual void Reset(std::span<const uint8_t, 32> key, std::span<const uint8_t, 12> nonce) = 0;
  virtual void Update(base::ByteSpan bytes) = 0;
  virtual base::ByteArray<16> Final() = 0;
};

std::unique_ptr<AesGcmBackend> NewOpenSslAesGcm(std::span<const uint8_t, 32> key);
std::unique_ptr<GmacBackend> NewOpenSslGmac(std::span<const uint8_t, 32> key,
                                            std::span<const uint8_t, 12> nonce);

// Null where libipsec-mb is not there, or does not gain.
std::unique_ptr<AesGcmBackend> NewIpsecMbAesGcm(std::span<const uint8_t, 32> key);
std::unique_ptr<GmacBackend> NewIpsecMbGmac(std::span<const uint8_t, 32> key,
                                            std::span<const uint8_t, 12> nonce);

}  // namespace shadw::crypto

#endif  // LIBSHADW_CRYPTO_AES_GCM_BACKEND_H_
