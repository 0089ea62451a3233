// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/ed25519_blinded.h"

#include <gtest/gtest.h>

#include <numeric>
#include <set>

#include "libshadw/crypto/ed25519.h"
#include "libshadw/crypto/random.h"

namespace shadw::crypto {
namespace {

TEST(BlindedEd25519, AnybodyComputesTheKeyAndOnlyTheOwnerSigns) {
  SeededRandom random(1);
  for (size_t i = 0; i < 64; ++i) {
    const auto seed = random.Array<32>();
    base::Bytes context(i);
    random.Fill(context);
    const BlindedEd25519Signer signer(seed, context);
    const auto key = BlindEd25519Key(Ed25519Signer(seed).public_key(), context);
    ASSERT_TRUE(key.has_value());
    EXPECT_EQ(*key, signer.public_key());
    const auto signature = signer.Sign(context);
    EXPECT_TRUE(Ed25519Verify(*key, context, signature));
    EXPECT_EQ(signer.Sign(context), signature);
    const auto other = random.Array<1>();
    EXPECT_FALSE(Ed25519Verify(*key, other, signature));
    EXPECT_FALSE(Ed25519Verify(*key, context, Ed25519Signer(seed).Sign(context)));
  }
}

// Computed apart from libsodium, with the curve's formulas in big integers.
TEST(BlindedEd25519, GivesTheGoldenKeyAndSignature) {
  base::ByteArray<32> seed;
  std::iota(seed.begin(), seed.end(), uint8_t{0});
  const BlindedEd25519Signer signer(seed, base::AsBytes("context"));
  EXPECT_EQ(base::ToHex(signer.public_key()),
            "48959dfd1994e0f576120b7792ac9f972254d86afdf6c6c8add5fc234127dd43");
  EXPECT_EQ(base::ToHex(signer.Sign(base::AsBytes("message"))),
            "48ebc3ce3d4cf93057e007a458a68d6866291cdb4239710adb1fea3fe5281fea"
            "9b4a31a101ae5fee39dbc5efc40a8f2c2c1f4e107776b62f8bb924fa98101b02");
}

TEST(BlindedEd25519, EveryOwnerAndContextHasItsOwnKey) {
  std::set<base::ByteArray<32>> keys;
  for (uint8_t owner = 0; owner < 8; ++owner) {
    const Ed25519Signer signer(base::ByteArray<32>{owner});
    keys.insert(signer.public_key());
    for (uint8_t context = 0; context < 8; ++context) {
      keys.insert(*BlindEd25519Key(signer.public_key(), base::ByteArray<1>{context}));
    }
    keys.insert(*BlindEd25519Key(signer.public_key(), {}));
  }
  EXPECT_EQ(keys.size(), 8 * 10);
}

TEST(BlindedEd25519, RefusesKeysThatAreNoPointsOfTheMainGroup) {
  EXPECT_FALSE(BlindEd25519Key(base::ByteArray<32>{}, {}).has_value());   // order 4
  EXPECT_FALSE(BlindEd25519Key(base::ByteArray<32>{1}, {}).has_value());  // the neutral point
  EXPECT_FALSE(BlindEd25519Key(base::ByteArray<32>{2}, {}).has_value());  // no point
  base::ByteArray<32> not_canonical;
  not_canonical.fill(0xff);
  EXPECT_FALSE(BlindEd25519Key(not_canonical, {}).has_value());
}

}  // namespace
}  // namespace shadw::crypto
