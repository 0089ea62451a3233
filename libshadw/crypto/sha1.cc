// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/sha1.h"

#include "libshadw/crypto/openssl.h"

namespace shadw::crypto {

base::ByteArray<20> Sha1(std::initializer_list<base::ByteSpan> parts) {
  const DigestContext context = NewDigestContext();
  Require(EVP_DigestInit_ex2(context.get(), Sha1Digest(), nullptr) == 1);
  for (const base::ByteSpan part : parts) {
    Require(EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1);
  }
  base::ByteArray<20> digest;
  Require(EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1);
  return digest;
}

}  // namespace shadw::crypto
