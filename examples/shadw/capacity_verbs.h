// SPDX-License-Identifier: Apache-2.0
//
// What `shadw capacity` does: measure this machine, make a plot and prove it, verify what
// another machine proved.
#ifndef EXAMPLES_SHADW_CAPACITY_VERBS_H_
#define EXAMPLES_SHADW_CAPACITY_VERBS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "libshadw/capacity/origin_proof.h"
#include "libshadw/capacity/space_proof.h"
#include "outcome.h"

namespace shadw::app {

struct CapacityMeasureArguments {
  std::string node;  // hexadecimal; zeros where absent
  std::string seed;  // likewise
  std::string disk = ".";
  double share = 1;
  double reference_compute = 0;  // 0: no score
  double reference_storage = 0;
  uint32_t deadline_s = 60;
};
absl::StatusOr<Outcome> CapacityMeasure(const CapacityMeasureArguments& arguments,
                                        Console& console);

struct CapacityProveArguments {
  std::string plot;
  std::string challenge;  // hexadecimal, or - to read it from standard input
  std::string out;
  uint64_t make_bytes = 0;  // 0: the plot is there
  std::string node;
  std::string seed;
  uint64_t epoch = 0;
  uint32_t openings = 0;  // 0: as many as are usual
};
absl::StatusOr<Outcome> CapacityProve(const CapacityProveArguments& arguments, Console& console);

struct CapacityVerifyArguments {
  std::string commitment;
  std::string proof;
  std::string challenge;
  std::string node;  // empty: whoever the commitment names
  uint64_t epoch = 0;
  uint32_t openings = 0;
};
absl::StatusOr<Outcome> CapacityVerify(const CapacityVerifyArguments& arguments, Console& console);

}  // namespace shadw::app

#endif  // EXAMPLES_SHADW_CAPACITY_VERBS_H_
