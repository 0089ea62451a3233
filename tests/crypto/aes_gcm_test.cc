// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/aes_gcm.h"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include <memory>

#include "libshadw/crypto/aes_gcm_backend.h"
#include "libshadw/crypto/aes_gcm_sodium.h"
#include "libshadw/crypto/random.h"
#include "tests/crypto/aead_laws.h"
#include "tests/crypto/vectors.h"

namespace shadw::crypto {
namespace {

using Bytes = base::ByteSpan;
using Out = base::MutableByteSpan;

// One object for all calls, so that every test also re-keys and changes direction.
Aead OneObject() {
  auto gcm = std::make_shared<AesGcm>(base::ByteArray<32>{});
  return {32, 12,
          [gcm](Bytes key, Bytes nonce, Bytes data, Bytes plaintext, Out out) {
            gcm->SetKey(Fixed<32>(key));
            gcm->Seal(Fixed<12>(nonce), data, plaintext, out);
          },
          [gcm](Bytes key, Bytes nonce, Bytes data, Bytes sealed, Out out) {
            gcm->SetKey(Fixed<32>(key));
            return gcm->Open(Fixed<12>(nonce), data, sealed, out);
          }};
}

Aead AFreshObjectEachTime() {
  return {32, 12,
          [](Bytes key, Bytes nonce, Bytes data, Bytes plaintext, Out out) {
            AesGcm(Fixed<32>(key)).Seal(Fixed<12>(nonce), data, plaintext, out);
          },
          [](Bytes key, Bytes nonce, Bytes data, Bytes sealed, Out out) {
            return AesGcm(Fixed<32>(key)).Open(Fixed<12>(nonce), data, sealed, out);
          }};
}

Aead Backend(std::unique_ptr<AesGcmBackend> (*create)(std::span<const uint8_t, 32>)) {
  const std::shared_ptr<AesGcmBackend> gcm = create(base::ByteArray<32>{});
  return {32, 12,
          [gcm](Bytes key, Bytes nonce, Bytes data, Bytes plaintext, Out out) {
            gcm->SetKey(Fixed<32>(key));
            gcm->Seal(Fixed<12>(nonce), data, plaintext, out);
          },
          [gcm](Bytes key, Bytes nonce, Bytes data, Bytes sealed, Out out) {
            gcm->SetKey(Fixed<32>(key));
            return gcm->Open(Fixed<12>(nonce), data, sealed, out);
          }};
}

Aead Sodium() {
  return {32, 12,
          [](Bytes key, Bytes nonce, Bytes data, Bytes plaintext, Out out) {
            SodiumAesGcm::Create(Fixed<32>(key))->Seal(Fixed<12>(nonce), data, plaintext, out);
          },
          [](Bytes key, Bytes nonce, Bytes data, Bytes sealed, Out out) {
            return SodiumAesGcm::Create(Fixed<32>(key))->Open(Fixed<12>(nonce), data, sealed, out);
          }};
}

bool SodiumIsThere() { return SodiumAesGcm::Create(base::ByteArray<32>{}).ok(); }

// McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B.
TEST(AesGcm, GivesTheBytesOfTheAuthorsTestCases) {
  AesGcm gcm(base::ByteArray<32>{});
  base::Bytes out(32);
  const base::ByteArray<12> nonce{};
  gcm.Seal(nonce, {}, {}, Out(out).first(16));  // case 13
  EXPECT_EQ(base::ToHex(Bytes(out).first(16)), "530f8afbc74536b9a963b4f1c4cb738b");
  gcm.Seal(nonce, {}, base::Bytes(16), out);  // case 14
  EXPECT_EQ(base::ToHex(out), "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
  gcm.SetKey(
      HexArray<32>("feffe9928665731c6d6a8f9467308308"
                   "feffe9928665731c6d6a8f9467308308"));
  out.resize(76);
  gcm.Seal(HexArray<12>("cafebabefacedbaddecaf888"),  // case 16
           Hex("feedfacedeadbeeffeedfacedeadbeefabaddad2"),
           Hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
               "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"),
           out);
  EXPECT_EQ(base::ToHex(out),
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
            "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
            "76fc6ece0f4e1768cddf8853bb2d551b");
}

// Keys and nonces of other lengths are `valid` in the file and do not exist here.
bool FitsTheInterface(const nlohmann::json& group) {
  return group.at("keySize") == 256 && group.at("ivSize") == 96 && group.at("tagSize") == 128;
}

size_t RunWycheproofGcm(const Aead& aead) {
  size_t ran = 0;
  RunWycheproof("aes_gcm_test.json", [&](const auto& group, const auto& test) {
    if (!FitsTheInterface(group)) return test.at("result") == "valid";
    ++ran;
    return RunAeadCase(aead, test);
  });
  return ran;
}

TEST(AesGcm, AgreesWithWycheproof) { EXPECT_EQ(RunWycheproofGcm(OneObject()), 66u); }

TEST(AesGcm, OpensWhatItSealed) {
  ExpectOpensWhatItSealed(OneObject());
  ExpectOpensWhatItSealed(AFreshObjectEachTime());
}

TEST(AesGcm, RefusesEveryChange) { ExpectRefusesEveryChange(OneObject()); }

TEST(AesGcm, ReKeyingGivesWhatAFreshObjectGives) {
  ExpectSameBytes(OneObject(), AFreshObjectEachTime());
}

TEST(AesGcm, KeepsItsKeyOverManyNoncesInBothDirections) {
  const auto key = SeededRandom(1).Array<32>();
  AesGcm gcm(key);
  base::ByteArray<100> text = SeededRandom(2).Array<100>();
  base::ByteArray<116> sealed;
  base::ByteArray<116> expected;
  base::ByteArray<100> opened;
  for (uint8_t i = 0; i < 200; ++i) {
    const base::ByteArray<12> nonce = {i};
    gcm.Seal(nonce, {}, text, sealed);
    AesGcm(key).Seal(nonce, {}, text, expected);
    EXPECT_EQ(sealed, expected);
    if (i % 3 == 0) {
      EXPECT_TRUE(gcm.Open(nonce, {}, sealed, opened));
      EXPECT_EQ(opened, text);
    }
    if (i % 5 == 0) {
      sealed[i % sealed.size()] ^= 1;
      EXPECT_FALSE(gcm.Open(nonce, {}, sealed, opened));
    }
  }
}

TEST(AesGcm, TakesItsKeyAlongWhenMoved) {
  const base::ByteArray<12> nonce{};
  const base::ByteArray<4> text = {1, 2, 3, 4};
  base::ByteArray<20> before;
  base::ByteArray<20> after;
  AesGcm first(SeededRandom(1).Array<32>());
  first.Seal(nonce, {}, text, before);
  AesGcm second = std::move(first);
  second.Seal(nonce, {}, text, after);
  EXPECT_EQ(before, after);
  first = AesGcm(SeededRandom(2).Array<32>());
  first.Seal(nonce, {}, text, after);
  EXPECT_NE(before, after);
}

TEST(AesGcm, LeavesNoErrorForTheNextUserOfTheThread) {
  ERR_clear_error();
  AesGcm gcm(base::ByteArray<32>{});
  base::ByteArray<20> sealed{};
  base::ByteArray<4> out;
  EXPECT_FALSE(gcm.Open(base::ByteArray<12>{}, {}, sealed, out));
  EXPECT_EQ(ERR_peek_error(), 0u);
}

TEST(AesGcmDeathTest, DiesWhereTheOutputHasTheWrongSize) {
  AesGcm gcm(base::ByteArray<32>{});
  base::Bytes out(20);
  EXPECT_DEATH(gcm.Seal(base::ByteArray<12>{}, {}, base::Bytes(3), out), "");
  EXPECT_DEATH((void)gcm.Open(base::ByteArray<12>{}, {}, base::Bytes(40), out), "");
}

TEST(OpenSslAesGcm, KeepsTheLaws) {
  const Aead openssl = Backend(NewOpenSslAesGcm);
  EXPECT_EQ(RunWycheproofGcm(openssl), 66u);
  ExpectOpensWhatItSealed(openssl);
  ExpectRefusesEveryChange(openssl);
}

TEST(IpsecMbAesGcm, AgreesWithOpenSsl) {
  if (NewIpsecMbAesGcm(base::ByteArray<32>{}) == nullptr) GTEST_SKIP() << "libipsec-mb is absent";
  ExpectSameBytes(Backend(NewIpsecMbAesGcm), Backend(NewOpenSslAesGcm));
}

TEST(IpsecMbAesGcm, KeepsTheLaws) {
  if (NewIpsecMbAesGcm(base::ByteArray<32>{}) == nullptr) GTEST_SKIP() << "libipsec-mb is absent";
  const Aead ipsec_mb = Backend(NewIpsecMbAesGcm);
  EXPECT_EQ(RunWycheproofGcm(ipsec_mb), 66u);
  ExpectOpensWhatItSealed(ipsec_mb);
  ExpectRefusesEveryChange(ipsec_mb);
}

TEST(IpsecMbAesGcmDeathTest, DiesWhereTheOutputHasTheWrongSize) {
  const auto gcm = NewIpsecMbAesGcm(base::ByteArray<32>{});
  if (gcm == nullptr) GTEST_SKIP() << "libipsec-mb is absent";
  base::Bytes out(20);
  EXPECT_DEATH(gcm->Seal(base::ByteArray<12>{}, {}, base::Bytes(3), out), "");
  EXPECT_DEATH((void)gcm->Open(base::ByteArray<12>{}, {}, base::Bytes(40), out), "");
}

TEST(SodiumAesGcm, AgreesWithTheFirstImplementation) {
  if (!SodiumIsThere()) GTEST_SKIP() << "this CPU has no AES instructions";
  ExpectSameBytes(OneObject(), Sodium());
}

TEST(SodiumAesGcm, KeepsTheLaws) {
  if (!SodiumIsThere()) GTEST_SKIP() << "this CPU has no AES instructions";
  EXPECT_EQ(RunWycheproofGcm(Sodium()), 66u);
  ExpectOpensWhatItSealed(Sodium());
  ExpectRefusesEveryChange(Sodium());
}

}  // namespace
}  // namespace shadw::crypto
