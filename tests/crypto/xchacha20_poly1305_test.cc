// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/xchacha20_poly1305.h"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include "libshadw/crypto/xchacha20_poly1305_openssl.h"
#include "tests/crypto/aead_laws.h"
#include "tests/crypto/vectors.h"

namespace shadw::crypto {
namespace {

using Bytes = base::ByteSpan;
using Out = base::MutableByteSpan;

Aead Sodium() {
  return {32, 24,
          [](Bytes key, Bytes nonce, Bytes data, Bytes plaintext, Out out) {
            XChaCha20Poly1305Seal(Fixed<32>(key), Fixed<24>(nonce), data, plaintext, out);
          },
          [](Bytes key, Bytes nonce, Bytes data, Bytes sealed, Out out) {
            return XChaCha20Poly1305Open(Fixed<32>(key), Fixed<24>(nonce), data, sealed, out);
          }};
}

Aead OpenSsl() {
  return {32, 24,
          [](Bytes key, Bytes nonce, Bytes data, Bytes plaintext, Out out) {
            OpenSslXChaCha20Poly1305Seal(Fixed<32>(key), Fixed<24>(nonce), data, plaintext, out);
          },
          [](Bytes key, Bytes nonce, Bytes data, Bytes sealed, Out out) {
            return OpenSslXChaCha20Poly1305Open(Fixed<32>(key), Fixed<24>(nonce), data, sealed,
                                                out);
          }};
}

// The first case of the file is the example of draft-irtf-cfrg-xchacha, A.3.
TEST(XChaCha20Poly1305, AgreesWithWycheproof) {
  for (const Aead& aead : {Sodium(), OpenSsl()}) {
    EXPECT_EQ(RunWycheproof("xchacha20_poly1305_test.json",
                            [&](const auto&, const auto& test) { return RunAeadCase(aead, test); }),
              315u);
  }
}

TEST(XChaCha20Poly1305, OpensWhatItSealed) {
  ExpectOpensWhatItSealed(Sodium());
  ExpectOpensWhatItSealed(OpenSsl());
}

TEST(XChaCha20Poly1305, RefusesEveryChange) {
  ExpectRefusesEveryChange(Sodium());
  ExpectRefusesEveryChange(OpenSsl());
}

TEST(XChaCha20Poly1305, BothImplementationsGiveTheSameBytes) {
  ExpectSameBytes(Sodium(), OpenSsl());
}

TEST(XChaCha20Poly1305, LeavesNoErrorForTheNextUserOfTheThread) {
  ERR_clear_error();
  base::ByteArray<20> sealed{};
  base::ByteArray<4> out;
  EXPECT_FALSE(
      OpenSslXChaCha20Poly1305Open(base::ByteArray<32>{}, base::ByteArray<24>{}, {}, sealed, out));
  EXPECT_EQ(ERR_peek_error(), 0u);
}

}  // namespace
}  // namespace shadw::crypto
