// SPDX-License-Identifier: Apache-2.0
//
// What it costs to cheat: the labels that a prover has to make anew who kept only some of
// the last layer, against the four layers of the honest one.
//
//   const std::vector<bool> kept = KeepSome(labels, 800'000, random);       // four fifths
//   SHADW_ASSIGN_OR_RETURN(const uint64_t labels,
//                          LabelsToRemake(20, kept, places));
//   // times the seconds a label takes = how long the answer takes at best
//
// It counts hashes, as if the prover had all the parents' places at hand and memory to
// hold what it made. README.md has the curve.
//   Source   proofs.md, "Test soundness with provers that store only a fraction"
#ifndef LIBSHADW_CAPACITY_SHORTCUT_H_
#define LIBSHADW_CAPACITY_SHORTCUT_H_

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "libshadw/base/random.h"

namespace shadw::capacity {

// Which labels a prover keeps: each with this probability, by itself.
//   Shapes   result  labels
std::vector<bool> KeepSome(uint64_t labels, uint32_t kept_ppm, base::RandomSource& random);

// How many labels of all layers are to be made for those at `places` of the last one.
//   Range    0 where all are kept, to 4 * 2^labels_log2
//   Errors   kInvalidArgument  labels_log2 out of range, another number of `kept`, a place
//                              beyond the labels
//   Cost     one visit of each label needed, half a byte a label
absl::StatusOr<uint64_t> LabelsToRemake(uint32_t labels_log2, const std::vector<bool>& kept,
                                        std::span<const uint64_t> places);

}  // namespace shadw::capacity

#endif  // LIBSHADW_CAPACITY_SHORTCUT_H_
