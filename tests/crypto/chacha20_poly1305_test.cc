// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/chacha20_poly1305.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include "tests/crypto/aead_laws.h"
#include "tests/crypto/vectors.h"

namespace shadw::crypto {
namespace {

using Bytes = base::ByteSpan;
using Out = base::MutableByteSpan;

Aead Ours() {
  return {32, 12,
          [](Bytes key, Bytes nonce, Bytes data, Bytes plaintext, Out out) {
            ChaCha20Poly1305Seal(Fixed<32>(key), Fixed<12>(nonce), data, plaintext, out);
          },
          [](Bytes key, Bytes nonce, Bytes data, Bytes sealed, Out out) {
            return ChaCha20Poly1305Open(Fixed<32>(key), Fixed<12>(nonce), data, sealed, out);
          }};
}

Aead Sodium() {
  return {32, 12,
          [](Bytes key, Bytes nonce, Bytes data, Bytes plaintext, Out out) {
            crypto_aead_chacha20poly1305_ietf_encrypt(out.data(), nullptr, plaintext.data(),
                                                      plaintext.size(), data.data(), data.size(),
                                                      nullptr, nonce.data(), key.data());
          },
          [](Bytes key, Bytes nonce, Bytes data, Bytes sealed, Out out) {
            return crypto_aead_chacha20poly1305_ietf_decrypt(
                       out.data(), nullptr, nullptr, sealed.data(), sealed.size(), data.data(),
                       data.size(), nonce.data(), key.data()) == 0;
          }};
}

TEST(ChaCha20Poly1305, OpensTheMessageOfRfc8439AppendixA5) {
  const base::Bytes sealed =
      Hex("64a0861575861af460f062c79be643bd5e805cfd345cf389f108670ac76c8cb2"
          "4c6cfc18755d43eea09ee94e382d26b0bdb7b73c321b0100d4f03b7f355894cf"
          "332f830e710b97ce98c8a84abd0b948114ad176e008d33bd60f982b1ff37c855"
          "9797a06ef4f0ef61c186324e2b3506383606907b6a7c02b0f9f6157b53c867e4"
          "b9166c767b804d46a59b5216cde7a4e99040c5a40433225ee282a1b0a06c523e"
          "af4534d7f83fa1155b0047718cbc546a0d072b04b3564eea1b422273f548271a"
          "0bb2316053fa76991955ebd63159434ecebb4e466dae5a1073a6727627097a10"
          "49e617d91d361094fa68f0ff77987130305beaba2eda04df997b714d6c6f2c29"
          "a6ad5cb4022b02709beead9d67890cbb22392336fea1851f38");
  base::Bytes opened(sealed.size() - 16);
  ASSERT_TRUE(ChaCha20Poly1305Open(
      HexArray<32>("1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0"),
      HexArray<12>("000000000102030405060708"), Hex("f33388860000000000004e91"), sealed, opened));
  EXPECT_TRUE(base::AsText(opened).starts_with("Internet-Drafts are draft documents valid"));
}

TEST(ChaCha20Poly1305, AgreesWithWycheproof) {
  EXPECT_EQ(RunWycheproof("chacha20_poly1305_test.json",
                          [](const auto&, const auto& test) { return RunAeadCase(Ours(), test); }),
            325u);
}

TEST(ChaCha20Poly1305, OpensWhatItSealed) { ExpectOpensWhatItSealed(Ours()); }
TEST(ChaCha20Poly1305, RefusesEveryChange) { ExpectRefusesEveryChange(Ours()); }
TEST(ChaCha20Poly1305, AgreesWithASecondImplementation) { ExpectSameBytes(Ours(), Sodium()); }

}  // namespace
}  // namespace shadw::crypto
