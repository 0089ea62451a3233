// SPDX-License-Identifier: Apache-2.0
//
// How likely an object of k data and m parity shards is lost, under models that are named,
// since they differ by more than their inputs do.
//
//   AnnualLoss({17, 3}, {.annual_failure_rate = 0.00405, .repair_days = 6.5})  // 7.354e-12
//   LazyRepair({.data_shards = 29, .repair_at = 35, .total_shards = 80,
//               .node_life_days = 182.5})->nines                               // 5.4
//   CorrelatedLoss({17, 3}, {{4, 0.001}, {4, 0.001}}, 7.2e-5)                  // by hosts
//
// Limits: the first two take failures for independent. They are not: owners, subnets and
// client versions fail together, and CorrelatedLoss says what that costs.
#ifndef LIBSHADW_ECON_DURABILITY_H_
#define LIBSHADW_ECON_DURABILITY_H_

#include <cstdint>
#include <span>

#include "absl/status/statusor.h"

namespace shadw::econ {

inline constexpr uint32_t kMaxDurableShards = 1024;
inline constexpr double kDaysPerYear = 365;
// Bounds of every time and rate: a tenth of a millisecond, and more years than there were.
inline constexpr double kMinDurabilityDays = 1e-9;
inline constexpr double kMaxDurabilityDays = 1e12;
inline constexpr double kMaxFailureRate = 1e12;  // a year

struct ErasureCode {
  uint32_t data_shards = 1;
  uint32_t parity_shards = 0;
};

// What happens to a shard: lost at this rate, and back after this time.
struct ShardFailures {
  double annual_failure_rate = 0;
  double repair_days = 1;
};

enum class LossModel : uint8_t {
  kBinomial,        // p = 1 - e^(-rate * time)
  kBinomialLinear,  // p = rate * time
  kPoisson,         // a Poisson number of losses with mean n * rate * time
};

// The chance that more than m of n shards fail within one repair time.
//   Range    0 to 1
//   Monotone in  rate, repair time, k; falls in m
//   Units    probability; 1e-11 relative, however small
//   Errors   kInvalidArgument  k is 0, over kMaxDurableShards shards, a rate not from 0
//                              to kMaxFailureRate, a repair time out of its bounds;
//                              kBinomialLinear with rate * time above 1
//   Source   proofs.md, durability
absl::StatusOr<double> PeriodLoss(const ErasureCode& code, const ShardFailures& failures,
                                  LossModel model = LossModel::kBinomial);

// The same over the 365 / repair_days periods of a year, added up, at most 1. A repair that
// takes longer than a year helps nobody within it: the one period is the year.
//   Range    0 to 1
//   Monotone in  as PeriodLoss, but for the repair time
//   Units    probability a year
//   Errors   as PeriodLoss
//   Source   proofs.md: 17+3, rate 0.00405, 6.5 days: 7.354e-12; linear 7.355e-12;
//            Poisson 1.012e-11
absl::StatusOr<double> AnnualLoss(const ErasureCode& code, const ShardFailures& failures,
                                  LossModel model = LossModel::kBinomial);

// Shards decay one by one; when `repair_at` or fewer are left, a repair begins that brings
// all back after an exponential time. Below `data_shards` the object is lost.
struct LazyRepairOptions {
  uint32_t data_shards = 0;
  uint32_t repair_at = 0;
  uint32_t total_shards = 0;
  double node_life_days = 0;  // mean of an exponential
  double repair_days = 1;     // mean of an exponential
};

struct LazyRepairResult {
  double mttdl_days = 0;   // mean time to data loss; at most the largest double
  double nines = 0;        // -log10(365 days / MTTDL)
  double annual_loss = 0;  // 1 - e^(-365 days / MTTDL)
};

// The absorbing Markov chain of lazy repair, solved without cancellation.
//   Range    1 <= data_shards <= repair_at <= total_shards <= kMaxDurableShards
//   Monotone in  nines: node life, repair_at, total_shards; fall in data_shards, repair time
//   Units    days; 1e-11 relative
//   Errors   kInvalidArgument  shards out of range or order; a time out of its bounds
//   Cost     O(total_shards)
//   Source   proofs.md: 29/35/80 at 182.5 days 5.4 nines, at 365 days 7.6; 29/52/80 17.3
absl::StatusOr<LazyRepairResult> LazyRepair(const LazyRepairOptions& options);

// Shards that one owner, subnet or client version holds, and how likely all of them go
// together within a period.
struct FailureGroup {
  uint32_t shards = 0;
  double probability = 0;
};

// The chance that more than m shards fail in a period in which each group fails as a whole
// with its probability, and each other shard by itself with probability `each`.
//   Range    groups  disjoint, at most k + m shards together; the rest belong to none
//            each    0 to 1
//   Monotone in  each; every probability
//   Units    probability of one period; exact but for rounding
//   Errors   kInvalidArgument  too many shards in groups, or a probability out of range
//   Cost     O(n^2)
//   Source   proofs.md: "expose a correlated-failure term (owner, subnet, client version)"
absl::StatusOr<double> CorrelatedLoss(const ErasureCode& code, std::span<const FailureGroup> groups,
                                      double each);

}  // namespace shadw::econ

#endif  // LIBSHADW_ECON_DURABILITY_H_
