// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/service_token.h"

#include <gtest/gtest.h>

#include "libshadw/base/random_stream.h"

namespace shadw::econ {
namespace {

using State = ServiceToken::State;
constexpr base::ByteArray<32> kOwner = {1};
constexpr base::ByteArray<32> kIssuer = {2};
constexpr ServiceToken::Terms kTerms = {.owner = kOwner, .units = 100, .expires_ns = 1000};

TEST(ServiceToken, NeverGainsUnitsAndMovesForItsOwnerAlone) {
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    base::RandomStream random({.seed = seed});
    ServiceToken token = *ServiceToken::Issue(kTerms, 100, 0);
    int64_t now = 0;
    for (int step = 0; step < 30; ++step) {
      now += static_cast<int64_t>(random.Uniform(50));
      const uint64_t before = token.outstanding();
      const bool owner = random.Uniform(3) != 0;
      const base::ByteArray<32>& signer = owner ? kOwner : kIssuer;
      absl::Status status;
      if (random.Uniform(10) == 0) {
        status = token.Refund(signer, now).status();
      } else {
        status = token.Redeem({signer, random.Uniform(15), random.Uniform(30)}, now);
      }
      ASSERT_EQ(token.redeemed() + token.refunded() + token.expired() + token.outstanding(), 100);
      ASSERT_LE(token.outstanding(), before);
      ASSERT_TRUE(owner || !status.ok());
      ASSERT_TRUE(owner || token.outstanding() == before);
    }
  }
}

TEST(ServiceToken, GoesThroughItsStates) {
  ServiceToken token = *ServiceToken::Issue(kTerms, 100, 0);
  EXPECT_EQ(token.state(), State::kIssued);
  EXPECT_TRUE(token.Redeem({kOwner, 7, 30}, 1).ok());
  EXPECT_EQ(token.state(), State::kPartiallyRedeemed);
  EXPECT_EQ(token.Redeem({kOwner, 7, 30}, 1).code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(token.Redeem({kIssuer, 8, 30}, 1).code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(token.Redeem({kOwner, 8, 71}, 1).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(token.Redeem({kOwner, 8, 70}, 1).ok());
  EXPECT_EQ(token.state(), State::kRedeemed);
  EXPECT_EQ(token.Redeem({kOwner, 8, 70}, 1).code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(token.Redeem({kOwner, 9, 1}, 1).code(), absl::StatusCode::kFailedPrecondition);
}

TEST(ServiceToken, ExpiresAndIsRefundedOnce) {
  ServiceToken late = *ServiceToken::Issue(kTerms, 100, 0);
  EXPECT_EQ(late.Redeem({kOwner, 1, 1}, 1000).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(late.state(), State::kExpired);
  ServiceToken back = *ServiceToken::Issue(kTerms, 100, 0);
  EXPECT_EQ(back.Refund(kIssuer, 1).status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(*back.Refund(kOwner, 999), 100);
  EXPECT_FALSE(back.Refund(kOwner, 999).ok());
}

TEST(ServiceToken, IsNotIssuedBeyondItsStake) {
  EXPECT_EQ(ServiceToken::Issue(kTerms, 99, 0).status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_FALSE(ServiceToken::Issue(kTerms, 100, 1000).ok());
  EXPECT_FALSE(ServiceToken::Issue({}, 100, -1).ok());
}

}  // namespace
}  // namespace shadw::econ
