// SPDX-License-Identifier: Apache-2.0
//
// What work takes besides time: allocations of the whole process, those of the C libraries
// included, and how far its resident memory rises above where it stood.
#ifndef BENCHMARKS_COST_H_
#define BENCHMARKS_COST_H_

#include <cstdint>

namespace shadw {

struct Cost {
  int64_t allocations = 0;
  double peak_mib = 0;
};

// From its making on.
class CostMeter {
 public:
  CostMeter();
  Cost Read() const;

 private:
  int64_t allocations_;
  double resident_mib_;
};

}  // namespace shadw

#endif  // BENCHMARKS_COST_H_
