// SPDX-License-Identifier: Apache-2.0
//
// Stands in for the files with `ipsec_mb` in their names where the library was not found.
#include "libshadw/crypto/aes_gcm_backend.h"
#include "libshadw/crypto/sha256_lanes.h"

namespace shadw::crypto {

std::unique_ptr<AesGcmBackend> NewIpsecMbAesGcm(std::span<const uint8_t, 32>) { return nullptr; }

std::unique_ptr<GmacBackend> NewIpsecMbGmac(std::span<const uint8_t, 32>,
                                            std::span<const uint8_t, 12>) {
  return nullptr;
}

size_t HashInLanes(base::ByteSpan, size_t, base::ByteArray<32>*) { return 0; }
size_t HashInLanes(std::span<const LeafHasher::Leaf>) { return 0; }

}  // namespace shadw::crypto
