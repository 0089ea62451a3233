// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/accounts.h"

#include <numeric>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"

namespace shadw::econ {

absl::StatusOr<Accounts> Accounts::Create(const HalvingSchedule& schedule, size_t accounts) {
  SHADW_RETURN_IF_ERROR(schedule.Validate());
  if (accounts == 0 || accounts > kMaxAccounts) {
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got ", accounts, " accounts, need 1 to ", kMaxAccounts));
  }
  return Accounts(schedule, accounts);
}

absl::Status Accounts::CheckAccount(size_t account) const {
  if (account < balances_.size()) return absl::OkStatus();
  return absl::OutOfRangeError(
      absl::StrCat("econ: got account ", account, ", need one of ", balances_.size()));
}

absl::Status Accounts::CheckFunds(size_t account, Amount amount) const {
  SHADW_RETURN_IF_ERROR(CheckAccount(account));
  if (balances_[account] >= amount) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("econ: got a balance of ", balances_[account], " to pay from, need ", amount));
}

absl::StatusOr<Amount> Accounts::MintBlock(size_t receiver) {
  SHADW_RETURN_IF_ERROR(CheckAccount(receiver));
  SHADW_ASSIGN_OR_RETURN(const Amount reward, RewardAt(schedule_, blocks_));
  Amount minted = 0;
  if (__builtin_add_overflow(minted_, reward, &minted)) {
    return absl::OutOfRangeError("econ: got a reward beyond 2^64 base units in all, need less");
  }
  // No balance is more than everything minted, so no addition to one can overflow either.
  minted_ = minted;
  ++blocks_;
  balances_[receiver] += reward;
  return reward;
}

absl::Status Accounts::Pay(const Payment& payment) {
  SHADW_RETURN_IF_ERROR(CheckAccount(payment.to));
  SHADW_RETURN_IF_ERROR(CheckFunds(payment.from, payment.amount));
  balances_[payment.from] -= payment.amount;
  balances_[payment.to] += payment.amount;
  return absl::OkStatus();
}

absl::Status Accounts::Burn(const Burning& burning) {
  SHADW_RETURN_IF_ERROR(CheckFunds(burning.from, burning.amount));
  balances_[burning.from] -= burning.amount;
  burned_ += burning.amount;
  return absl::OkStatus();
}

absl::StatusOr<FeeSplit> Accounts::PayWithFee(const Payment& payment, const FeePolicy& policy,
                                              const FeeSinks& sinks, FormulaMode mode) {
  SHADW_ASSIGN_OR_RETURN(const FeeSplit split, ChargePayment(payment.amount, policy, mode));
  SHADW_RETURN_IF_ERROR(CheckAccount(payment.to));
  SHADW_RETURN_IF_ERROR(CheckFunds(payment.from, split.payer_pays));
  if (sinks.accounts.size() != sinks.shares_ppm.size()) {
    return absl::InvalidArgumentError(absl::StrCat("econ: got ", sinks.shares_ppm.size(),
                                                   " shares for ", sinks.accounts.size(),
                                                   " sinks, need as many"));
  }
  std::vector<Amount> parts;
  if (!sinks.accounts.empty()) {
    for (const size_t sink : sinks.accounts) SHADW_RETURN_IF_ERROR(CheckAccount(sink));
    SHADW_ASSIGN_OR_RETURN(parts, SplitFee(split.fee, sinks.shares_ppm));
  } else {
    burned_ += split.fee;
  }
  balances_[payment.from] -= split.payer_pays;
  balances_[payment.to] += split.provider_net;
  for (size_t i = 0; i < parts.size(); ++i) balances_[sinks.accounts[i]] += parts[i];
  return split;
}

Amount Accounts::sum() const {
  return std::accumulate(balances_.begin(), balances_.end(), Amount{0});
}

}  // namespace shadw::econ
