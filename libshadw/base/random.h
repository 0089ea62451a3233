// SPDX-License-Identifier: Apache-2.0
//
// Randomness is a parameter, like time. `crypto/random.h` holds the two sources:
// the operating system's, for keys and nonces, and a seeded one, for simulations
// and golden vectors.
#ifndef LIBSHADW_BASE_RANDOM_H_
#define LIBSHADW_BASE_RANDOM_H_

#include "libshadw/base/bytes.h"

namespace shadw::base {

class RandomSource {
 public:
  virtual ~RandomSource() = default;
  virtual void Fill(MutableByteSpan out) = 0;

  template <size_t kSize>
  ByteArray<kSize> Array() {
    ByteArray<kSize> bytes;
    Fill(bytes);
    return bytes;
  }
};

}  // namespace shadw::base

#endif  // LIBSHADW_BASE_RANDOM_H_
