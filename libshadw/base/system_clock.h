// SPDX-License-Identifier: Apache-2.0
//
// The clock of the machine, for applications to pass in. No module includes this
// header (tests/tidy checks it): a module that read the time behind its caller's
// back could be neither simulated nor repeated.
#ifndef LIBSHADW_BASE_SYSTEM_CLOCK_H_
#define LIBSHADW_BASE_SYSTEM_CLOCK_H_

#include "libshadw/base/time.h"

namespace shadw::base {

class SystemClock : public Clock {
 public:
  Time Now() const override { return std::chrono::system_clock::now(); }
};

}  // namespace shadw::base

#endif  // LIBSHADW_BASE_SYSTEM_CLOCK_H_
