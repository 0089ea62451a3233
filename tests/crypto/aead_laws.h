// SPDX-License-Identifier: Apache-2.0
//
// What every AEAD here promises, said once for all of them.
#ifndef TESTS_CRYPTO_AEAD_LAWS_H_
#define TESTS_CRYPTO_AEAD_LAWS_H_

#include <cstddef>
#include <functional>
#include <nlohmann/json.hpp>

#include "libshadw/base/bytes.h"

namespace shadw::crypto {

struct Aead {
  size_t key_bytes;
  size_t nonce_bytes;
  std::function<void(base::ByteSpan key, base::ByteSpan nonce, base::ByteSpan associated_data,
                     base::ByteSpan plaintext, base::MutableByteSpan out)>
      seal;
  std::function<bool(base::ByteSpan key, base::ByteSpan nonce, base::ByteSpan associated_data,
                     base::ByteSpan sealed, base::MutableByteSpan out)>
      open;
};

// One case of Wycheproof: seals and opens where key and nonce fit the interface, compares
// both with the file, returns whether it opened.
bool RunAeadCase(const Aead& aead, const nlohmann::json& test);

// Opens what it sealed for every length up to 300, also where output replaces input.
void ExpectOpensWhatItSealed(const Aead& aead);

// Refuses every change of one bit of key, nonce, associated data, ciphertext and tag, and
// every truncation; leaves zeros behind each time.
void ExpectRefusesEveryChange(const Aead& aead);

// Both give the same bytes for every length up to 300 and for random longer ones.
void ExpectSameBytes(const Aead& a, const Aead& b);

}  // namespace shadw::crypto

#endif  // TESTS_CRYPTO_AEAD_LAWS_H_
