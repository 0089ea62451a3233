// SPDX-License-Identifier: Apache-2.0
//
// SHA-256 of two messages at a time. A SHA instruction waits four cycles for the one
// before it, but a new one may start every two: two interleaved messages take the time
// of one. Private to this module; `LeafHasher` uses it where the CPU has the instructions.
//   Source   FIPS 180-4; Intel, "SHA Extensions" (sha256rnds2, sha256msg1, sha256msg2)
#ifndef LIBSHADW_CRYPTO_SHA256_PAIR_H_
#define LIBSHADW_CRYPTO_SHA256_PAIR_H_

#include "libshadw/base/bytes.h"

namespace shadw::crypto {

// Whether this CPU can. Thread-safe.
bool HasSha256Pair();

// Hashes both messages, which are of one length. Only where HasSha256Pair().
void Sha256Pair(base::ByteSpan first, base::ByteSpan second, base::ByteArray<32>& first_hash,
                base::ByteArray<32>& second_hash);

}  // namespace shadw::crypto

#endif  // LIBSHADW_CRYPTO_SHA256_PAIR_H_
