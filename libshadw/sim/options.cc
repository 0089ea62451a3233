// SPDX-License-Identifier: Apache-2.0
#include "libshadw/sim/options.h"

#include "absl/strings/str_cat.h"

namespace shadw::sim {

absl::Status Options::Validate() const {
  if (latency == nullptr) {
    return absl::InvalidArgumentError("sim: got no latency model, need one");
  }
  if (start < base::Time()) {
    return absl::InvalidArgumentError(absl::StrCat("sim: got a start ", base::ToUnixNanos(start),
                                                   " ns after 1970, need 0 or more"));
  }
  if (max_in_flight > kMaxInFlight) {
    return absl::InvalidArgumentError(absl::StrCat(
        "sim: got ", max_in_flight, " datagrams in flight, need at most ", kMaxInFlight));
  }
  return faults.Validate();
}

}  // namespace shadw::sim
