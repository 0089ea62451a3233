// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/backend.h"

#include <cstdlib>
#include <string_view>

namespace shadw::crypto {

bool OnlyOpenSsl() {
  static const bool only = [] {
    const char* const backend = std::getenv("SHADW_CRYPTO_BACKEND");
    return backend != nullptr && std::string_view(backend) == "openssl";
  }();
  return only;
}

}  // namespace shadw::crypto
