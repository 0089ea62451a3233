// SPDX-License-Identifier: Apache-2.0
//
// SHA-1, for the mainline DHT only: its targets are defined as SHA-1 hashes.
//
//   auto target = crypto::Sha1({public_key, salt});
//
// Limits: collisions can be made. Nothing new stands on it; `blake2b.h` and `hash.h` are
// there for that.
//   Source   FIPS 180-4
#ifndef LIBSHADW_CRYPTO_SHA1_H_
#define LIBSHADW_CRYPTO_SHA1_H_

#include <initializer_list>

#include "libshadw/base/bytes.h"

namespace shadw::crypto {

// SHA-1 of the concatenated parts.
base::ByteArray<20> Sha1(std::initializer_list<base::ByteSpan> parts);

}  // namespace shadw::crypto

#endif  // LIBSHADW_CRYPTO_SHA1_H_
