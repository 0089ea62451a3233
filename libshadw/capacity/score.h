// SPDX-License-Identifier: Apache-2.0
//
// The capacity C of a node: how much it can compute and store, as one number that is only
// compared within one configuration, with the two parts it is the sum of.
//
//   const CapacityReferences references = {.compute = 6.4, .storage = 1e12};
//   SHADW_ASSIGN_OR_RETURN(const CapacityScore score, Capacity(inputs, references));
//   score.total;                        // score.compute + score.storage
//   CapacityIndex(score, references);   // the same pair as a number in [0, 1)
//
// A batch form takes a column of each input and writes a column of totals.
#ifndef LIBSHADW_CAPACITY_SCORE_H_
#define LIBSHADW_CAPACITY_SCORE_H_

#include <cstdint>
#include <span>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace shadw::capacity {

// The readings of the printed formula. The first one is the default.
enum class CapacityMode : uint8_t {
  kCorrected,         // w_c * (P * Q * o / sqrt(t)) / ref_c + w_s * (sR - sT) / ref_s
  kPaperLiteral,      // (P / Q) * (sqrt(t) * o) + (sR - sT): as printed, left to right
  kPaperDenominator,  // P / (Q * sqrt(t) * o) + (sR - sT)
  kSqrtProduct,       // (P / Q) * sqrt(t * o) + (sR - sT)
};

struct CapacityInputs {
  double processors = 0;           // P
  double cores_per_processor = 0;  // Q
  double reply_ms = 0;             // t: how long the node took for the work it was given
  double overhead_cycles = 0;      // o: see OverheadCycles
  double disk_reported = 0;        // sR
  double disk_taken = 0;           // sT, in the same unit
};

// What counts as one: without it bytes swamp compute. There is no default on purpose.
struct CapacityReferences {
  double compute = 0;         // ref_c, > 0
  double storage = 0;         // ref_s, > 0
  double compute_weight = 1;  // w_c, >= 0
  double storage_weight = 1;  // w_s, >= 0; not both 0

  //   Errors   kInvalidArgument  a reference that is not above 0, a weight below 0, both
  //                              weights 0, anything not finite
  absl::Status Validate() const;
};

struct CapacityScore {
  double total = 0;
  double compute = 0;
  double storage = 0;
};

// The capacity of a node.
//   Range    total >= 0 in every mode
//   Monotone in kCorrected: rises with P, Q, o and sR, falls with t and sT
//   Units    t in ms; sR and sT in one unit, that of references.storage
//   Errors   kInvalidArgument  P or Q is 0, t <= 0, o < 0, sT > sR, anything negative or
//                              not finite; references that do not hold; a result that is
//                              not finite
//   Paper    C = P/Q*(√t*o)+[sR-sT]
//   Defect   printed so, a node scores less with more cores (P/Q) and more the slower it
//            answers (√t above the line), and bytes are added to cycles, so that storage
//            is all that counts
//   Modes    kCorrected         w_c * (P * Q * o / √t) / ref_c + w_s * (sR - sT) / ref_s: Q and t
//                               turned around, each part over what counts as one
//            kPaperLiteral      (P / Q) * (√t * o) + (sR - sT): the text left to right
//            kPaperDenominator  P / (Q * √t * o) + (sR - sT): all behind the stroke below it
//            kSqrtProduct       (P / Q) * √(t * o) + (sR - sT): o under the root
//            The last three ignore the references.
//   Source   catalogue S60 and R3; Decentralized Datacenter White Paper
absl::StatusOr<CapacityScore> Capacity(const CapacityInputs& inputs,
                                       const CapacityReferences& references,
                                       CapacityMode mode = CapacityMode::kCorrected);

// The inputs of many nodes, a column each, all of one length.
struct CapacityColumns {
  std::span<const double> processors, cores_per_processor, reply_ms, overhead_cycles, disk_reported,
      disk_taken;
};

struct CapacityResults {
  std::span<double> total, compute, storage;
};

// `Capacity` of each row.
//   Shapes   total, compute, storage  as long as the columns; the last two may be empty
//   Errors   kInvalidArgument  as Capacity, naming the first bad row; lengths differ
//   Cost     one square root and a few products a row, no allocation
//   Modes    as Capacity
absl::Status CapacityOfMany(const CapacityColumns& columns, const CapacityReferences& references,
                            CapacityMode mode, const CapacityResults& out);

// Both parts, each bent by x / (1 + x), in their weights' proportion: a node that has just
// what counts as one in both gets one half.
//   Range    [0, 1)
//   Monotone in rises with both parts of a score of kCorrected
//   Units    none
//   Errors   kInvalidArgument  a part that is negative or not finite; bad references
//   Source   catalogue R3
absl::StatusOr<double> CapacityIndex(const CapacityScore& score,
                                     const CapacityReferences& references);

// o: the cycles that can be had of a node, as it offers only a share of its processors.
//   Range    [0, cycles_per_s]
//   Monotone in rises with both
//   Units    cycles of the benchmark (`work_chain.h`) a second; share of 1
//   Errors   kInvalidArgument  share outside [0, 1]; cycles negative or not finite
//   Source   catalogue S61; Decentralized Datacenter White Paper
absl::StatusOr<double> OverheadCycles(double cycles_per_s, double share);

}  // namespace shadw::capacity

#endif  // LIBSHADW_CAPACITY_SCORE_H_
