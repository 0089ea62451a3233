// SPDX-License-Identifier: Apache-2.0
//
// Owners of OpenSSL's objects, and the descriptions of algorithms, which OpenSSL looks
// up by name. The lookup costs as much as hashing a kilobyte, so it is done once per
// process; the result is a constant. Private to this module.
#ifndef LIBSHADW_CRYPTO_OPENSSL_H_
#define LIBSHADW_CRYPTO_OPENSSL_H_

#include <openssl/evp.h>

#include <memory>

#include "libshadw/base/bytes.h"
#include "libshadw/crypto/invariant.h"

namespace shadw::crypto {

struct FreeCipherContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
struct FreeDigestContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeCipherContext>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreeDigestContext>;

// Thread-safe.
const EVP_CIPHER* Aes256GcmCipher();
const EVP_CIPHER* ChaCha20Poly1305Cipher();
const EVP_MD* Sha1Digest();
const EVP_MD* Sha256Digest();

CipherContext NewCipherContext();
DigestContext NewDigestContext();

inline constexpr size_t kAeadTagBytes = 16;

// Gives associated data of any length; EVP counts in `int`.
void Authenticate(EVP_CIPHER_CTX* context, base::ByteSpan associated_data);

// Seals with an AEAD context that has its key and nonce: ciphertext, then tag.
void SealStarted(EVP_CIPHER_CTX* context, base::ByteSpan associated_data, base::ByteSpan plaintext,
                 base::MutableByteSpan out);

// Opens likewise; false, and `out` wiped, where the tag does not verify.
bool OpenStarted(EVP_CIPHER_CTX* context, base::ByteSpan associated_data, base::ByteSpan sealed,
                 base::MutableByteSpan out);

}  // namespace shadw::crypto

#endif  // LIBSHADW_CRYPTO_OPENSSL_H_
