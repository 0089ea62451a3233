// SPDX-License-Identifier: Apache-2.0
//
// Ends the process where a promise of our own code, or of a primitive that cannot
// fail, is broken: going on would seal under a wrong key or hand out stale bytes.
// Never applied to anything that a peer, a disk or a user sent. Private to this module.
#ifndef LIBSHADW_CRYPTO_INVARIANT_H_
#define LIBSHADW_CRYPTO_INVARIANT_H_

#include <cstdlib>

namespace shadw::crypto {

inline void Require(bool holds) {
  if (!holds) [[unlikely]] {
    std::abort();
  }
}

}  // namespace shadw::crypto

#endif  // LIBSHADW_CRYPTO_INVARIANT_H_
