// SPDX-License-Identifier: Apache-2.0
//
// What a simulated network is made of, and what a bystander sees of it.
//
//   Options options{.seed = 7, .faults = {.loss_ppm = 10'000}};
//   options.latency = std::make_shared<ConstantLatency>(std::chrono::milliseconds(40));
#ifndef LIBSHADW_SIM_OPTIONS_H_
#define LIBSHADW_SIM_OPTIONS_H_

#include <cstdint>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "libshadw/base/bytes.h"
#include "libshadw/base/endpoint.h"
#include "libshadw/base/time.h"
#include "libshadw/sim/latency.h"
#include "libshadw/sim/link_faults.h"

namespace shadw::sim {

struct Options {
  static constexpr uint32_t kMaxInFlight = 1 << 28;

  // The network draws its faults from the stream {seed, run}; agents take others.
  uint64_t seed = 0;
  uint64_t run = 0;
  base::Time start = base::FromUnixSeconds(1'700'000'000);
  std::shared_ptr<const LatencyModel> latency =
      std::make_shared<ConstantLatency>(std::chrono::milliseconds(50));
  LinkFaults faults;
  // Datagrams beyond these are lost, and counted.
  uint32_t max_in_flight = 1 << 24;
  // Asked every few thousand events; true makes RunUntil return early.
  std::function<bool()> should_stop;

  //   Errors   kInvalidArgument  no latency model, a start before 1970, too much in
  //                              flight, bad faults
  absl::Status Validate() const;
};

// A datagram that is about to leave. A bystander may change all but `now` and `sender`.
struct Passing {
  base::Time now;
  MachineIndex sender;  // kOutside where it was injected
  base::Endpoint from;
  base::Endpoint to;
  base::Bytes bytes;
  base::Duration delay{};  // beyond the latency; not below zero
};

// False where the datagram vanishes.
using Bystander = std::function<bool(Passing&)>;

}  // namespace shadw::sim

#endif  // LIBSHADW_SIM_OPTIONS_H_
