// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/tenant_seal.h"

#include <algorithm>
#include <utility>

#include "libshadw/base/coding.h"
#include "libshadw/crypto/kdf.h"

namespace shadw::dht {
namespace {

constexpr size_t kNonceBytes = crypto::kXChaCha20Poly1305NonceBytes;

}  // namespace

TenantSeal::TenantSeal(const crypto::SecretKey& secret, base::ByteSpan key)
    : signer_(crypto::Kdf(secret, "dht/tenant/sign", {key}).bytes()),
      seal_key_(crypto::Kdf(secret, "dht/tenant/seal", {key})),
      nonce_key_(crypto::Kdf(secret, "dht/tenant/nonce", {key})) {}

base::Bytes TenantSeal::AssociatedData(int64_t seq) const {
  base::ByteWriter out;
  out.Raw(base::AsBytes("shadw/tenant/v1")).Raw(signer_.public_key());
  out.U64(static_cast<uint64_t>(seq));
  return std::move(out).Take();
}

// The nonce depends on everything that is sealed: it comes twice for the same value under
// the same number only, and then the box is the same too.
base::Bytes TenantSeal::Seal(base::ByteSpan value, int64_t seq) const {
  const base::Bytes data = AssociatedData(seq);
  const base::ByteArray<32> wide = crypto::KdfPublic(nonce_key_, "nonce", {data, value});
  const std::span<const uint8_t, kNonceBytes> nonce(wide.data(), kNonceBytes);
  base::Bytes sealed(value.size() + kExtraBytes);
  std::ranges::copy(nonce, sealed.begin());
  crypto::XChaCha20Poly1305Seal(seal_key_.bytes(), nonce, data, value,
                                base::MutableByteSpan(sealed).subspan(kNonceBytes));
  return sealed;
}

std::optional<base::Bytes> TenantSeal::Open(base::ByteSpan sealed, int64_t seq) const {
  if (sealed.size() < kExtraBytes) return std::nullopt;
  base::Bytes value(sealed.size() - kExtraBytes);
  if (!crypto::XChaCha20Poly1305Open(seal_key_.bytes(), sealed.first<kNonceBytes>(),
                                     AssociatedData(seq), sealed.subspan(kNonceBytes), value)) {
    return std::nullopt;
  }
  return value;
}

}  // namespace shadw::dht
