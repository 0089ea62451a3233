// SPDX-License-Identifier: Apache-2.0
//
// What the way does to a datagram besides taking time: it loses it, delivers it twice,
// or holds it back so that later ones overtake it.
//
//   LinkFaults faults{.loss_ppm = 10'000, .reorder_ppm = 5'000};
//   faults.Draw(random).copies;                // 0, 1 or 2
//
// Limits: faults are drawn for each datagram alone; there are no bursts.
#ifndef LIBSHADW_SIM_LINK_FAULTS_H_
#define LIBSHADW_SIM_LINK_FAULTS_H_

#include <array>
#include <cstdint>

#include "absl/status/status.h"
#include "libshadw/base/time.h"
#include "libshadw/sim/random.h"

namespace shadw::sim {

// What happens to one datagram.
struct Fate {
  uint32_t copies = 1;
  // How much longer than the latency each copy is under way.
  std::array<base::Duration, 2> delays{};
};

struct LinkFaults {
  uint32_t loss_ppm = 0;
  uint32_t duplicate_ppm = 0;
  uint32_t reorder_ppm = 0;
  // A copy that is held back waits up to this long, evenly distributed.
  base::Duration reorder_max = std::chrono::milliseconds(200);
  // Every copy waits up to this long, evenly distributed.
  base::Duration jitter_max{};

  absl::Status Validate() const;

  // Draws nothing for faults that never happen.
  Fate Draw(Random& random) const {
    Fate fate;
    if (random.Bernoulli(loss_ppm)) {
      fate.copies = 0;
      return fate;
    }
    if (random.Bernoulli(duplicate_ppm)) fate.copies = 2;
    for (uint32_t copy = 0; copy < fate.copies; ++copy) {
      if (random.Bernoulli(reorder_ppm)) fate.delays[copy] += Wait(random, reorder_max);
      if (jitter_max.count() > 0) fate.delays[copy] += Wait(random, jitter_max);
    }
    return fate;
  }

 private:
  static base::Duration Wait(Random& random, base::Duration max) {
    return base::Duration(
        static_cast<int64_t>(random.Uniform(static_cast<uint64_t>(max.count()) + 1)));
  }
};

}  // namespace shadw::sim

#endif  // LIBSHADW_SIM_LINK_FAULTS_H_
