// SPDX-License-Identifier: Apache-2.0
#include "libshadw/sim/link_faults.h"

#include "absl/strings/str_cat.h"

namespace shadw::sim {

absl::Status LinkFaults::Validate() const {
  for (const uint32_t ppm : {loss_ppm, duplicate_ppm, reorder_ppm}) {
    if (ppm > kMillion) {
      return absl::InvalidArgumentError(
          absl::StrCat("sim: got a fault of ", ppm, " ppm, need at most ", kMillion));
    }
  }
  for (const base::Duration wait : {reorder_max, jitter_max}) {
    if (wait < base::Duration(0) || wait > std::chrono::hours(1)) {
      return absl::InvalidArgumentError(
          absl::StrCat("sim: got a delay of ", wait.count(), " ns, need 0 to an hour"));
    }
  }
  return absl::OkStatus();
}

}  // namespace shadw::sim
