// SPDX-License-Identifier: Apache-2.0
//
// Hostile texts for everything that reads keys: Base58Check, extended keys, key paths.
// The first byte picks the reader. Whatever is accepted must be written back the same.
#include <cstdlib>
#include <string>

#include "libshadw/crypto/base58.h"
#include "libshadw/crypto/bip32.h"

namespace shadw::crypto {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

void FuzzPrivateKey(std::string_view text) {
  const auto key = ExtendedPrivateKey::Parse(text);
  if (!key.ok()) return;
  Require(base::AsText(key->Serialize().bytes()) == text);
  const auto child = key->Derive(kHardened);
  Require(child.ok() == (key->position().depth < kMaxKeyPathSteps));
  Require(ExtendedPublicKey::Parse(key->ToPublic().Serialize()).ok());
}

void FuzzPublicKey(std::string_view text) {
  const auto key = ExtendedPublicKey::Parse(text);
  if (!key.ok()) return;
  Require(key->Serialize() == text);
  Require(key->Derive(0).ok() == (key->position().depth < kMaxKeyPathSteps));
  Require(key->KeyMatches("m", key->public_key()).value());
}

void FuzzBase58(std::string_view text) {
  const auto payload = Base58CheckDecode(text);
  if (payload.ok()) Require(Base58CheckEncode(*payload).value() == text);
}

void FuzzPath(std::string_view text) {
  const auto path = ParseKeyPath(text);
  if (path.ok()) Require(ParseKeyPath(FormatKeyPath(*path)).value() == *path);
}

// A payload as it is, so that mutations get past the checksum.
void FuzzPayload(base::ByteSpan payload) {
  const auto text = Base58CheckEncode(payload);
  Require(text.ok() == (payload.size() <= kMaxBase58PayloadBytes));
  if (!text.ok()) return;
  FuzzBase58(*text);
  FuzzPrivateKey(*text);
  FuzzPublicKey(*text);
}

}  // namespace
}  // namespace shadw::crypto

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const shadw::base::ByteSpan rest(data + 1, size - 1);
  const std::string_view text = shadw::base::AsText(rest);
  switch (data[0] % 5) {
    case 0:
      shadw::crypto::FuzzPrivateKey(text);
      break;
    case 1:
      shadw::crypto::FuzzPublicKey(text);
      break;
    case 2:
      shadw::crypto::FuzzBase58(text);
      break;
    case 3:
      shadw::crypto::FuzzPath(text);
      break;
    default:
      shadw::crypto::FuzzPayload(rest);
  }
  return 0;
}
