// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/escrow.h"

#include <gtest/gtest.h>

#include "libshadw/base/random_stream.h"

namespace shadw::econ {
namespace {

bool Conserves(const EscrowAccount& escrow) {
  Amount sum = escrow.balance() + escrow.withdrawn() + escrow.refunded();
  for (const EscrowAccount::Payment& payment : escrow.payments()) sum += payment.balance;
  return sum == escrow.deposited();
}

TEST(Escrow, KeepsEveryUnitOverAnySequenceOfCalls) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    base::RandomStream random({.seed = seed});
    uint64_t height = random.Uniform(100);
    EscrowAccount escrow(height);
    for (int step = 0; step < 200; ++step) {
      height += random.Uniform(4);
      const uint64_t payment = random.Uniform(6);
      switch (random.Uniform(20)) {
        case 0:
          (void)escrow.Close(height);
          break;
        case 1:
        case 2:
          (void)escrow.ClosePayment({payment, height});
          break;
        case 3:
        case 4:
        case 5:
          (void)escrow.Withdraw({payment, height});
          break;
        case 6:
        case 7:
        case 8:
          (void)escrow.OpenPayment({random.Uniform(20), height});
          break;
        case 9:
        case 10:
          (void)escrow.Settle(height);
          break;
        default:
          (void)escrow.Deposit(random.Uniform(300));
      }
      ASSERT_TRUE(Conserves(escrow)) << seed << " " << step;
    }
  }
}

TEST(Escrow, PaysTheSameInOneSettlementAndInMany) {
  EscrowAccount often(0);
  EscrowAccount once(0);
  for (EscrowAccount* escrow : {&often, &once}) {
    ASSERT_TRUE(escrow->Deposit(1003).ok());
    ASSERT_TRUE(escrow->OpenPayment({7, 0}).ok());
    ASSERT_TRUE(escrow->OpenPayment({4, 0}).ok());
  }
  for (uint64_t height = 1; height <= 200; ++height) ASSERT_TRUE(often.Settle(height).ok());
  ASSERT_TRUE(once.Settle(200).ok());
  EXPECT_EQ(once.state(), EscrowAccount::State::kOverdrawn);
  EXPECT_EQ(often.state(), once.state());
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(often.payments()[i].balance, once.payments()[i].balance);
  }
}

TEST(Escrow, UsesThePlacesOfClosedPaymentsAgainAndNoIdTwice) {
  EscrowAccount escrow(0);
  ASSERT_TRUE(escrow.Deposit(100'000).ok());
  const uint64_t steady = *escrow.OpenPayment({.rate = 1, .height = 0});
  for (uint64_t i = 1; i <= 3 * EscrowAccount::kMaxPayments; ++i) {
    const auto payment = escrow.OpenPayment({.rate = 2, .height = i});
    ASSERT_TRUE(payment.ok()) << payment.status();
    ASSERT_EQ(*payment, i);
    ASSERT_TRUE(escrow.ClosePayment({.payment = *payment, .height = i + 1}).ok());
    ASSERT_EQ(*escrow.Withdraw({.payment = *payment, .height = i + 1}), 2);
    ASSERT_LE(escrow.payments().size(), EscrowAccount::kMaxPayments);
    ASSERT_TRUE(Conserves(escrow));
  }
  EXPECT_EQ(escrow.Withdraw({.payment = 1, .height = 20'000}).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(*escrow.Withdraw({.payment = steady, .height = 20'000}), 20'000);
}

TEST(Escrow, ForgetsNobodyWhoIsOwedSomething) {
  EscrowAccount escrow(0);
  ASSERT_TRUE(escrow.Deposit(100'000).ok());
  for (uint64_t i = 0; i < EscrowAccount::kMaxPayments; ++i) {
    ASSERT_TRUE(escrow.OpenPayment({.rate = 1, .height = 0}).ok());
  }
  for (uint64_t i = 0; i < EscrowAccount::kMaxPayments; ++i) {
    ASSERT_TRUE(escrow.ClosePayment({.payment = i, .height = 1}).ok());
  }
  EXPECT_EQ(escrow.OpenPayment({.rate = 1, .height = 1}).status().code(),
            absl::StatusCode::kResourceExhausted);
  ASSERT_EQ(*escrow.Withdraw({.payment = 7, .height = 1}), 1);
  EXPECT_EQ(*escrow.OpenPayment({.rate = 1, .height = 1}), EscrowAccount::kMaxPayments);
  EXPECT_EQ(*escrow.Withdraw({.payment = 8, .height = 1}), 1);
  EXPECT_TRUE(Conserves(escrow));
}

TEST(Escrow, RefusesByName) {
  EscrowAccount escrow(5);
  EXPECT_EQ(escrow.OpenPayment({0, 5}).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(escrow.OpenPayment({1, 5}).status().message(),
            "econ: got a balance of 0, need 1 for one block");
  EXPECT_EQ(escrow.Settle(4).message(), "econ: got height 4, need at least 5");
  ASSERT_TRUE(escrow.Deposit(UINT64_MAX).ok());
  EXPECT_EQ(escrow.Deposit(1).code(), absl::StatusCode::kResourceExhausted);
  ASSERT_TRUE(escrow.OpenPayment({UINT64_MAX, 5}).ok());
  EXPECT_EQ(escrow.OpenPayment({1, 5}).status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(escrow.Withdraw({1, 5}).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(*escrow.Close(6), 0);
  EXPECT_EQ(*escrow.Withdraw({0, 9}), UINT64_MAX);
  EXPECT_EQ(escrow.Close(9).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(escrow.Deposit(1).code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace shadw::econ
