// SPDX-License-Identifier: Apache-2.0
//
// Attacks on reputation, each as a call that carries it out against the real book, the
// real aggregation and the real EigenTrust, and says what it won and what it cost.
//
//   FakePaymentsReport ring = *RunFakePayments({.members = 10, .windows = 30});
//   ring.tokens_per_point;                     // 1: nothing is cheaper than honest trade
//   SlanderReport lies = *RunSlander({.honest = 20, .liars = 5, .lie = 10'000});
//
// What they show, with the default policies:
//   self-dealing, rings  one token of fees for each point while the DAO's share reaches
//                        others, and never more points than the cap of each window
//   slander by penalty   half a token for each point that the victim loses
//   slander by report    liars of up to about a tenth of all weight who tell one extreme
//                        value are left out; up to nine tenths move the mean by their
//                        weight, however many they are
//   newcomers' reports   a reporter without a score counts as ScorePolicy says, by default
//                        as much as a low one: enough new names outvote everybody, so a
//                        name must cost more than its word is worth
//   whitewashing         a new name costs what the old one was worth; who has nothing
//                        loses nothing, so nothing may be free for newcomers
//   sybils               square-root rewards pay sqrt(m) for m names: each must cost more
//                        than it wins. EigenTrust gives them what honest nodes give them
//
//   Source   catalogue S83, S84, S96, R5; Douceur 2002; Kamvar et al. 2003, section 5
#ifndef LIBSHADW_REPUTATION_ATTACKS_H_
#define LIBSHADW_REPUTATION_ATTACKS_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "libshadw/base/amount.h"
#include "libshadw/base/random.h"
#include "libshadw/reputation/eigentrust.h"
#include "libshadw/reputation/rules.h"

namespace shadw::reputation {

// Members of one owner pay each other round in a ring; two of them are self-dealing.
struct FakePayments {
  uint32_t members = 2;
  uint32_t windows = 1;
  uint32_t payments_per_window = 1;  // by each member
  base::Amount payment = 100 * base::kBaseUnitsPerToken;
  FeePolicy fee;
  PaymentPolicy gain;
};

struct FakePaymentsReport {
  base::Amount moved = 0;       // all payments together
  base::Amount lost = 0;        // fees that reach others: the DAO's share
  base::Amount kept = 0;        // the rest of the fees, which the ring may be paid
  Points gained;                // all members together
  Points most_of_one;           // the richest member
  double tokens_per_point = 0;  // lost / gained; 0 where nothing was gained
};

// What a ring gains by paying itself, and what that costs it.
//   Monotone in  gained: members, windows, payments
//   Units    base units, units of 1e-9 point
//   Errors   kInvalidArgument  the policies'; over 10^8 payments; fewer than 1 member; windows
//                              that end after the time of a book does
//            kOutOfRange       sums that do not fit
absl::StatusOr<FakePaymentsReport> RunFakePayments(const FakePayments& attack);

// One who bought reputation spends it to lower a victim.
struct PenaltySlander {
  Points victim{100 * kUnitsPerPoint};
  uint32_t names = 2;  // among whom the points are bought
  PenaltyPolicy penalty;
  FakePayments buying;
};

struct PenaltySlanderReport {
  Points spent;
  Points victim_lost;
  base::Amount tokens_lost = 0;
  uint64_t windows = 0;  // until the names had gained enough
};

// What it costs to buy the points that lower a victim to 0.
//   Errors   as RunFakePayments, for the windows that it takes; kFailedPrecondition  the
//            policy lets nobody gain anything
absl::StatusOr<PenaltySlanderReport> RunPenaltySlander(const PenaltySlander& attack);

// Liars all report `lie` of a node of which the honest report `truth`.
struct Slander {
  uint32_t honest = 20;
  uint32_t liars = 5;
  double truth = 100;
  double lie = 10'000;
  double honest_score = 80;  // what the words of either side weigh
  double liar_score = 15;
};

struct SlanderReport {
  double mean = 0;         // what the aggregation believes
  double moved = 0;        // 0: the truth, 1: the lie
  double liar_weight = 0;  // of all weight
  bool caught = false;     // the filter left the lie out (reference: without weights)
};

// What liars make the aggregation of latencies believe.
//   Range    mean  from the truth to the lie (kReference: from 0)
//   Units    those of the reports
//   Errors   kInvalidArgument  over 10^6 reporters of a kind, none, or numbers that
//                              FilteredMean or ReporterWeights refuses
//            kUnimplemented    kPaperLiteral
//   Paper    none: there is no formula
//   Defect   the authors' program turns the weights round, so that liars of low standing count
//            most, and finds outliers without weights, so that a crowd of liars without any
//            makes outliers of all others
//   Modes    kCorrected     weights as they are, outliers by weight left out, the rest scaled
//                           to sum 1
//            kPaperLiteral  refused: there is nothing to take literally
//            kReference     weights turned round, as GlobalScores has them for latency,
//                           outliers by number, and not scaled where a lie is left out
//   Source   catalogue B.2 "Global score", S142
absl::StatusOr<SlanderReport> RunSlander(const Slander& attack,
                                         base::FormulaMode mode = base::FormulaMode::kCorrected);

// A party leaves its name and begins again under a new one.
struct WhitewashReport {
  Points lost;             // with the old name
  base::Amount trade = 0;  // honest payments until the new name is worth as much
  base::Amount fees = 0;   // of them
  uint64_t windows = 0;    // that this takes at least
};

// What a new name costs until it is worth as much as one that held `held`.
//   Monotone in  held
//   Errors   kInvalidArgument the policies'; kFailedPrecondition  nobody can gain anything;
//            kOutOfRange  the trade does not fit
absl::StatusOr<WhitewashReport> CostOfWhitewash(Points held, const FeePolicy& fee,
                                                const PaymentPolicy& gain);

// One party's reputation under one name and under many: weights of square-root rewards.
struct SybilSplitReport {
  uint64_t weight_of_one = 0;   // isqrt(points)
  uint64_t weight_of_many = 0;  // names * isqrt(points / names)
  double factor = 0;            // what the reward grows by in a large crowd
};

// What one reputation weighs whole, and cut into equal parts.
//   Range    factor below 2 * sqrt(names); up to sqrt(names) where no root is cut
//   Units    whole points
//   Errors   kInvalidArgument  0 names
//   Source   catalogue S96
absl::StatusOr<SybilSplitReport> SplitIntoSybils(uint64_t points, uint64_t names);

// Sybils who trust each other and one leader, in a random network whose honest nodes give
// them some of their trust.
struct SybilTrust {
  uint32_t honest = 1000;
  uint32_t edges_per_honest = 10;
  uint32_t sybils = 100;
  uint32_t deceived = 10;     // edges from honest nodes to sybils
  uint32_t pre_trusted = 10;  // of the honest
  double pre_trust_share = 0.15;
};

struct SybilTrustReport {
  double sybil_share = 0;  // of all trust
  double leader_trust = 0;
  double honest_mean = 0;  // what an honest node has on average
  // At most what deceived nodes give, over the share that flows back each step.
  double bound = 0;
  uint32_t iterations = 0;
};

// How much trust sybils get of EigenTrust.
//   Range    sybil_share  0 to 1
//   Errors   kInvalidArgument  no honest nodes, fewer of them than pre-trusted, or over 10^7
//                              edges; those of Solve
//   Promise  same random bytes, same network
absl::StatusOr<SybilTrustReport> RunSybilTrust(const SybilTrust& attack,
                                               base::RandomSource& random);

}  // namespace shadw::reputation

#endif  // LIBSHADW_REPUTATION_ATTACKS_H_
