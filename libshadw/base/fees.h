// SPDX-License-Identifier: Apache-2.0
//
// What a payment loses on its way, and whom that reaches. Those who move money and those
// who earn reputation by it both ask here.
//
//   FeeSplit split = *SplitPayment(100 * kBaseUnitsPerToken);   // fee: 2 tokens
#ifndef LIBSHADW_BASE_FEES_H_
#define LIBSHADW_BASE_FEES_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/base/amount.h"
#include "libshadw/base/formula_mode.h"

namespace shadw::base {

struct FeePolicy {
  uint64_t fee_bps = 200;
  uint64_t dao_share_ppm = kPartsPerMillion;  // of the fee

  absl::Status Validate() const;
};

struct FeeSplit {
  Amount payer_pays = 0;    // what leaves the payer
  Amount provider_net = 0;  // what reaches the provider
  Amount fee = 0;           // payer_pays = provider_net + fee
  Amount dao = 0;           // of the fee, rounded down
  Amount rest = 0;          // fee = dao + rest

  friend bool operator==(const FeeSplit&, const FeeSplit&) = default;
};

// What a payment of `amount` becomes. What the fee loses by rounding stays with the
// provider, what the DAO's share loses stays in `rest`.
//   Range    fee <= amount
//   Monotone in  amount, within one unit; fee also in fee_bps
//   Units    base units; fee_bps of 10^4, dao_share_ppm of 10^6
//   Errors   kInvalidArgument  a rate above 1
//            kOutOfRange       kReference: the payer would pay 2^64 or more
//   Promise  payer_pays == provider_net + dao + rest
//   Paper    "the system charges the node provider a 2% fee"
//   Defect   the paper leaves the DAO's share open, and the authors' program charges the
//            other side
//   Modes    kCorrected     the provider is charged
//            kPaperLiteral  the same
//            kReference     the payer is charged twice half the fee, at the request and at
//                           the acceptance, each rounded down; the provider gets it all
//   Source   catalogue S82; Decent Cloud 3.1; B.1 fees
absl::StatusOr<FeeSplit> SplitPayment(Amount amount, const FeePolicy& policy = {},
                                      FormulaMode mode = FormulaMode::kCorrected);

}  // namespace shadw::base

#endif  // LIBSHADW_BASE_FEES_H_
