// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/aes_gcm.h"
#include "libshadw/crypto/openssl.h"

namespace shadw::crypto {

struct Gmac::Impl {
  CipherContext context = NewCipherContext();
};

Gmac::Gmac(std::span<const uint8_t, 32> key, std::span<const uint8_t, 12> nonce)
    : impl_(std::make_unique<Impl>()) {
  Require(EVP_EncryptInit_ex2(impl_->context.get(), Aes256GcmCipher(), key.data(), nonce.data(),
                              nullptr) == 1);
}
Gmac::Gmac(Gmac&&) noexcept = default;
Gmac& Gmac::operator=(Gmac&&) noexcept = default;
Gmac::~Gmac() = default;

void Gmac::Reset(std::span<const uint8_t, 32> key, std::span<const uint8_t, 12> nonce) {
  Require(EVP_EncryptInit_ex2(impl_->context.get(), nullptr, key.data(), nonce.data(), nullptr) ==
          1);
}

void Gmac::Update(base::ByteSpan bytes) { Authenticate(impl_->context.get(), bytes); }

base::ByteArray<Gmac::kTagBytes> Gmac::Final() {
  base::ByteArray<kTagBytes> tag;
  int written = 0;
  Require(EVP_EncryptFinal_ex(impl_->context.get(), tag.data(), &written) == 1);
  Require(EVP_CIPHER_CTX_ctrl(impl_->context.get(), EVP_CTRL_AEAD_GET_TAG, kTagBytes, tag.data()) ==
          1);
  return tag;
}

}  // namespace shadw::crypto
