// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/ledger.h"

#include <numeric>

#include "absl/strings/str_cat.h"
#include "libshadw/base/log2.h"
#include "libshadw/base/status_macros.h"

namespace shadw::econ {
namespace {

absl::Status RefuseAccount(AccountId account, size_t accounts) {
  return absl::NotFoundError(
      absl::StrCat("econ: got account ", account, ", need one below ", accounts));
}

absl::Status RefuseFunds(Amount balance, Amount amount) {
  return absl::ResourceExhaustedError(
      absl::StrCat("econ: got a balance of ", balance, ", need ", amount));
}

}  // namespace

absl::StatusOr<AccountId> Ledger::Open() {
  if (balances_.size() == kMaxAccounts) {
    return absl::ResourceExhaustedError(
        absl::StrCat("econ: got ", kMaxAccounts, " accounts, need fewer to open one"));
  }
  balances_.push_back(0);
  return static_cast<AccountId>(balances_.size() - 1);
}

absl::Status Ledger::Check(const Payouts& payouts, Amount& sum) const {
  if (payouts.accounts.size() != payouts.amounts.size()) {
    return absl::InvalidArgumentError(absl::StrCat("econ: got ", payouts.amounts.size(),
                                                   " amounts, need ", payouts.accounts.size()));
  }
  sum = 0;
  for (size_t i = 0; i < payouts.accounts.size(); ++i) {
    if (payouts.accounts[i] >= balances_.size()) {
      return RefuseAccount(payouts.accounts[i], balances_.size());
    }
    const auto next = base::CheckedAdd(sum, payouts.amounts[i]);
    if (!next) {
      return absl::ResourceExhaustedError("econ: got amounts of over 2^64 - 1, need less");
    }
    sum = *next;
  }
  return absl::OkStatus();
}

absl::Status Ledger::Reward(Amount pool, const Payouts& payouts, const SplitTotals& totals) {
  Amount sum;
  SHADW_RETURN_IF_ERROR(Check(payouts, sum));
  // Both sides in 128 bits, so that no absurd total wraps into a right one.
  const base::Uint128 split =
      static_cast<base::Uint128>(totals.paid) + totals.burned + totals.carried;
  if (sum != totals.paid || split != static_cast<base::Uint128>(pool) + carried_) {
    return absl::InvalidArgumentError(absl::StrCat(
        "econ: got ", sum, " paid of totals ", totals.paid, " + ", totals.burned, " + ",
        totals.carried, ", need the pool of ", pool, " and the ", carried_, " carried"));
  }
  const auto minted = base::CheckedAdd(minted_, pool);
  if (!minted) {
    return absl::ResourceExhaustedError(
        absl::StrCat("econ: got a pool of ", pool, " with ", minted_, " minted, need less"));
  }
  minted_ = *minted;
  burned_ += totals.burned;
  carried_ = totals.carried;
  // No balance can wrap: all of them together are at most what was minted.
  for (size_t i = 0; i < payouts.accounts.size(); ++i) {
    balances_[payouts.accounts[i]] += payouts.amounts[i];
  }
  return absl::OkStatus();
}

absl::Status Ledger::Pay(AccountId from, const Payouts& payouts) {
  if (from >= balances_.size()) return RefuseAccount(from, balances_.size());
  Amount sum;
  SHADW_RETURN_IF_ERROR(Check(payouts, sum));
  if (balances_[from] < sum) return RefuseFunds(balances_[from], sum);
  balances_[from] -= sum;
  for (size_t i = 0; i < payouts.accounts.size(); ++i) {
    balances_[payouts.accounts[i]] += payouts.amounts[i];
  }
  return absl::OkStatus();
}

absl::Status Ledger::Transfer(AccountId from, AccountId to, Amount amount) {
  return Pay(from, {.accounts = {&to, 1}, .amounts = {&amount, 1}});
}

absl::Status Ledger::Burn(AccountId from, Amount amount) {
  if (from >= balances_.size()) return RefuseAccount(from, balances_.size());
  if (balances_[from] < amount) return RefuseFunds(balances_[from], amount);
  balances_[from] -= amount;
  burned_ += amount;
  return absl::OkStatus();
}

absl::StatusOr<Amount> Ledger::Balance(AccountId account) const {
  if (account >= balances_.size()) return RefuseAccount(account, balances_.size());
  return balances_[account];
}

Amount Ledger::in_accounts() const {
  return std::accumulate(balances_.begin(), balances_.end(), carried_);
}

}  // namespace shadw::econ
