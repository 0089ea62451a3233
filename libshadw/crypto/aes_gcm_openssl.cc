// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/aes_gcm_backend.h"
#include "libshadw/crypto/openssl.h"

namespace shadw::crypto {
namespace {

class OpenSslAesGcm final : public AesGcmBackend {
 public:
  explicit OpenSslAesGcm(std::span<const uint8_t, 32> key) {
    Require(EVP_EncryptInit_ex2(context_.get(), Aes256GcmCipher(), key.data(), nullptr, nullptr) ==
            1);
  }

  void SetKey(std::span<const uint8_t, 32> key) override {
    Require(EVP_EncryptInit_ex2(context_.get(), nullptr, key.data(), nullptr, nullptr) == 1);
  }

  void Seal(std::span<const uint8_t, 12> nonce, base::ByteSpan associated_data,
            base::ByteSpan plaintext, base::MutableByteSpan out) override {
    Start(nonce, 1);
    SealStarted(context_.get(), associated_data, plaintext, out);
  }

  bool Open(std::span<const uint8_t, 12> nonce, base::ByteSpan associated_data,
            base::ByteSpan sealed, base::MutableByteSpan out) override {
    Start(nonce, 0);
    return OpenStarted(context_.get(), associated_data, sealed, out);
  }

 private:
  // GCM runs the block cipher forwards in both directions, so one key schedule serves both.
  void Start(std::span<const uint8_t, 12> nonce, int encrypt) {
    Require(EVP_CipherInit_ex2(context_.get(), nullptr, nullptr, nonce.data(), encrypt, nullptr) ==
            1);
  }

  CipherContext context_ = NewCipherContext();
};

class OpenSslGmac final : public GmacBackend {
 public:
  OpenSslGmac(std::span<const uint8_t, 32> key, std::span<const uint8_t, 12> nonce) {
    Require(EVP_EncryptInit_ex2(context_.get(), Aes256GcmCipher(), key.data(), nonce.data(),
                                nullptr) == 1);
  }

  void Reset(std::span<const uint8_t, 32> key, std::span<const uint8_t, 12> nonce) override {
    Require(EVP_EncryptInit_ex2(context_.get(), nullptr, key.data(), nonce.data(), nullptr) == 1);
  }

  void Update(base::ByteSpan bytes) override { Authenticate(context_.get(), bytes); }

  base::ByteArray<16> Final() override {
    base::ByteArray<16> tag;
    int written = 0;
    Require(EVP_EncryptFinal_ex(context_.get(), tag.data(), &written) == 1);
    Require(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, 16, tag.data()) == 1);
    return tag;
  }

 private:
  CipherContext context_ = NewCipherContext();
};

}  // namespace

std::unique_ptr<AesGcmBackend> NewOpenSslAesGcm(std::span<const uint8_t, 32> key) {
  return std::make_unique<OpenSslAesGcm>(key);
}

std::unique_ptr<GmacBackend> NewOpenSslGmac(std::span<const uint8_t, 32> key,
                                            std::span<const uint8_t, 12> nonce) {
  return std::make_unique<OpenSslGmac>(key, nonce);
}

}  // namespace shadw::crypto
