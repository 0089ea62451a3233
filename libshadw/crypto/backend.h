// SPDX-License-Identifier: Apache-2.0
//
// Two libraries do bulk crypto and give the same bytes: libipsec-mb, where it was found
// at build time and gains on this CPU, and OpenSSL everywhere.
// SHADW_CRYPTO_BACKEND=openssl in the environment keeps a process to OpenSSL; any other
// value, `ipsec-mb` among them, changes nothing. Private to this module.
#ifndef LIBSHADW_CRYPTO_BACKEND_H_
#define LIBSHADW_CRYPTO_BACKEND_H_

namespace shadw::crypto {

// True where the environment asked for OpenSSL at the first call. Thread-safe.
bool OnlyOpenSsl();

}  // namespace shadw::crypto

#endif  // LIBSHADW_CRYPTO_BACKEND_H_
