// SPDX-License-Identifier: Apache-2.0
//
// What becomes of the share of a reward that somebody lost by failing an audit.
#ifndef LIBSHADW_BASE_FAILED_SHARE_H_
#define LIBSHADW_BASE_FAILED_SHARE_H_

#include <cstdint>

namespace shadw::base {

enum class FailedShare : uint8_t {
  kCarry,         // the next round: nobody gains by another's failure
  kRedistribute,  // those who passed: as the paper reads, and a reward for sabotage
};

}  // namespace shadw::base

#endif  // LIBSHADW_BASE_FAILED_SHARE_H_
