// SPDX-License-Identifier: Apache-2.0
//
// Money that flows while a service runs: a tenant deposits, each provider earns a rate per
// block, and nobody has to trust the other for longer than one block.
//
//   EscrowAccount escrow(height);
//   escrow.Deposit(100);
//   const size_t provider = *escrow.OpenPayment(10, height);
//   escrow.Settle(height + 5);             // 50 earned
//   escrow.Withdraw(provider, height + 5); // 50, for the ledger to pay out
//   escrow.Close(height + 5);              // 50, back to the tenant
//
// Whole blocks are settled; an account that cannot pay for a whole one is overdrawn, pays
// out what is left by the rates and stops. A deposit does not wake it.
//   Source   catalogue B.3 (Akash, x/escrow)
#ifndef LIBSHADW_ECON_ESCROW_H_
#define LIBSHADW_ECON_ESCROW_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/base/amount.h"

namespace shadw::econ {

using base::Amount;

class EscrowAccount {
 public:
  static constexpr size_t kMaxPayments = 4096;

  enum class State : uint8_t { kOpen, kOverdrawn, kClosed };

  struct Payment {
    Amount rate = 0;     // per block
    Amount balance = 0;  // earned and not withdrawn
    bool open = true;
  };

  explicit EscrowAccount(uint64_t height) : settled_at_(height) {}

  //   Errors   kFailedPrecondition  the account is not open
  //            kResourceExhausted   all deposits together do not fit an Amount
  absl::Status Deposit(Amount amount);
  // Settles, then starts a payment. The number names it.
  //   Errors   kInvalidArgument     the rate is 0; the height is in the past
  //            kFailedPrecondition  the account is not open, or does not cover one block
  //            kResourceExhausted   too many payments; all rates do not fit an Amount
  absl::StatusOr<size_t> OpenPayment(Amount rate, uint64_t height);
  // Moves what was earned up to `height`.
  //   Promise  deposited == balance + the payments' balances + withdrawn + refunded
  //   Errors   kInvalidArgument  the height is in the past
  //   Source   catalogue B.3 (Akash, x/escrow)
  absl::Status Settle(uint64_t height);
  // Settles, and returns what the payment earned and did not yet get.
  //   Errors   kNotFound  no such payment; kInvalidArgument  the height is in the past
  absl::StatusOr<Amount> Withdraw(size_t payment, uint64_t height);
  // Settles, and stops a payment; its balance stays to be withdrawn.
  //   Errors   kNotFound  no such open payment; kInvalidArgument  the height is in the past
  absl::Status ClosePayment(size_t payment, uint64_t height);
  // Settles, stops everything, and returns what goes back to the tenant.
  //   Errors   kFailedPrecondition  closed before; kInvalidArgument  height in the past
  absl::StatusOr<Amount> Close(uint64_t height);

  State state() const { return state_; }
  Amount balance() const { return balance_; }
  Amount deposited() const { return deposited_; }
  Amount withdrawn() const { return withdrawn_; }
  Amount refunded() const { return refunded_; }
  Amount block_rate() const { return block_rate_; }
  uint64_t settled_at() const { return settled_at_; }
  const std::vector<Payment>& payments() const { return payments_; }

 private:
  void PayOutTheRest();

  State state_ = State::kOpen;
  uint64_t settled_at_;
  Amount deposited_ = 0;
  Amount balance_ = 0;
  Amount withdrawn_ = 0;
  Amount refunded_ = 0;
  Amount block_rate_ = 0;  // of the open payments
  std::vector<Payment> payments_;
};

}  // namespace shadw::econ

#endif  // LIBSHADW_ECON_ESCROW_H_
