// SPDX-License-Identifier: Apache-2.0
#include "name_examples.h"

#include <numeric>

namespace shadw::dht::names {

const base::ByteArray<32>& Seed() {
  static const base::ByteArray<32> seed = [] {
    base::ByteArray<32> bytes;
    std::iota(bytes.begin(), bytes.end(), uint8_t{0});
    return bytes;
  }();
  return seed;
}

const crypto::Ed25519Signer& Owner() {
  static const crypto::Ed25519Signer owner(Seed());
  return owner;
}

const crypto::Ed25519Signer& Stranger() {
  static const crypto::Ed25519Signer stranger(base::ByteArray<32>{9});
  return stranger;
}

NameFacts ServiceFacts() {
  return {.kind = NameKind::kService,
          .addresses = {*base::Endpoint::Parse("10.0.0.1:49737"),
                        *base::Endpoint::Parse("[2001:db8::1]:6881")},
          .capabilities = {"scan", "ipp"},
          .created = kBegin,
          .expires = kEnd};
}

NameRecord Printer(uint64_t seq) { return *MakeRecord(Owner(), "printer", ServiceFacts(), seq); }

}  // namespace shadw::dht::names
