// SPDX-License-Identifier: Apache-2.0
//
// Means over the rows of a run that belong to one kind of deed.
#ifndef TESTS_SCENARIO_COLUMNS_H_
#define TESTS_SCENARIO_COLUMNS_H_

#include <cstdint>

#include "libshadw/scenario/dht_network.h"

namespace shadw::scenario {

// Of the tests that take long. Sanitizers make them several times slower, and look at the
// same code in a smaller network.
#ifdef __SANITIZE_ADDRESS__
inline constexpr size_t kManyNodes = 250;
#else
inline constexpr size_t kManyNodes = 1000;
#endif

struct Summary {
  uint64_t count = 0;
  double hops = 0;      // mean
  double messages = 0;  // mean
  uint32_t most_messages = 0;
  double success = 0;   // a fraction
  double complete = 0;  // the fraction that found all of the k closest
};

// Of the deeds begun from `from_s` until `to_s`.
Summary Summarize(const DhtColumns& columns, Deed deed, uint16_t k, double from_s = 0,
                  double to_s = 1e9);

// Runs the options, which must be legal.
DhtRun MustRun(const DhtOptions& options);

}  // namespace shadw::scenario

#endif  // TESTS_SCENARIO_COLUMNS_H_
