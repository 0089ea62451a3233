// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/aes_gcm.h"

#include "libshadw/crypto/openssl.h"

namespace shadw::crypto {

struct AesGcm::Impl {
  CipherContext context = NewCipherContext();
  // GCM runs the block cipher forwards in both directions, so one key schedule serves both.
  void Start(std::span<const uint8_t, kNonceBytes> nonce, int encrypt) {
    Require(EVP_CipherInit_ex2(context.get(), nullptr, nullptr, nonce.data(), encrypt, nullptr) ==
            1);
  }
};

AesGcm::AesGcm(std::span<const uint8_t, kKeyBytes> key) : impl_(std::make_unique<Impl>()) {
  Require(EVP_EncryptInit_ex2(impl_->context.get(), Aes256GcmCipher(), key.data(), nullptr,
                              nullptr) == 1);
}
AesGcm::AesGcm(AesGcm&&) noexcept = default;
AesGcm& AesGcm::operator=(AesGcm&&) noexcept = default;
AesGcm::~AesGcm() = default;

void AesGcm::SetKey(std::span<const uint8_t, kKeyBytes> key) {
  Require(EVP_EncryptInit_ex2(impl_->context.get(), nullptr, key.data(), nullptr, nullptr) == 1);
}

void AesGcm::Seal(std::span<const uint8_t, kNonceBytes> nonce, base::ByteSpan associated_data,
                  base::ByteSpan plaintext, base::MutableByteSpan out) {
  impl_->Start(nonce, 1);
  SealStarted(impl_->context.get(), associated_data, plaintext, out);
}

bool AesGcm::Open(std::span<const uint8_t, kNonceBytes> nonce, base::ByteSpan associated_data,
                  base::ByteSpan sealed, base::MutableByteSpan out) {
  impl_->Start(nonce, 0);
  return OpenStarted(impl_->context.get(), associated_data, sealed, out);
}

}  // namespace shadw::crypto
