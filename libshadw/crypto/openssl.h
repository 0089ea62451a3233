// SPDX-License-Identifier: Apache-2.0
//
// Owners of OpenSSL's objects, and the descriptions of algorithms, which OpenSSL looks
// up by name. The lookup costs as much as hashing a kilobyte, so it is done once per
// process; the result is a constant. Private to this module.
#ifndef LIBSHADW_CRYPTO_OPENSSL_H_
#define LIBSHADW_CRYPTO_OPENSSL_H_

#include <openssl/err.h>
#include <openssl/evp.h>

#include <memory>

#include "libshadw/base/bytes.h"

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
const EVP_CIPHER* Aes256Gcm();
const EVP_CIPHER* ChaCha20Poly1305();
const EVP_MD* Sha256Digest();

CipherContext NewCipherContext();
DigestContext NewDigestContext();

// EVP counts bytes in `int`; these feed any length in pieces. `Authenticate` gives
// associated data; `Transform` encrypts or decrypts, in place where out is in.
void Authenticate(EVP_CIPHER_CTX* context, base::ByteSpan associated_data);
void Transform(EVP_CIPHER_CTX* context, base::ByteSpan in, uint8_t* out);

// Takes back what OpenSSL writes into the thread's error queue meanwhile: a tag that
// did not verify must not look like a failure of the TLS connection served next.
class ErrorQueueMark {
 public:
  ErrorQueueMark() { ERR_set_mark(); }
  ~ErrorQueueMark() { ERR_pop_to_mark(); }
  ErrorQueueMark(const ErrorQueueMark&) = delete;
  ErrorQueueMark& operator=(const ErrorQueueMark&) = delete;
};

}  // namespace shadw::crypto

#endif  // LIBSHADW_CRYPTO_OPENSSL_H_
