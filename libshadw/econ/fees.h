// SPDX-License-Identifier: Apache-2.0
//
// What a payment loses on its way, and where that goes. Whatever is taken from one is
// given to another or reported as burned; every split here adds up.
//
//   ChargePayment(100 * kToken);   // the provider gets 98, the DAO 2
//   const std::vector<Amount> parts = *SplitFee(fee, {{700'000, 300'000}});
#ifndef LIBSHADW_ECON_FEES_H_
#define LIBSHADW_ECON_FEES_H_

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "libshadw/base/amount.h"
#include "libshadw/base/fees.h"
#include "libshadw/base/formula_mode.h"

namespace shadw::econ {

using base::Amount;
using base::FormulaMode;

inline constexpr size_t kMaxFeeSinks = 1024;

using base::FeePolicy;
using base::FeeSplit;

// What a payment of `amount` becomes.
//   Range    fee <= amount
//   Monotone in  amount; fee also in fee_bps
//   Units    base units, basis points, parts per million; the fee is rounded down
//   Errors   kInvalidArgument  fee_bps over 10 000 or dao_share_ppm over 1 000 000
//            kOutOfRange       kReference: the payer would pay 2^64 or more
//   Promise  payer_pays == provider_net + dao + rest
//   Paper    "the system charges the node provider a 2% fee"
//   Defect   who is charged differs between the paper and the authors' program
//   Modes    kCorrected     the provider is charged
//            kPaperLiteral  the same
//            kReference     the payer is charged twice half the fee, each rounded down, and
//                           the provider gets the whole amount
//   Source   catalogue S82, B.1 fees
absl::StatusOr<FeeSplit> ChargePayment(Amount amount, const FeePolicy& policy = {},
                                       FormulaMode mode = FormulaMode::kCorrected);

// A fee to predetermined wallets: floor(fee * share / million) each, and what that leaves
// over one unit each to those who lost most by rounding, the first of them first.
//   Shapes   shares_ppm  1 to kMaxFeeSinks, the sum of which is 1 000 000
//   Monotone in  fee, within one unit
//   Units    base units
//   Errors   kInvalidArgument  no or too many sinks, or another sum
//   Promise  the parts add up to the fee
//   Source   catalogue S99; differs from the authors' program, which debits fees and credits
//            nobody
absl::StatusOr<std::vector<Amount>> SplitFee(Amount fee, std::span<const uint64_t> shares_ppm);

}  // namespace shadw::econ

#endif  // LIBSHADW_ECON_FEES_H_
