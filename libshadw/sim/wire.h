// SPDX-License-Identifier: Apache-2.0
//
// All that lies between the machines of a network: the queue of what is due, the way of a
// datagram with its latency and faults, partitions, outages, counters and the trace. It
// knows machines by number only; `Network` holds and drives them.
//
//   wire.Send({.now = wire.now(), .sender = 0, .from = a, .to = b, .bytes = …});
//   while (auto due = wire.Next(until)) …      // an arrival, a timer, an action
//
// Partition and the sender's outage strike when a datagram leaves, the receiver's outage
// when it arrives.
#ifndef LIBSHADW_SIM_WIRE_H_
#define LIBSHADW_SIM_WIRE_H_

#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "libshadw/base/bytes.h"
#include "libshadw/base/endpoint.h"
#include "libshadw/base/time.h"
#include "libshadw/sim/counters.h"
#include "libshadw/sim/directory.h"
#include "libshadw/sim/event_queue.h"
#include "libshadw/sim/options.h"
#include "libshadw/sim/random.h"
#include "libshadw/sim/slab.h"
#include "libshadw/sim/trace_hash.h"

namespace shadw::sim {

// Asks a machine to fetch ahead what it will need for a datagram; see Network.
using Warm = void (*)(const void* machine, int step, const base::Endpoint& from,
                      base::ByteSpan datagram);

enum class Kind : uint32_t { kArrival, kTimer, kAction };

struct Occurrence {
  Kind kind;
  uint32_t number;  // of the machine, or of the action
  base::Endpoint from;
  base::Bytes bytes;
};

class Wire {
 public:
  // `options` were validated. Null: machines fetch nothing ahead.
  explicit Wire(Options options, Warm warm = nullptr);

  base::Time now() const { return now_; }
  const Options& options() const { return options_; }
  const Directory& directory() const { return directory_; }
  const Counters& counters() const { return counters_; }
  uint64_t trace_hash() const { return trace_.value(); }
  size_t in_flight() const { return datagrams_.size(); }

  // As Directory's. The place is empty until SetMachine.
  MachineIndex Add();
  absl::StatusOr<MachineIndex> AddAt(const base::Endpoint& endpoint);
  // Who receives there; null: nobody. Forgets the timer. Only fetches the memory ahead.
  void SetMachine(MachineIndex index, const void* machine);
  void SetGroup(MachineIndex index, uint32_t group);
  void SetInterface(MachineIndex index, bool up) { places_[index].up = up; }
  void Heal();
  absl::Status SetFaults(const LinkFaults& faults);
  void SetBystander(Bystander bystander) { bystander_ = std::move(bystander); }

  void Send(Passing passing);
  // Makes sure that the machine's timer occurs at `time` at the latest, and no earlier
  // than a microsecond from now. It may occur earlier than it was asked for last.
  void Arm(MachineIndex index, base::Time time);
  void Schedule(base::Time time, uint32_t action);

  // What happens next, where that is due by `until`. Time moves there; where nothing
  // happens any more, to `until`.
  std::optional<Occurrence> Next(base::Time until);

 private:
  static constexpr base::Time kNever = base::Time::max();
  static constexpr uint32_t kTimerMark = UINT32_MAX;

  struct Place {
    base::Time timer = kNever;  // when the queue's entry that counts is due
    const void* machine = nullptr;
    uint32_t group = 0;
    bool up = true;
  };
  struct Due {
    uint32_t number;       // of the datagram or action; kTimerMark for a timer
    MachineIndex machine;  // kOutside for an action
    bool is_action() const { return machine == kOutside; }
    bool is_timer() const { return number == kTimerMark; }
  };
  struct alignas(64) Datagram {
    base::Bytes bytes;
    base::Endpoint from;
  };

  bool Leaves(Passing& passing);
  void Launch(MachineIndex to, base::Duration latency, const Passing& passing, base::Bytes bytes);
  bool Arrives(MachineIndex to, const Datagram& datagram);

  Options options_;
  Warm warm_;
  base::Time now_;
  Random random_;
  Directory directory_;
  std::vector<Place> places_;
  bool partitioned_ = false;
  using Queue = EventQueue<Due>;
  Queue queue_;
  Slab<Datagram> datagrams_;
  Bystander bystander_;
  Counters counters_;
  TraceHash trace_;
};

}  // namespace shadw::sim

#endif  // LIBSHADW_SIM_WIRE_H_
