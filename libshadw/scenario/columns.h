// SPDX-License-Identifier: Apache-2.0
//
// What came of a run, one row an operation, one vector a column: what a table or an array
// wants. And the sums of the whole network.
#ifndef LIBSHADW_SCENARIO_COLUMNS_H_
#define LIBSHADW_SCENARIO_COLUMNS_H_

#include <cstdint>
#include <vector>

#include "libshadw/sim/counters.h"

namespace shadw::scenario {

enum class Deed : uint8_t { kLookup, kGet, kPut };

// What a node had begun when it left is not reported.
struct DhtColumns {
  std::vector<double> begun_s;  // since the beginning of the run
  std::vector<double> took_s;
  std::vector<uint8_t> deed;   // a Deed
  std::vector<uint32_t> node;  // who did it
  std::vector<uint16_t> hops;
  std::vector<uint32_t> messages;  // requests sent
  // Of a lookup: of the k nodes alive that were closest to the target when it ended, how
  // many it found; k follows from the options. Of others 0.
  std::vector<uint16_t> closest_found;
  // Of a lookup: one of them was found. Of a get: the value was. Of a put: somebody has it.
  std::vector<uint8_t> success;
};

struct DhtSums {
  sim::Counters datagrams;
  uint64_t trace_hash = 0;
  uint64_t joined = 0;  // nodes that came during the run
  uint64_t departed = 0;
  double simulated_s = 0;  // less than asked for where the run was stopped
  double node_seconds = 0;
};

}  // namespace shadw::scenario

#endif  // LIBSHADW_SCENARIO_COLUMNS_H_
