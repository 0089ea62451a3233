// SPDX-License-Identifier: Apache-2.0
//
// Square roots as weights: whole numbers with 32 bits behind the point, exact to the last
// one on every machine, and as fast as a processor takes roots.
//
//   SqrtWeight(9);     // 3 * 2^32
//   SqrtWeight(2);     // floor(1.41421... * 2^32) = 6'074'000'999
#ifndef LIBSHADW_ECON_SQRT_WEIGHT_H_
#define LIBSHADW_ECON_SQRT_WEIGHT_H_

#include <cstdint>
#include <span>

namespace shadw::econ {

// floor(sqrt(reputation * 2^64)).
//   Range    0 to 2^64 - 1
//   Monotone in  reputation
//   Source   catalogue R5
uint64_t SqrtWeight(uint64_t reputation);

// The same for many; `weights` is as long as `reputations`.
//   Cost     one root and one division of doubles each, in vectors of what the machine has
void SqrtWeights(std::span<const uint64_t> reputations, std::span<uint64_t> weights);

}  // namespace shadw::econ

#endif  // LIBSHADW_ECON_SQRT_WEIGHT_H_
