// SPDX-License-Identifier: Apache-2.0
//
// What a tenant's secret makes of his keys and values, see tenants.h. Private to this
// module.
#ifndef LIBSHADW_DHT_TENANT_SEAL_H_
#define LIBSHADW_DHT_TENANT_SEAL_H_

#include <optional>

#include "libshadw/base/bytes.h"
#include "libshadw/crypto/ed25519.h"
#include "libshadw/crypto/secret.h"
#include "libshadw/crypto/xchacha20_poly1305.h"

namespace shadw::dht {

class TenantSeal {
 public:
  // What sealing adds to a value.
  static constexpr size_t kExtraBytes =
      crypto::kXChaCha20Poly1305NonceBytes + crypto::kXChaCha20Poly1305TagBytes;

  TenantSeal(const crypto::SecretKey& secret, base::ByteSpan key);

  const crypto::Ed25519Signer& signer() const { return signer_; }
  base::Bytes Seal(base::ByteSpan value, int64_t seq) const;
  // Nothing where it was not sealed so.
  std::optional<base::Bytes> Open(base::ByteSpan sealed, int64_t seq) const;

 private:
  base::Bytes AssociatedData(int64_t seq) const;

  crypto::Ed25519Signer signer_;
  crypto::SecretKey seal_key_;
  crypto::SecretKey nonce_key_;
};

}  // namespace shadw::dht

#endif  // LIBSHADW_DHT_TENANT_SEAL_H_
