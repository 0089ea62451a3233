// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/openssl.h"

#include <openssl/err.h>

#include <algorithm>

#include "libshadw/crypto/secret.h"

namespace shadw::crypto {
namespace {

// A multiple of every block size, so that only the last piece is ragged.
constexpr size_t kMaxPieceBytes = size_t{1} << 30;

void Feed(EVP_CIPHER_CTX* context, base::ByteSpan in, uint8_t* out) {
  while (!in.empty()) {
    const size_t count = std::min(in.size(), kMaxPieceBytes);
    int written = 0;
    Require(EVP_CipherUpdate(context, out, &written, in.data(), static_cast<int>(count)) == 1);
    if (out != nullptr) out += count;
    in = in.subspan(count);
  }
}

}  // namespace

const EVP_CIPHER* Aes256GcmCipher() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  Require(cipher != nullptr);
  return cipher;
}

const EVP_CIPHER* ChaCha20Poly1305Cipher() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "ChaCha20-Poly1305", nullptr);
  Require(cipher != nullptr);
  return cipher;
}

const EVP_MD* Sha1Digest() {
  static const EVP_MD* const digest = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  Require(digest != nullptr);
  return digest;
}

const EVP_MD* Sha256Digest() {
  static const EVP_MD* const digest = EVP_MD_fetch(nullptr, "SHA2-256", nullptr);
  Require(digest != nullptr);
  return digest;
}

CipherContext NewCipherContext() {
  CipherContext context(EVP_CIPHER_CTX_new());
  Require(context != nullptr);
  return context;
}

DigestContext NewDigestContext() {
  DigestContext context(EVP_MD_CTX_new());
  Require(context != nullptr);
  return context;
}

void Authenticate(EVP_CIPHER_CTX* context, base::ByteSpan associated_data) {
  Feed(context, associated_data, nullptr);
}

void SealStarted(EVP_CIPHER_CTX* context, base::ByteSpan associated_data, base::ByteSpan plaintext,
                 base::MutableByteSpan out) {
  Require(out.size() == plaintext.size() + kAeadTagBytes);
  Authenticate(context, associated_data);
  Feed(context, plaintext, out.data());
  uint8_t* const tag = out.data() + plaintext.size();
  int written = 0;
  Require(EVP_EncryptFinal_ex(context, tag, &written) == 1 && written == 0);
  Require(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kAeadTagBytes, tag) == 1);
}

bool OpenStarted(EVP_CIPHER_CTX* context, base::ByteSpan associated_data, base::ByteSpan sealed,
                 base::MutableByteSpan out) {
  if (sealed.size() < kAeadTagBytes) {
    Wipe(out);
    return false;
  }
  const base::ByteSpan ciphertext = sealed.first(sealed.size() - kAeadTagBytes);
  Require(out.size() == ciphertext.size());
  // OpenSSL takes the tag by a pointer to non-const and only reads it.
  auto* const tag = const_cast<uint8_t*>(sealed.data() + ciphertext.size());
  Require(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kAeadTagBytes, tag) == 1);
  // A tag that does not verify must leave nothing in this thread's error queue, where it
  // would look like a failure of the TLS connection served next.
  ERR_set_mark();
  Authenticate(context, associated_data);
  Feed(context, ciphertext, out.data());
  uint8_t end;
  int written = 0;
  const bool verified = EVP_DecryptFinal_ex(context, &end, &written) == 1;
  ERR_pop_to_mark();
  if (!verified) Wipe(out);
  return verified;
}

}  // namespace shadw::crypto
