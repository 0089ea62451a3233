// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/escrow.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/econ/split.h"

namespace shadw::econ {
namespace {

absl::Status RefuseState(EscrowAccount::State state) {
  const char* name = state == EscrowAccount::State::kClosed ? "closed" : "overdrawn";
  return absl::FailedPreconditionError(
      absl::StrCat("econ: got an escrow account that is ", name, ", need an open one"));
}

absl::Status RefusePayment(uint64_t payment) {
  return absl::NotFoundError(
      absl::StrCat("econ: got payment ", payment, ", need one that runs or owes something"));
}

}  // namespace

absl::Status EscrowAccount::Deposit(Amount amount) {
  if (state_ != State::kOpen) return RefuseState(state_);
  const auto deposited = base::CheckedAdd(deposited_, amount);
  if (!deposited) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "econ: got a deposit of ", amount, " on top of ", deposited_, ", need a sum below 2^64"));
  }
  deposited_ = *deposited;
  balance_ += amount;
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> EscrowAccount::OpenPayment(const Opening& opening) {
  const Amount rate = opening.rate;
  if (rate == 0) {
    return absl::InvalidArgumentError("econ: got a rate of 0 per block, need at least 1");
  }
  SHADW_RETURN_IF_ERROR(Settle(opening.height));
  if (state_ != State::kOpen) return RefuseState(state_);
  if (payments_.size() == kMaxPayments) {
    std::erase_if(payments_, [](const Payment& one) { return !one.open && one.balance == 0; });
  }
  const auto sum = base::CheckedAdd(block_rate_, rate);
  if (!sum || payments_.size() == kMaxPayments) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "econ: got a rate of ", rate, " beside ", payments_.size(), " payments of ", block_rate_,
        ", need at most ", kMaxPayments, " that run or owe something, and a sum below 2^64"));
  }
  if (balance_ < *sum) {
    return absl::FailedPreconditionError(
        absl::StrCat("econ: got a balance of ", balance_, ", need ", *sum, " for one block"));
  }
  block_rate_ = *sum;
  payments_.push_back({.id = next_id_, .rate = rate});
  return next_id_++;
}

EscrowAccount::Payment* EscrowAccount::Find(uint64_t id) {
  const auto found = std::ranges::lower_bound(payments_, id, {}, &Payment::id);
  return found != payments_.end() && found->id == id ? &*found : nullptr;
}

absl::Status EscrowAccount::Settle(uint64_t height) {
  if (height < settled_at_) {
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got height ", height, ", need at least ", settled_at_));
  }
  const uint64_t blocks = height - settled_at_;
  settled_at_ = height;
  if (state_ != State::kOpen || block_rate_ == 0) return absl::OkStatus();
  const uint64_t paid = std::min(blocks, balance_ / block_rate_);
  for (Payment& payment : payments_) {
    if (payment.open) payment.balance += payment.rate * paid;  // at most the balance
  }
  balance_ -= block_rate_ * paid;
  if (paid < blocks) PayOutTheRest();
  return absl::OkStatus();
}

void EscrowAccount::PayOutTheRest() {
  std::vector<uint64_t> rates;
  for (const Payment& payment : payments_) rates.push_back(payment.open ? payment.rate : 0);
  std::vector<Amount> shares(rates.size());
  // Cannot fail: there is a payment, and room for each share.
  (void)SplitByWeight(balance_, rates, Remainder::kLargestRemainder, shares);
  for (size_t i = 0; i < shares.size(); ++i) {
    payments_[i].balance += shares[i];
    payments_[i].open = false;
  }
  balance_ = 0;
  block_rate_ = 0;
  state_ = State::kOverdrawn;
}

absl::StatusOr<Amount> EscrowAccount::Withdraw(const PaymentAt& at) {
  Payment* const payment = Find(at.payment);
  if (payment == nullptr) return RefusePayment(at.payment);
  SHADW_RETURN_IF_ERROR(Settle(at.height));
  const Amount amount = payment->balance;
  payment->balance = 0;
  withdrawn_ += amount;
  return amount;
}

absl::Status EscrowAccount::ClosePayment(const PaymentAt& at) {
  Payment* const payment = Find(at.payment);
  if (payment == nullptr || !payment->open) return RefusePayment(at.payment);
  SHADW_RETURN_IF_ERROR(Settle(at.height));
  if (!payment->open) return absl::OkStatus();  // overdrawn meanwhile
  payment->open = false;
  block_rate_ -= payment->rate;
  return absl::OkStatus();
}

absl::StatusOr<Amount> EscrowAccount::Close(uint64_t height) {
  if (state_ == State::kClosed) return RefuseState(state_);
  SHADW_RETURN_IF_ERROR(Settle(height));
  for (Payment& payment : payments_) payment.open = false;
  const Amount refund = balance_;
  refunded_ += refund;
  balance_ = 0;
  block_rate_ = 0;
  state_ = State::kClosed;
  return refund;
}

}  // namespace shadw::econ
