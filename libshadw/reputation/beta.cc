// SPDX-License-Identifier: Apache-2.0
#include "libshadw/reputation/beta.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "libshadw/base/coding.h"
#include "libshadw/base/status_macros.h"

namespace shadw::reputation {
namespace {

constexpr uint32_t kNever = 1'000'000;
constexpr uint32_t kMillion = 1'000'000;

bool IsWeight(double value) { return value >= 0 && value <= 1e15; }

absl::Status Refuse(const char* name, double got, const char* need) {
  return absl::InvalidArgumentError(
      absl::StrCat("reputation: got ", name, " ", got, ", need ", need));
}

// x -> factor * x + added.
struct Line {
  double factor = 1;
  double added = 0;

  double At(double x) const { return factor * x + added; }
};

// The line that does `times` what `once` does.
Line Repeat(Line once, uint64_t times) {
  Line all;
  for (; times > 0; times >>= 1) {
    if ((times & 1) != 0) all = {all.factor * once.factor, once.At(all.added)};
    once = {once.factor * once.factor, once.At(once.added)};
  }
  return all;
}

// After so many audits of one outcome.
BetaReputation After(const BetaPolicy& policy, const BetaReputation& node, bool success,
                     uint64_t audits) {
  const Line forgets = Repeat({policy.forgetting, 0}, audits);
  const Line grows = Repeat({policy.forgetting, policy.weight}, audits);
  return {(success ? grows : forgets).At(node.alpha), (success ? forgets : grows).At(node.beta)};
}

// 32 random bits at a time; one call to the source for many.
class Draws {
 public:
  explicit Draws(base::RandomSource& random) : random_(random) {}
  uint32_t Next() {
    if (at_ == bytes_.size()) {
      random_.Fill(bytes_);
      at_ = 0;
    }
    at_ += 4;
    return base::LoadLittleEndian<uint32_t>(bytes_.data() + at_ - 4);
  }

 private:
  base::RandomSource& random_;
  std::array<uint8_t, 4096> bytes_{};
  size_t at_ = 4096;
};

// After how many audits the node ended, or `audits` + 1.
uint32_t RunOne(const BetaPolicy& policy, const SurvivalOptions& options, Draws& draws) {
  // A draw below this fails; 2^32 * ppm / 10^6 rounded to the nearest.
  const uint64_t bound = ((uint64_t{options.failures_ppm} << 32) + kMillion / 2) / kMillion;
  BetaReputation node = BetaReputation::New(policy);
  for (uint32_t audit = 1; audit <= options.audits; ++audit) {
    node.Update(policy, draws.Next() >= bound);
    // Without a division: the sum is never negative.
    if (node.alpha < policy.threshold * (node.alpha + node.beta)) return audit;
  }
  return options.audits + 1;
}

}  // namespace

absl::Status BetaPolicy::Validate() const {
  if (!(forgetting > 0 && forgetting <= 1)) {
    return Refuse("forgetting", forgetting, "one above 0 and at most 1");
  }
  if (!(weight > 0 && weight <= 1e15)) return Refuse("weight", weight, "one above 0, to 1e15");
  if (!IsWeight(alpha)) return Refuse("alpha", alpha, "0 to 1e15");
  if (!IsWeight(beta)) return Refuse("beta", beta, "0 to 1e15");
  if (!(threshold >= 0 && threshold <= 1)) return Refuse("threshold", threshold, "0 to 1");
  return absl::OkStatus();
}

absl::Status BetaReputation::Validate() const {
  if (IsWeight(alpha) && IsWeight(beta)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("reputation: got alpha ", alpha, " and beta ", beta, ", need 0 to 1e15"));
}

absl::Status UpdateAll(const BetaPolicy& policy, const BetaColumns& nodes,
                       std::span<const uint8_t> success) {
  SHADW_RETURN_IF_ERROR(policy.Validate());
  const size_t rows = success.size();
  if (nodes.alpha.size() != rows || nodes.beta.size() != rows) {
    return absl::InvalidArgumentError(absl::StrCat("reputation: got ", nodes.alpha.size(),
                                                   " alphas, ", nodes.beta.size(), " betas and ",
                                                   rows, " outcomes, need one length"));
  }
  for (size_t i = 0; i < rows; ++i) {
    const BetaReputation node{nodes.alpha[i], nodes.beta[i]};
    if (const absl::Status status = node.Validate(); !status.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(status.message(), ", in row ", i));
    }
  }
  for (size_t i = 0; i < rows; ++i) {
    const double good = success[i] != 0 ? policy.weight : 0;
    nodes.alpha[i] = policy.forgetting * nodes.alpha[i] + good;
    nodes.beta[i] = policy.forgetting * nodes.beta[i] + (policy.weight - good);
  }
  return absl::OkStatus();
}

absl::StatusOr<uint32_t> FailuresUntilDisqualified(const BetaPolicy& policy, uint64_t successes) {
  SHADW_RETURN_IF_ERROR(policy.Validate());
  const BetaReputation node = After(policy, BetaReputation::New(policy), true, successes);
  // The score falls with every failure: the first that is too low is found by halving.
  uint32_t least = 1;
  uint32_t most = kNever;
  while (least < most) {
    const uint32_t middle = least + (most - least) / 2;
    if (After(policy, node, false, middle).Score() < policy.threshold) {
      most = middle;
    } else {
      least = middle + 1;
    }
  }
  return least;
}

absl::Status SurvivalOptions::Validate() const {
  if (failures_ppm > kMillion) {
    return absl::InvalidArgumentError(
        absl::StrCat("reputation: got failures_ppm ", failures_ppm, ", need at most ", kMillion));
  }
  if (audits == 0 || audits == UINT32_MAX || step == 0 || runs == 0 ||
      uint64_t{audits} * runs > kMaxAudits || audits / step > kMaxSteps) {
    return absl::InvalidArgumentError(
        absl::StrCat("reputation: got ", audits, " audits in steps of ", step, ", ", runs,
                     " runs, need 1 or more of each and at most ", kMaxAudits,
                     " audits in all and ", kMaxSteps, " steps"));
  }
  return absl::OkStatus();
}

absl::StatusOr<Survival> SurvivalCurve(const BetaPolicy& policy, const SurvivalOptions& options,
                                       base::RandomSource& random) {
  SHADW_RETURN_IF_ERROR(policy.Validate());
  SHADW_RETURN_IF_ERROR(options.Validate());
  Draws draws(random);
  Survival survival;
  for (uint32_t run = 0; run < options.runs; ++run) {
    const uint32_t end = RunOne(policy, options, draws);
    if (end <= options.audits) survival.ended.push_back(end);
  }
  std::ranges::sort(survival.ended);
  size_t gone = 0;
  for (uint64_t at = 0; at <= options.audits; at += options.step) {
    while (gone < survival.ended.size() && survival.ended[gone] <= at) ++gone;
    survival.alive.push_back(static_cast<double>(options.runs - gone) / options.runs);
  }
  const size_t half = (size_t{options.runs} + 1) / 2;
  if (survival.ended.size() >= half) survival.median = survival.ended[half - 1];
  return survival;
}

}  // namespace shadw::reputation
