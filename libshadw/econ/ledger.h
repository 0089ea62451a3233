// SPDX-License-Identifier: Apache-2.0
//
// Balances that nobody can talk into or out of a base unit: money is made by rewards
// alone, moves between accounts, and leaves by being burned.
//
//   Ledger ledger;
//   const AccountId provider = *ledger.Open();
//   ledger.Reward(pool, {accounts, shares}, totals);     // the only mint
//   ledger.Transfer(tenant, provider, 98);
//   ledger.Burn(tenant, 2);
//   // at any time: in_accounts() + burned() == minted()
//
// What waits for somebody, an escrow or a sink of fees, is an account like any other.
#ifndef LIBSHADW_ECON_LEDGER_H_
#define LIBSHADW_ECON_LEDGER_H_

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/base/amount.h"
#include "libshadw/econ/split.h"

namespace shadw::econ {

using AccountId = uint32_t;

// What each of some accounts gets.
struct Payouts {
  std::span<const AccountId> accounts;
  std::span<const Amount> amounts;
};

class Ledger {
 public:
  static constexpr size_t kMaxAccounts = size_t{1} << 31;

  //   Errors   kResourceExhausted  too many accounts
  absl::StatusOr<AccountId> Open();

  // Mints a pool and pays it out; `totals` says what of it is paid, burned and carried.
  // What is carried waits for the next reward, which may pay it beside its own pool.
  //   Errors   kInvalidArgument    the amounts are not totals.paid, or the totals are not the
  //                                pool and what was carried before
  //            kNotFound           no such account
  //            kResourceExhausted  more than 2^64 - 1 would be minted
  //   Promise  all or nothing
  //   Source   catalogue S100: "no other DCT generation other than through this minting"
  absl::Status Reward(Amount pool, const Payouts& payouts, const SplitTotals& totals);

  // Pays several accounts out of one.
  //   Errors   kNotFound           no such account
  //            kInvalidArgument    shapes
  //            kResourceExhausted  the payer does not have the sum
  //   Promise  all or nothing
  absl::Status Pay(AccountId from, const Payouts& payouts);
  //   Errors   as Pay
  absl::Status Transfer(AccountId from, AccountId to, Amount amount);
  //   Errors   kNotFound  no such account; kResourceExhausted  it does not have as much
  absl::Status Burn(AccountId from, Amount amount);

  //   Errors   kNotFound  no such account
  absl::StatusOr<Amount> Balance(AccountId account) const;
  size_t accounts() const { return balances_.size(); }
  Amount minted() const { return minted_; }
  Amount burned() const { return burned_; }
  // Minted, paid to nobody yet.
  Amount carried() const { return carried_; }
  // The sum of all balances and of what is carried, counted anew.
  Amount in_accounts() const;

 private:
  absl::Status Check(const Payouts& payouts, Amount& sum) const;

  std::vector<Amount> balances_;
  Amount minted_ = 0;
  Amount burned_ = 0;
  Amount carried_ = 0;
};

}  // namespace shadw::econ

#endif  // LIBSHADW_ECON_LEDGER_H_
