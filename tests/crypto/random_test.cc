// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "libshadw/base/bytes.h"
#include "tests/crypto/vectors.h"

namespace shadw::crypto {
namespace {

// RFC 8439, A.1, test vectors 1 and 2: key and nonce zero, block counters 0 and 1.
constexpr std::string_view kZeroKeyStream =
    "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7"
    "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586"
    "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed"
    "29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f";

TEST(SeededRandom, IsTheChaCha20KeystreamOfItsSeed) {
  SeededRandom random(base::ByteArray<32>{});
  EXPECT_EQ(base::ToHex(random.Array<128>()), kZeroKeyStream);
}

TEST(SeededRandom, TakesAnIntegerAsTheStartOfItsSeed) {
  // Computed with another implementation: key 07 00…, nonce and counter zero.
  EXPECT_EQ(base::ToHex(SeededRandom(7).Array<32>()),
            "f19ee3b965429844e496af300ed6cb0ddf11e75412e4252c931663e75593c729");
  base::ByteArray<32> seed{};
  seed[0] = 0x08;
  seed[7] = 0x01;
  EXPECT_EQ(SeededRandom(seed).Array<64>(), SeededRandom(0x0100000000000008).Array<64>());
}

TEST(SeededRandom, GivesOneStreamHoweverItIsCutUp) {
  base::Bytes whole(3000);
  SeededRandom(1).Fill(whole);
  for (const size_t piece : {1u, 7u, 63u, 64u, 65u, 511u, 512u, 513u, 1000u, 2999u}) {
    SeededRandom random(1);
    base::Bytes pieces(whole.size());
    for (size_t at = 0; at < pieces.size(); at += piece) {
      random.Fill(base::MutableByteSpan(pieces).subspan(at, std::min(piece, pieces.size() - at)));
    }
    EXPECT_EQ(pieces, whole) << piece;
  }
}

TEST(SeededRandom, AnEmptyFillTakesNothing) {
  SeededRandom random(1);
  random.Fill({});
  EXPECT_EQ(random.Array<16>(), SeededRandom(1).Array<16>());
}

TEST(SeededRandom, SeedsGiveDifferentStreams) {
  std::set<base::ByteArray<16>> starts;
  for (uint64_t seed = 0; seed < 1000; ++seed) starts.insert(SeededRandom(seed).Array<16>());
  EXPECT_EQ(starts.size(), 1000u);
}

TEST(SystemRandom, NeverRepeatsItself) {
  SystemRandom random;
  std::set<base::ByteArray<16>> drawn;
  for (int i = 0; i < 1000; ++i) drawn.insert(random.Array<16>());
  EXPECT_EQ(drawn.size(), 1000u);
  random.Fill({});
}

}  // namespace
}  // namespace shadw::crypto
