// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/sodium_ready.h"

#include <sodium.h>

#include "libshadw/crypto/invariant.h"

namespace shadw::crypto {

void SodiumReady() {
  // 0: initialised now, 1: initialised before by somebody else, -1: no randomness.
  static const bool ready = sodium_init() >= 0;
  Require(ready);
}

}  // namespace shadw::crypto
