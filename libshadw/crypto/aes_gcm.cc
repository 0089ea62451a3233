// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/aes_gcm.h"

#include "libshadw/crypto/invariant.h"
#include "libshadw/crypto/openssl.h"
#include "libshadw/crypto/secret.h"

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
  Require(EVP_EncryptInit_ex2(impl_->context.get(), Aes256Gcm(), key.data(), nullptr, nullptr) ==
          1);
}
AesGcm::AesGcm(AesGcm&&) noexcept = default;
AesGcm& AesGcm::operator=(AesGcm&&) noexcept = default;
AesGcm::~AesGcm() = default;

void AesGcm::SetKey(std::span<const uint8_t, kKeyBytes> key) {
  Require(EVP_EncryptInit_ex2(impl_->context.get(), nullptr, key.data(), nullptr, nullptr) == 1);
}

void AesGcm::Seal(std::span<const uint8_t, kNonceBytes> nonce, base::ByteSpan associated_data,
                  base::ByteSpan plaintext, base::MutableByteSpan out) {
  Require(out.size() == plaintext.size() + kTagBytes);
  EVP_CIPHER_CTX* const context = impl_->context.get();
  impl_->Start(nonce, 1);
  Authenticate(context, associated_data);
  Transform(context, plaintext, out.data());
  uint8_t* const tag = out.data() + plaintext.size();
  int written = 0;
  Require(EVP_EncryptFinal_ex(context, tag, &written) == 1 && written == 0);
  Require(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kTagBytes, tag) == 1);
}

bool AesGcm::Open(std::span<const uint8_t, kNonceBytes> nonce, base::ByteSpan associated_data,
                  base::ByteSpan sealed, base::MutableByteSpan out) {
  if (sealed.size() < kTagBytes) {
    Wipe(out);
    return false;
  }
  const base::ByteSpan ciphertext = sealed.first(sealed.size() - kTagBytes);
  Require(out.size() == ciphertext.size());
  const ErrorQueueMark mark;
  EVP_CIPHER_CTX* const context = impl_->context.get();
  impl_->Start(nonce, 0);
  // OpenSSL takes the tag by a pointer to non-const and only reads it.
  auto* const tag = const_cast<uint8_t*>(sealed.data() + ciphertext.size());
  Require(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag) == 1);
  Authenticate(context, associated_data);
  Transform(context, ciphertext, out.data());
  uint8_t end;
  int written = 0;
  if (EVP_DecryptFinal_ex(context, &end, &written) == 1) return true;
  Wipe(out);
  return false;
}

}  // namespace shadw::crypto
