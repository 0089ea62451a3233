// SPDX-License-Identifier: Apache-2.0
//
// libsodium picks its code paths for this CPU, and opens its source of randomness,
// once per process. Every entry point that reaches libsodium calls this first; after
// the first call it costs one load. Private to this module.
#ifndef LIBSHADW_CRYPTO_SODIUM_READY_H_
#define LIBSHADW_CRYPTO_SODIUM_READY_H_

namespace shadw::crypto {

// Thread-safe.
void SodiumReady();

}  // namespace shadw::crypto

#endif  // LIBSHADW_CRYPTO_SODIUM_READY_H_
