// SPDX-License-Identifier: Apache-2.0
//
// Who has how much of the transferable token. New money comes from block rewards and from
// nowhere else; what leaves is counted as burned. The balances, what was burned and what
// was minted always add up, exactly.
//
//   auto accounts = Accounts::Create({}, /*accounts=*/3);
//   accounts->MintBlock(0);                                   // 50 tokens, the first block's
//   accounts->Pay({.from = 0, .to = 1, .amount = 10 * kToken});
//   accounts->sum() + accounts->burned() == accounts->minted();
//
// Reputation is the other token, and no balance here: it is a type of its own module, has
// no transfer, and no function of this one takes it (catalogue S93).
#ifndef LIBSHADW_ECON_ACCOUNTS_H_
#define LIBSHADW_ECON_ACCOUNTS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/base/amount.h"
#include "libshadw/econ/emission.h"
#include "libshadw/econ/fees.h"

namespace shadw::econ {

inline constexpr size_t kMaxAccounts = size_t{1} << 28;

class Accounts {
 public:
  struct Payment {
    size_t from = 0;
    size_t to = 0;
    Amount amount = 0;
  };
  struct FeeSinks {
    std::span<const size_t> accounts;
    std::span<const uint64_t> shares_ppm;  // as SplitFee
  };

  //   Errors   kInvalidArgument  the schedule; no accounts, or more than kMaxAccounts
  static absl::StatusOr<Accounts> Create(const HalvingSchedule& schedule, size_t accounts);

  // The reward of the next block, to `receiver`, who may pay it on: the only way in.
  //   Errors   kOutOfRange  no such account; everything minted would be 2^64 or more
  //   Source   catalogue S100
  absl::StatusOr<Amount> MintBlock(size_t receiver);

  // Every verb below changes everything it says or, where it is refused, nothing.
  //   Errors   kOutOfRange         no such account
  //            kResourceExhausted  the payer has less
  absl::Status Pay(const Payment& payment);
  absl::Status Burn(size_t from, Amount amount);

  // A payment with its fee, which goes to the sinks; where there are none it is burned.
  //   Errors   as above, and as ChargePayment and SplitFee
  //   Modes    as ChargePayment
  //   Source   catalogue S82, S99
  absl::StatusOr<FeeSplit> PayWithFee(const Payment& payment, const FeePolicy& policy,
                                      const FeeSinks& sinks,
                                      FormulaMode mode = FormulaMode::kCorrected);

  std::span<const Amount> balances() const { return balances_; }
  uint64_t blocks() const { return blocks_; }
  Amount minted() const { return minted_; }
  Amount burned() const { return burned_; }
  Amount sum() const;

 private:
  Accounts(const HalvingSchedule& schedule, size_t accounts)
      : schedule_(schedule), balances_(accounts) {}
  absl::Status CheckAccount(size_t account) const;
  absl::Status CheckFunds(size_t account, Amount amount) const;

  HalvingSchedule schedule_;
  std::vector<Amount> balances_;
  uint64_t blocks_ = 0;
  Amount minted_ = 0;
  Amount burned_ = 0;
};

}  // namespace shadw::econ

#endif  // LIBSHADW_ECON_ACCOUNTS_H_
