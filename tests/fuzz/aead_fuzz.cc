// SPDX-License-Identifier: Apache-2.0
//
// Hostile ciphertexts: kind 1 · length of associated data 1 · associated data · the rest,
// under a fixed key. Nothing opens unless it was sealed here, all implementations agree,
// and what did not open leaves zeros.
#include <algorithm>
#include <cstdlib>

#include "libshadw/base/coding.h"
#include "libshadw/crypto/aes_gcm.h"
#include "libshadw/crypto/aes_gcm_backend.h"
#include "libshadw/crypto/aes_gcm_sodium.h"
#include "libshadw/crypto/xchacha20_poly1305.h"
#include "libshadw/crypto/xchacha20_poly1305_openssl.h"

namespace shadw::crypto {
namespace {

constexpr base::ByteArray<32> kKey = {1, 2, 3};
constexpr base::ByteArray<24> kNonce = {4, 5, 6};
constexpr size_t kTagBytes = 16;

void Require(bool condition) {
  if (!condition) std::abort();
}

// `open` and `seal` are one implementation, `check` is the other one's open.
template <typename Seal, typename Open, typename Check>
void Fuzz(base::ByteSpan data, base::ByteSpan input, Seal seal, Open open, Check check) {
  base::Bytes out(input.size() < kTagBytes ? 0 : input.size() - kTagBytes, 0xaa);
  base::Bytes out_of_check = out;
  const bool opened = open(data, input, out);
  Require(check(data, input, out_of_check) == opened && out == out_of_check);
  if (opened) {
    base::Bytes sealed(input.size());
    seal(data, out, sealed);
    Require(std::ranges::equal(sealed, input));
  } else {
    Require(std::ranges::all_of(out, [](uint8_t byte) { return byte == 0; }));
  }
  base::Bytes sealed(input.size() + kTagBytes);
  seal(data, input, sealed);
  base::Bytes back(input.size());
  Require(check(data, sealed, back) && std::ranges::equal(back, input));
}

using Bytes = base::ByteSpan;
using Out = base::MutableByteSpan;

void FuzzGcm(Bytes data, Bytes input) {
  const auto nonce = std::span(kNonce).first<12>();
  AesGcm gcm(kKey);
  const auto openssl = NewOpenSslAesGcm(kKey);
  const auto sodium = SodiumAesGcm::Create(kKey);
  Fuzz(
      data, input, [&](Bytes a, Bytes text, Out out) { gcm.Seal(nonce, a, text, out); },
      [&](Bytes a, Bytes sealed, Out out) { return gcm.Open(nonce, a, sealed, out); },
      [&](Bytes a, Bytes sealed, Out out) {
        const bool opened = openssl->Open(nonce, a, sealed, out);
        if (sodium.ok()) {
          base::Bytes other(out.size());
          Require(sodium->Open(nonce, a, sealed, other) == opened);
          Require(std::ranges::equal(other, out));
        }
        return opened;
      });
}

void FuzzXChaCha(Bytes data, Bytes input) {
  Fuzz(
      data, input,
      [](Bytes a, Bytes text, Out out) { XChaCha20Poly1305Seal(kKey, kNonce, a, text, out); },
      [](Bytes a, Bytes sealed, Out out) {
        return XChaCha20Poly1305Open(kKey, kNonce, a, sealed, out);
      },
      [](Bytes a, Bytes sealed, Out out) {
        return OpenSslXChaCha20Poly1305Open(kKey, kNonce, a, sealed, out);
      });
}

}  // namespace
}  // namespace shadw::crypto

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  shadw::base::ByteReader in({data, size});
  const bool gcm = in.U8() % 2 == 0;
  const size_t data_bytes = in.U8();
  const shadw::base::ByteSpan associated_data = in.View(std::min(data_bytes, in.remaining()));
  const shadw::base::ByteSpan input = in.View(in.remaining());
  gcm ? shadw::crypto::FuzzGcm(associated_data, input)
      : shadw::crypto::FuzzXChaCha(associated_data, input);
  return 0;
}
