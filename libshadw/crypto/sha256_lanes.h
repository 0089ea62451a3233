// SPDX-License-Identifier: Apache-2.0
//
// SHA-256 of several messages of one length at once: no instruction makes one message
// faster than its chain of rounds, but independent messages can share the instructions.
// What it costs to run n of 16 lanes does not depend on n, so lanes must be filled.
// Private to this module.
#ifndef LIBSHADW_CRYPTO_SHA256_LANES_H_
#define LIBSHADW_CRYPTO_SHA256_LANES_H_

#include <cstddef>
#include <span>

#include "libshadw/base/bytes.h"
#include "libshadw/crypto/hash.h"

namespace shadw::crypto {

// Hashes leaves from the front of `data`, as many as lanes hash faster than OpenSSL
// does, which may be none. Returns how many; the rest is the caller's.
//   Shapes   data  a multiple of leaf_bytes, leaf_bytes > 0
//   Promise  thread-safe
//   Cost     the first use on a thread allocates 400 KB that the thread keeps
size_t HashInLanes(base::ByteSpan data, size_t leaf_bytes, base::ByteArray<32>* out);
// The same for leaves that lie here and there.
//   Shapes   leaves  all of one length > 0
size_t HashInLanes(std::span<const LeafHasher::Leaf> leaves);

}  // namespace shadw::crypto

#endif  // LIBSHADW_CRYPTO_SHA256_LANES_H_
