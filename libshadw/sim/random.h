// SPDX-License-Identifier: Apache-2.0
//
// The randomness of simulations, under the names that this module has for it.
//
//   sim::Random random({.seed = 7, .agent = machine});
#ifndef LIBSHADW_SIM_RANDOM_H_
#define LIBSHADW_SIM_RANDOM_H_

#include "libshadw/base/random_stream.h"

namespace shadw::sim {

using base::kMillion;
using base::Scramble;
using base::StreamKey;
using Random = base::RandomStream;

}  // namespace shadw::sim

#endif  // LIBSHADW_SIM_RANDOM_H_
