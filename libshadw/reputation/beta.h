// SPDX-License-Identifier: Apache-2.0
//
// The reputation of a node under audit: a beta distribution that forgets. Good outcomes
// raise alpha, bad ones beta, and each outcome makes all earlier ones weigh a little less.
//
//   BetaReputation node = BetaReputation::New({});
//   node.Update({}, true);
//   node.Score();                                  // 1
//   FailuresUntilDisqualified({}, 0);              // 41 failures in a row
//
// Limits: below the threshold is for ever. Since the score wanders, a node with a steady
// rate of failures far below 1 - threshold still ends there: `SurvivalCurve` says when.
//   Source   Josang, Ismail 2002; proofs.md "Audit reputation"
#ifndef LIBSHADW_REPUTATION_BETA_H_
#define LIBSHADW_REPUTATION_BETA_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/base/random.h"

namespace shadw::reputation {

struct BetaPolicy {
  double forgetting = 0.999;  // lambda
  double weight = 1;          // of one outcome
  double alpha = 1000;        // of a new node
  double beta = 0;
  double threshold = 0.96;  // below it a node is disqualified

  absl::Status Validate() const;
};

struct BetaReputation {
  double alpha = 0;
  double beta = 0;

  static BetaReputation New(const BetaPolicy& policy) { return {policy.alpha, policy.beta}; }

  // alpha = forgetting * alpha + weight on success, beta alike on failure.
  void Update(const BetaPolicy& policy, bool success) {
    alpha = policy.forgetting * alpha + (success ? policy.weight : 0);
    beta = policy.forgetting * beta + (success ? 0 : policy.weight);
  }
  // The share of good outcomes, the recent ones counting most; 1 where there were none.
  //   Range    0 to 1
  //   Monotone in  alpha; beta (falling)
  double Score() const { return alpha + beta > 0 ? alpha / (alpha + beta) : 1; }

  friend bool operator==(const BetaReputation&, const BetaReputation&) = default;
};

// Columns of equal length, one row a node.
struct BetaColumns {
  std::span<double> alpha;
  std::span<double> beta;
};

// One outcome for each node.
//   Errors   kInvalidArgument  the policy's; columns of different lengths; alpha or beta
//                              that is negative, infinite or no number, with its row
absl::Status UpdateAll(const BetaPolicy& policy, const BetaColumns& nodes,
                       std::span<const uint8_t> success);

// How many failures in a row disqualify a node that answered `successes` audits well.
//   Range    1 to 10^6, which stands for never
//   Monotone in  successes, threshold (falling)
//   Units    audits
//   Errors   kInvalidArgument  the policy's
absl::StatusOr<uint32_t> FailuresUntilDisqualified(const BetaPolicy& policy, uint64_t successes);

struct Survival {
  // Of `runs` nodes, the share that is still there after 0, step, 2 * step, … audits.
  std::vector<double> alive;
  // The audits after which each run ended, ascending; those that survived are left out.
  std::vector<uint32_t> ended;
  // The audits by which half of the runs had ended; 0 where more than half survived.
  uint32_t median = 0;
};

struct SurvivalOptions {
  uint32_t failures_ppm = 0;  // of each audit, independently
  uint32_t audits = 100'000;
  uint32_t step = 1000;
  uint32_t runs = 1000;

  absl::Status Validate() const;
};

// How many nodes with a steady rate of failures are still there, audit by audit.
//   Range    alive  0 to 1, never rises
//   Monotone in  failures_ppm (falling)
//   Units    audits; failures_ppm of 10^6
//   Errors   kInvalidArgument  the policy's and the options'
//   Promise  same random bytes, same curve: no function of the mathematical library is used
//   Source   proofs.md "Publish the survival curve"
absl::StatusOr<Survival> SurvivalCurve(const BetaPolicy& policy, const SurvivalOptions& options,
                                       base::RandomSource& random);

}  // namespace shadw::reputation

#endif  // LIBSHADW_REPUTATION_BETA_H_
