// SPDX-License-Identifier: Apache-2.0
//
// Uses shadw::crypto and nothing else. Each of its libraries is called once: OpenSSL
// for SHA-256, libsodium for BLAKE2b, libsecp256k1 for the key tree.
#include <cstdio>

#include "libshadw/base/bytes.h"
#include "libshadw/crypto/bip32.h"
#include "libshadw/crypto/blake2b.h"
#include "libshadw/crypto/hash.h"

int main() {
  const auto abc = shadw::base::AsBytes("abc");
  if (shadw::base::ToHex(shadw::crypto::Sha256(abc)).substr(0, 8) != "ba7816bf") return 1;
  if (shadw::base::ToHex(shadw::crypto::Blake2b256({}, {abc})).substr(0, 8) != "bddd813c") return 1;
  const auto seed = shadw::base::FromHex("000102030405060708090a0b0c0d0e0f");
  const auto root = shadw::crypto::ExtendedPrivateKey::FromSeed(*seed);
  // Test vector 1 of BIP-32, the head of its public key.
  if (!root.ok() || root->ToPublic().Serialize().substr(0, 12) != "xpub661MyMwA") return 1;
  std::puts("crypto: ok");
  return 0;
}
