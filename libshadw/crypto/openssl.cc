// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/openssl.h"

#include <algorithm>

#include "libshadw/crypto/invariant.h"

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

const EVP_CIPHER* Aes256Gcm() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  Require(cipher != nullptr);
  return cipher;
}

const EVP_CIPHER* ChaCha20Poly1305() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "ChaCha20-Poly1305", nullptr);
  Require(cipher != nullptr);
  return cipher;
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

void Transform(EVP_CIPHER_CTX* context, base::ByteSpan in, uint8_t* out) { Feed(context, in, out); }

}  // namespace shadw::crypto
