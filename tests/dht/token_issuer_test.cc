// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/token_issuer.h"

#include <gtest/gtest.h>

#include "tests/dht/strangers.h"

namespace shadw::dht {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class TokenIssuerTest : public testing::Test {
 protected:
  base::Bytes Issue(base::Time now, const base::Endpoint& to, const NodeId& target) {
    return base::ToBytes(base::ByteSpan(issuer_.Issue(now, to, target)).first(8));
  }
  crypto::SeededRandom random_{1};
  TokenIssuer issuer_{8, minutes(5), &random_};
};

TEST_F(TokenIssuerTest, ATokenHoldsForItsAddressAndTargetOnly) {
  const base::Bytes token = Issue(kStart, Host(1), IdOf(1));
  EXPECT_TRUE(issuer_.Accepts(kStart, token, Host(1), IdOf(1)));
  EXPECT_FALSE(issuer_.Accepts(kStart, token, Host(2), IdOf(1)));
  EXPECT_FALSE(issuer_.Accepts(kStart, token, Host(1), IdOf(2)));
  // The port may change: NATs do that.
  EXPECT_TRUE(issuer_.Accepts(kStart, token, Host(1, 999), IdOf(1)));
}

TEST_F(TokenIssuerTest, NoOtherBytesAreAToken) {
  const base::Bytes token = Issue(kStart, Host(1), IdOf(1));
  for (size_t bit = 0; bit < 8 * token.size(); ++bit) {
    base::Bytes forged = token;
    forged[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    EXPECT_FALSE(issuer_.Accepts(kStart, forged, Host(1), IdOf(1)));
  }
  for (size_t size = 0; size < token.size(); ++size) {
    EXPECT_FALSE(issuer_.Accepts(kStart, base::ByteSpan(token).first(size), Host(1), IdOf(1)));
  }
  base::Bytes longer = token;
  longer.push_back(0);
  EXPECT_FALSE(issuer_.Accepts(kStart, longer, Host(1), IdOf(1)));
}

TEST_F(TokenIssuerTest, ATokenLivesOneToTwoRotations) {
  issuer_.Issue(kStart, Host(1), IdOf(1));
  for (const base::Duration age : {seconds(0), seconds(150), seconds(299)}) {
    crypto::SeededRandom random(2);
    TokenIssuer issuer(8, minutes(5), &random);
    issuer.Issue(kStart, Host(9), IdOf(9));
    const base::Time issued = kStart + age;
    const Token token = issuer.Issue(issued, Host(1), IdOf(1));
    for (base::Time now = issued; now < issued + minutes(12); now += seconds(1)) {
      const bool accepted = issuer.Accepts(now, base::ByteSpan(token).first(8), Host(1), IdOf(1));
      if (now - issued <= minutes(5)) {
        EXPECT_TRUE(accepted);
      }
      if (now - issued >= minutes(10)) {
        EXPECT_FALSE(accepted);
      }
    }
  }
}

TEST_F(TokenIssuerTest, ATokenLivesNoLongerWhereNobodyAsksForLong) {
  const base::Bytes token = Issue(kStart, Host(1), IdOf(1));
  EXPECT_TRUE(issuer_.Accepts(kStart + seconds(599), token, Host(1), IdOf(1)));
  EXPECT_FALSE(issuer_.Accepts(kStart + seconds(600), token, Host(1), IdOf(1)));
}

TEST_F(TokenIssuerTest, AfterALongSleepNoTokenHolds) {
  const base::Bytes token = Issue(kStart, Host(1), IdOf(1));
  EXPECT_FALSE(issuer_.Accepts(kStart + hours(8), token, Host(1), IdOf(1)));
}

TEST_F(TokenIssuerTest, AClockThatIsSetBackEndsEveryToken) {
  const base::Bytes token = Issue(kStart, Host(1), IdOf(1));
  EXPECT_FALSE(issuer_.Accepts(kStart - hours(1), token, Host(1), IdOf(1)));
}

TEST_F(TokenIssuerTest, TwoIssuersDoNotKnowEachOthersTokens) {
  crypto::SeededRandom random(7);
  TokenIssuer other(8, minutes(5), &random);
  EXPECT_FALSE(other.Accepts(kStart, Issue(kStart, Host(1), IdOf(1)), Host(1), IdOf(1)));
}

TEST_F(TokenIssuerTest, NothingIsAcceptedBeforeAnythingWasIssued) {
  EXPECT_FALSE(issuer_.Accepts(kStart, {}, Host(1), IdOf(1)));
  EXPECT_FALSE(issuer_.Accepts(kStart, base::Bytes(8), Host(1), IdOf(1)));
}

}  // namespace
}  // namespace shadw::dht
