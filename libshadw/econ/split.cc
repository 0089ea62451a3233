// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/split.h"

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "libshadw/base/log2.h"
#include "libshadw/base/status_macros.h"

namespace shadw::econ {
namespace {

using base::Uint128;

// Bits of a fraction by which largest remainders are sorted.
constexpr int kKeyBits = 8;

// pool * weight / total without a division for each weight.
class Divider {
 public:
  // total > 0, below 2^96, and no weight above it.
  Divider(Amount pool, Uint128 total) : pool_(pool), total_(total) {
    const Uint128 scaled = static_cast<Uint128>(pool) << 64;
    low_ = static_cast<uint64_t>(scaled / total);
    high_ = static_cast<uint64_t>(scaled / total >> 64);
    const Uint128 left = (scaled % total) << 32;
    const auto upper = static_cast<uint64_t>(left / total);
    lowest_ = upper << 32 | static_cast<uint64_t>(((left % total) << 32) / total);
  }

  // With the remainder of the division, below `total`.
  uint64_t Quotient(uint64_t weight, Uint128& remainder) const {
    const auto quotient = static_cast<uint64_t>(Product(weight, low_) >> 64) + weight * high_;
    remainder = Product(pool_, weight) - quotient * total_;
    // The estimate is right, or one less.
    if (remainder < total_) return quotient;
    remainder -= total_;
    return quotient + 1;
  }

  uint64_t Quotient(uint64_t weight) const {
    const Uint128 product = Product(weight, low_);
    // The true quotient is above the estimate by less than weight / 2^64.
    if (static_cast<uint64_t>(product) <= ~weight) [[likely]] {
      return static_cast<uint64_t>(product >> 64) + weight * high_;
    }
    Uint128 remainder;
    return Quotient(weight, remainder);
  }

  // With the first kKeyBits of remainder / total.
  uint64_t Quotient(uint64_t weight, uint8_t& key) const {
    const Uint128 product = Product(weight, low_) + (Product(weight, lowest_) >> 64);
    const auto fraction = static_cast<uint64_t>(product);
    // The true fraction is above this one by less than 2.
    constexpr uint64_t kBelowKey = ~uint64_t{0} >> kKeyBits;
    if ((fraction & kBelowKey) < kBelowKey - 1) [[likely]] {
      key = static_cast<uint8_t>(fraction >> (64 - kKeyBits));
      return static_cast<uint64_t>(product >> 64) + weight * high_;
    }
    Uint128 remainder;
    const uint64_t quotient = Quotient(weight, remainder);
    key = static_cast<uint8_t>((remainder << kKeyBits) / total_);
    return quotient;
  }

 private:
  static Uint128 Product(uint64_t a, uint64_t b) { return static_cast<Uint128>(a) * b; }

  Amount pool_;
  Uint128 total_;
  // floor(pool * 2^128 / total), in parts of 64 bits.
  uint64_t high_, low_, lowest_;
};

struct Leftover {
  Uint128 remainder;
  size_t index;
};

// Gives one unit to each of the `units` shares with the largest remainders. Sorts by the
// remainders' top bits while dividing, so that only one bin is looked at closely.
class LargestRemainders {
 public:
  explicit LargestRemainders(size_t count)
      : keys_(std::make_unique_for_overwrite<uint8_t[]>(count)) {}

  void Note(size_t index, uint8_t key) {
    keys_[index] = key;
    ++counts_[key];
  }

  // `remainder_of(i)` is that of which the key was noted.
  template <typename RemainderOf>
  void Pay(uint64_t units, std::span<Amount> shares, RemainderOf remainder_of) const {
    if (units == 0) return;
    size_t bin = counts_.size() - 1;
    for (; counts_[bin] < units; --bin) units -= counts_[bin];
    std::vector<Leftover> close;
    close.reserve(counts_[bin]);
    const uint8_t* const keys = keys_.get();
    const auto key = static_cast<uint8_t>(bin);
    for (size_t begin = 0; begin < shares.size(); begin += kBlock) {
      const size_t end = std::min(begin + kBlock, shares.size());
      uint8_t some = 0;
      for (size_t i = begin; i < end; ++i) {
        shares[i] += static_cast<uint8_t>(keys[i] > key);
        some |= static_cast<uint8_t>(keys[i] == key);
      }
      for (size_t i = begin; some != 0 && i < end; ++i) {
        if (keys[i] == key) close.push_back({remainder_of(i), i});
      }
    }
    const auto before = [](const Leftover& a, const Leftover& b) {
      return a.remainder != b.remainder ? a.remainder > b.remainder : a.index < b.index;
    };
    std::nth_element(close.begin(), close.begin() + static_cast<ptrdiff_t>(units - 1), close.end(),
                     before);
    for (size_t i = 0; i < units; ++i) ++shares[close[i].index];
  }

 private:
  static constexpr size_t kBlock = 16;  // few of a bin: most blocks have none

  std::unique_ptr<uint8_t[]> keys_;
  std::array<uint64_t, size_t{1} << kKeyBits> counts_{};
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
  LargestRemainders remainders(shares.size());
  for (size_t i = 0; i < shares.size(); ++i) {
    uint8_t key;
    shares[i] = divider.Quotient(weight(i), key);
    paid += shares[i];
    remainders.Note(i, key);
  }
  remainders.Pay(pool - paid, shares, [&](size_t i) {
    Uint128 left;
    divider.Quotient(weight_again(i), left);
    return left;
  });
  return {.paid = pool};
}

// The roots without their last `shift` bits go to `roots`.
Uint128 SumOfRoots(std::span<const uint64_t> reputations, int shift, std::span<uint64_t> roots) {
  constexpr size_t kBlock = 1024;  // is summed where it is still near
  Uint128 sum = 0;
  for (size_t begin = 0; begin < roots.size(); begin += kBlock) {
    const size_t count = std::min(kBlock, roots.size() - begin);
    const std::span<uint64_t> block = roots.subspan(begin, count);
    SqrtWeights(reputations.subspan(begin, count), block);
    uint64_t high = 0;
    uint64_t low = 0;
    for (uint64_t& root : block) {
      root >>= shift;
      high += root >> 32;
      low += root & 0xffffffff;
    }
    sum += (static_cast<Uint128>(high) << 32) + low;
  }
  return sum;
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
  const Uint128 total = SumOfRoots(reputations, shift, shares);
  if (total == 0) {
    if (options.bootstrap) return SplitEqually(pool, options.remainder, shares);
    return PayNobody(pool, options.remainder, shares);
  }
  return Divide(
      pool, total, options.remainder, shares, [shares](size_t i) { return shares[i]; },
      [reputations, shift](size_t i) { return SqrtWeight(reputations[i]) >> shift; });
}

}  // namespace shadw::econ
