// SPDX-License-Identifier: Apache-2.0
//
// What happened in a simulated network so far. Every datagram that was sent, and every
// further copy of it, is in the end delivered, lost for one reason, or still under way:
//
//   sent + injected + duplicated == delivered + lost() + in flight
#ifndef LIBSHADW_SIM_COUNTERS_H_
#define LIBSHADW_SIM_COUNTERS_H_

#include <cstdint>

namespace shadw::sim {

struct Counters {
  uint64_t events = 0;      // datagrams that arrived, timers and callbacks
  uint64_t sent = 0;        // by machines
  uint64_t injected = 0;    // from outside
  uint64_t sent_bytes = 0;  // both
  uint64_t duplicated = 0;
  uint64_t delivered = 0;
  uint64_t delivered_bytes = 0;

  uint64_t lost_on_link = 0;       // by LinkFaults
  uint64_t lost_to_partition = 0;  // between two groups
  uint64_t lost_to_outage = 0;     // an interface was down
  uint64_t lost_to_nobody = 0;     // no machine is there, or it left
  uint64_t lost_to_bystander = 0;
  uint64_t lost_to_overflow = 0;  // more than Options::max_in_flight

  uint64_t lost() const {
    return lost_on_link + lost_to_partition + lost_to_outage + lost_to_nobody + lost_to_bystander +
           lost_to_overflow;
  }
};

}  // namespace shadw::sim

#endif  // LIBSHADW_SIM_COUNTERS_H_
