// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/aes_gcm.h"

#include "libshadw/crypto/aes_gcm_backend.h"
#include "libshadw/crypto/backend.h"

namespace shadw::crypto {

struct AesGcm::Impl {
  std::unique_ptr<AesGcmBackend> backend;

  explicit Impl(std::span<const uint8_t, kKeyBytes> key) {
    if (!OnlyOpenSsl()) backend = NewIpsecMbAesGcm(key);
    if (backend == nullptr) backend = NewOpenSslAesGcm(key);
  }
};

AesGcm::AesGcm(std::span<const uint8_t, kKeyBytes> key) : impl_(std::make_unique<Impl>(key)) {}
AesGcm::AesGcm(AesGcm&&) noexcept = default;
AesGcm& AesGcm::operator=(AesGcm&&) noexcept = default;
AesGcm::~AesGcm() = default;

void AesGcm::SetKey(std::span<const uint8_t, kKeyBytes> key) { impl_->backend->SetKey(key); }

void AesGcm::Seal(std::span<const uint8_t, kNonceBytes> nonce, base::ByteSpan associated_data,
                  base::ByteSpan plaintext, base::MutableByteSpan out) {
  impl_->backend->Seal(nonce, associated_data, plaintext, out);
}

bool AesGcm::Open(std::span<const uint8_t, kNonceBytes> nonce, base::ByteSpan associated_data,
                  base::ByteSpan sealed, base::MutableByteSpan out) {
  return impl_->backend->Open(nonce, associated_data, sealed, out);
}

struct Gmac::Impl {
  std::unique_ptr<GmacBackend> backend;

  Impl(std::span<const uint8_t, 32> key, std::span<const uint8_t, 12> nonce) {
    if (!OnlyOpenSsl()) backend = NewIpsecMbGmac(key, nonce);
    if (backend == nullptr) backend = NewOpenSslGmac(key, nonce);
  }
};

Gmac::Gmac(std::span<const uint8_t, 32> key, std::span<const uint8_t, 12> nonce)
    : impl_(std::make_unique<Impl>(key, nonce)) {}
Gmac::Gmac(Gmac&&) noexcept = default;
Gmac& Gmac::operator=(Gmac&&) noexcept = default;
Gmac::~Gmac() = default;

void Gmac::Reset(std::span<const uint8_t, 32> key, std::span<const uint8_t, 12> nonce) {
  impl_->backend->Reset(key, nonce);
}
void Gmac::Update(base::ByteSpan bytes) { impl_->backend->Update(bytes); }
base::ByteArray<Gmac::kTagBytes> Gmac::Final() { return impl_->backend->Final(); }

}  // namespace shadw::crypto
