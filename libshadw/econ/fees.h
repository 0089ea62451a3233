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

// What a payment becomes: catalogue S82.
using base::ChargePayment;
using base::FeePolicy;
using base::FeeSplit;

// A fee to predetermined wallets: floor(fee * share / million) each, and what that leaves
// over one unit each to those who lost most by rounding, the first of them first.
//   Shapes   shares_ppm  1 to kMaxFeeSinks, the sum of which is 1 000 000
//   Monotone in  fee, within one unit
//   Units    base units
//   Errors   kInvalidArgument  no or too many sinks, or another sum
//   Promise  the parts add up to the fee
//   Source   catalogue S99; the authors' program debits fees and credits nobody
absl::StatusOr<std::vector<Amount>> SplitFee(Amount fee, std::span<const uint64_t> shares_ppm);

}  // namespace shadw::econ

#endif  // LIBSHADW_ECON_FEES_H_
