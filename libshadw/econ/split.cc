// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/split.h"

#include <algorithm>
#include <array>
#include <bit>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "libshadw/base/log2.h"
#include "libshadw/base/status_macros.h"

namespace shadw::econ {
namespace {

using base::Uint128;

// pool * weight / total without a division for each weight.
class Divider {
 public:
  // total > 0, below 2^96, and no weight above it.
  Divider(Amount pool, Uint128 total)
      : pool_(pool),
        total_(total),
        low_(static_cast<uint64_t>((static_cast<Uint128>(pool) << 64) / total)),
        high_(static_cast<uint64_t>((static_cast<Uint128>(pool) << 64) / total >> 64)) {}

  // With the remainder of the division, below `total`.
  uint64_t Quotient(uint64_t weight, Uint128& remainder) const {
    const uint64_t quotient = Below(weight).quotient;
    remainder = static_cast<Uint128>(pool_) * weight - quotient * total_;
    if (remainder < total_) return quotient;
    remainder -= total_;
    return quotient + 1;
  }

  uint64_t Quotient(uint64_t weight) const {
    const Estimate estimate = Below(weight);
    // The true quotient is above the estimate by less than weight / 2^64.
    if (estimate.fraction <= ~weight) [[likely]]
      return estimate.quotient;
    Uint128 remainder;
    return Quotient(weight, remainder);
  }

 private:
  struct Estimate {
    uint64_t quotient;  // right, or one less
    uint64_t fraction;
  };
  Estimate Below(uint64_t weight) const {
    const Uint128 product = static_cast<Uint128>(weight) * low_;
    return {static_cast<uint64_t>(product >> 64) + weight * high_, static_cast<uint64_t>(product)};
  }

  Amount pool_;
  Uint128 total_;
  uint64_t low_;  // floor(pool * 2^64 / total)
  uint64_t high_;
};

struct Leftover {
  Uint128 remainder;
  size_t index;
};

// Gives one unit to each of the `units` shares with the largest remainders. Sorts by the
// remainders' top bits while dividing, so that only one bin is looked at closely.
class LargestRemainders {
 public:
  static constexpr int kBits = 12;

  LargestRemainders(size_t count, Uint128 total)
      : keys_(std::make_unique_for_overwrite<uint16_t[]>(count)) {
    const auto high = static_cast<uint64_t>(total >> 64);
    const int width =
        high != 0 ? 64 + std::bit_width(high) : std::bit_width(static_cast<uint64_t>(total));
    shift_ = std::max(0, width - kBits);
  }

  void Note(size_t index, Uint128 remainder) {
    const auto key = static_cast<uint16_t>(remainder >> shift_);
    keys_[index] = key;
    ++counts_[key];
  }

  // `remainder_of(i)` is what was noted of i.
  template <typename RemainderOf>
  void Pay(uint64_t units, std::span<Amount> shares, RemainderOf remainder_of) const {
    if (units == 0) return;
    size_t bin = counts_.size() - 1;
    for (; counts_[bin] < units; --bin) units -= counts_[bin];
    std::vector<Leftover> close;
    close.reserve(counts_[bin]);
    for (size_t i = 0; i < shares.size(); ++i) {
      if (keys_[i] == bin) close.push_back({remainder_of(i), i});
    }
    for (size_t i = 0; i < shares.size(); ++i) shares[i] += keys_[i] > bin ? 1 : 0;
    const auto before = [](const Leftover& a, const Leftover& b) {
      return a.remainder != b.remainder ? a.remainder > b.remainder : a.index < b.index;
    };
    std::nth_element(close.begin(), close.begin() + static_cast<ptrdiff_t>(units - 1), close.end(),
                     before);
    for (size_t i = 0; i < units; ++i) ++shares[close[i].index];
  }

 private:
  std::unique_ptr<uint16_t[]> keys_;
  std::array<uint64_t, size_t{1} << kBits> counts_{};
  int shift_ = 0;
};

SplitTotals Settle(Amount pool, Amount paid, Remainder remainder) {
  const Amount left = pool - paid;
  if (remainder == Remainder::kBurn) return {.paid = paid, .burned = left};
  return {.paid = paid, .carried = left};
}

SplitTotals PayNobody(Amount pool, Remainder remainder, std::span<Amount> shares) {
  std::ranges::fill(shares, 0);
  return Settle(pool, 0, remainder);
}

// `weight(i)` may read what shares[i] held before; `weight_again(i)` may not.
template <typename Weight, typename WeightAgain>
SplitTotals Divide(Amount pool, Uint128 total, Remainder rule, std::span<Amount> shares,
                   Weight weight, WeightAgain weight_again) {
  const Divider divider(pool, total);
  Amount paid = 0;
  if (rule != Remainder::kLargestRemainder) {
    for (size_t i = 0; i < shares.size(); ++i) {
      shares[i] = divider.Quotient(weight(i));
      paid += shares[i];
    }
    return Settle(pool, paid, rule);
  }
  LargestRemainders remainders(shares.size(), total);
  for (size_t i = 0; i < shares.size(); ++i) {
    Uint128 left;
    shares[i] = divider.Quotient(weight(i), left);
    paid += shares[i];
    remainders.Note(i, left);
  }
  remainders.Pay(pool - paid, shares, [&](size_t i) {
    Uint128 left;
    divider.Quotient(weight_again(i), left);
    return left;
  });
  return {.paid = pool};
}

absl::Status CheckShapes(size_t weights, size_t shares) {
  if (weights != shares) {
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got room for ", shares, " shares, need ", weights));
  }
  if (weights == 0 || weights > kMaxParticipants) {
    return absl::InvalidArgumentError(
        absl::StrCat("econ: got ", weights, " participants, need 1 to ", kMaxParticipants));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SplitTotals> SplitByWeight(Amount pool, std::span<const uint64_t> weights,
                                          Remainder remainder, std::span<Amount> shares) {
  SHADW_RETURN_IF_ERROR(CheckShapes(weights.size(), shares.size()));
  Uint128 total = 0;
  for (const uint64_t weight : weights) total += weight;
  if (total == 0) return PayNobody(pool, remainder, shares);
  const auto weight = [weights](size_t i) { return weights[i]; };
  return Divide(pool, total, remainder, shares, weight, weight);
}

absl::StatusOr<SplitTotals> SplitEqually(Amount pool, Remainder remainder,
                                         std::span<Amount> shares) {
  SHADW_RETURN_IF_ERROR(CheckShapes(shares.size(), shares.size()));
  const Amount each = pool / shares.size();
  const Amount left = pool % shares.size();
  std::ranges::fill(shares, each);
  if (remainder != Remainder::kLargestRemainder) return Settle(pool, pool - left, remainder);
  for (Amount& share : shares.first(left)) ++share;
  return SplitTotals{.paid = pool};
}

absl::StatusOr<SplitTotals> SplitBySqrt(Amount pool, std::span<const uint64_t> reputations,
                                        const SqrtSplitOptions& options, std::span<Amount> shares) {
  SHADW_RETURN_IF_ERROR(CheckShapes(reputations.size(), shares.size()));
  if (options.mode == FormulaMode::kReference) {
    return SplitEqually(pool, options.remainder, shares);
  }
  const int shift = options.mode == FormulaMode::kPaperLiteral ? 32 : 0;
  Uint128 total = 0;
  SqrtWeights(reputations, shares);
  for (Amount& share : shares) total += share >>= shift;
  if (total == 0) {
    if (options.bootstrap) return SplitEqually(pool, options.remainder, shares);
    return PayNobody(pool, options.remainder, shares);
  }
  return Divide(
      pool, total, options.remainder, shares, [shares](size_t i) { return shares[i]; },
      [reputations, shift](size_t i) { return SqrtWeight(reputations[i]) >> shift; });
}

}  // namespace shadw::econ
