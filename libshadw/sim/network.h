// SPDX-License-Identifier: Apache-2.0
//
// A network of state machines in virtual time: datagrams between them take time, get lost,
// doubled and overtaken, machines come and go, and nothing of it needs a socket or a
// second. It knows no protocol; `net` carries the same machines over real sockets.
//
//   auto network = *sim::Network<dht::Node>::Create({.seed = 7});
//   const sim::MachineIndex first = network.Add(std::make_unique<dht::Node>(…));
//   network.OnEvent([](sim::MachineIndex who, dht::Node::Event event) { … });
//   network.At(network.now() + 10min, [&] { network.Remove(first); });
//   network.RunFor(1h);
//   network.trace_hash();                    // equal on every rerun, on every machine
//
// What is due at one instant happens in the order in which it was scheduled. Timers are
// armed lazily: a machine that puts its timeout off is asked again when the old one is
// due, and costs no queue entry. A timeout comes at least a microsecond after the call
// in which the machine asked for it, so virtual time always moves on.
//
// Callbacks (events, At, bystander) may do everything to the network but run or move it.
// Who acts on a machine outside of its event calls Poll then, so that what it has to say
// goes out.
//
// Limits: one thread. 2^28 machines over a run (numbers are not used again).
#ifndef LIBSHADW_SIM_NETWORK_H_
#define LIBSHADW_SIM_NETWORK_H_

#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "libshadw/base/state_machine.h"
#include "libshadw/sim/options.h"
#include "libshadw/sim/slab.h"
#include "libshadw/sim/wire.h"

namespace shadw::sim {

template <base::StateMachine Machine>
requires std::same_as<typename Machine::Address, base::Endpoint>
class Network {
 public:
  using Event = typename Machine::Event;
  using EventSink = std::function<void(MachineIndex, Event)>;

  // Errors as Options::Validate.
  static absl::StatusOr<Network> Create(Options options) {
    if (absl::Status status = options.Validate(); !status.ok()) return status;
    return Network(std::move(options));
  }

  base::Time now() const { return wire_.now(); }
  const Counters& counters() const { return wire_.counters(); }
  uint64_t trace_hash() const { return wire_.trace_hash(); }
  size_t in_flight() const { return wire_.in_flight(); }

  // A new machine at the next endpoint of the plan. Null makes an empty place, for a
  // machine that must know its endpoint first; Replace fills it. kOutside past the limit.
  MachineIndex Add(std::unique_ptr<Machine> machine) {
    const MachineIndex index = wire_.Add();
    if (index != kOutside) Settle(index, std::move(machine));
    return index;
  }
  // The same at a chosen endpoint, its port not the plan's. Errors as Directory::AddAt.
  absl::StatusOr<MachineIndex> AddAt(const base::Endpoint& endpoint,
                                     std::unique_ptr<Machine> machine) {
    absl::StatusOr<MachineIndex> index = wire_.AddAt(endpoint);
    if (index.ok()) Settle(*index, std::move(machine));
    return index;
  }
  // Puts a fresh machine in the place of one, as a restart does: datagrams that are under
  // way reach it. Null takes the machine away, and they vanish.
  void Replace(MachineIndex index, std::unique_ptr<Machine> machine) {
    std::swap(machines_[index], machine);
    if (machine != nullptr) departed_.push_back(std::move(machine));
    wire_.SetMachine(index, machines_[index].get());
    Poll(index);
  }
  void Remove(MachineIndex index) { Replace(index, nullptr); }

  MachineIndex size() const { return static_cast<MachineIndex>(machines_.size()); }
  // Null where nobody is. The pointer holds until the machine is replaced.
  Machine* machine(MachineIndex index) { return machines_[index].get(); }
  base::Endpoint endpoint(MachineIndex index) const { return wire_.directory().EndpointOf(index); }
  std::optional<MachineIndex> Find(const base::Endpoint& endpoint) const {
    return wire_.directory().Find(endpoint);
  }

  // Only machines of one group reach each other; all start in group 0.
  void SetGroup(MachineIndex index, uint32_t group) { wire_.SetGroup(index, group); }
  // Back to one group.
  void Heal() { wire_.Heal(); }
  // Takes a machine's interface down, or up again. Its timers run on.
  void SetInterface(MachineIndex index, bool up) { wire_.SetInterface(index, up); }
  // From now on. Errors as LinkFaults::Validate.
  absl::Status SetFaults(const LinkFaults& faults) { return wire_.SetFaults(faults); }

  // Who hears of the machines' events; without one they are dropped.
  void OnEvent(EventSink sink) { sink_ = std::move(sink); }
  // Who sees and alters every datagram that leaves; costs nothing while there is none.
  void SetBystander(Bystander bystander) { wire_.SetBystander(std::move(bystander)); }

  // Calls `action` at `time`, or at once where that has passed.
  void At(base::Time time, std::function<void()> action) {
    wire_.Schedule(time, actions_.Put(std::move(action)));
  }
  // A datagram from a stranger, or under a stolen address. No partition holds it.
  void Inject(const base::Endpoint& from, const base::Endpoint& to, base::Bytes bytes) {
    Passing passing{.now = now(), .sender = kOutside, .from = from, .to = to};
    passing.bytes = std::move(bytes);
    wire_.Send(std::move(passing));
  }

  // Sends out what a machine has to say, and arms its timer.
  void Poll(MachineIndex index) {
    Machine* const machine = machines_[index].get();
    if (machine == nullptr) return;
    for (bool heard = true; heard;) {
      heard = false;  // whoever hears an event may act on the machine, which speaks then
      while (auto transmit = machine->PollTransmit()) {
        wire_.Send({.now = now(),
                    .sender = index,
                    .from = endpoint(index),
                    .to = transmit->to,
                    .bytes = std::move(transmit->bytes)});
        if (machines_[index].get() != machine) return;  // the bystander took it away
      }
      while (auto event = machine->PollEvent()) {
        if (sink_) sink_(index, *std::move(event));
        if (machines_[index].get() != machine) return;
        heard = true;
      }
    }
    if (const auto timeout = machine->NextTimeout()) wire_.Arm(index, *timeout);
  }

  // Lets everything happen that is due until then. False where `should_stop` asked to
  // stop: the time is then that of the last event, and another call goes on from there.
  bool RunUntil(base::Time time) {
    uint64_t events = 0;
    while (auto occurrence = wire_.Next(time)) {
      Happen(*occurrence);
      departed_.clear();
      if (++events % kEventsPerStopCheck == 0 && wire_.options().should_stop &&
          wire_.options().should_stop()) {
        return false;
      }
    }
    return true;
  }
  bool RunFor(base::Duration duration) { return RunUntil(now() + duration); }

 private:
  static constexpr uint64_t kEventsPerStopCheck = 4096;

  explicit Network(Options options) : wire_(std::move(options), WarmOf()) {}

  // Of a machine that can fetch ahead what it will need.
  static constexpr Warm WarmOf() {
    if constexpr (base::Prefetching<Machine>) {
      return [](const void* machine, int step, const base::Endpoint& from, base::ByteSpan bytes) {
        static_cast<const Machine*>(machine)->Prefetch(step, from, bytes);
      };
    }
    return nullptr;
  }

  void Settle(MachineIndex index, std::unique_ptr<Machine> machine) {
    machines_.emplace_back();
    Replace(index, std::move(machine));
  }

  void Happen(Occurrence& occurrence) {
    const uint32_t number = occurrence.number;
    switch (occurrence.kind) {
      case Kind::kArrival:
        machines_[number]->HandleMessage(now(), occurrence.from, occurrence.bytes);
        return Poll(number);
      case Kind::kTimer: {
        // The machine may have put it off since.
        const auto timeout = machines_[number]->NextTimeout();
        if (timeout && *timeout <= now()) {
          machines_[number]->HandleTimeout(now());
          Poll(number);
        } else if (timeout) {
          wire_.Arm(number, *timeout);
        }
        return;
      }
      case Kind::kAction:
        return actions_.Take(number)();
    }
  }

  Wire wire_;
  std::vector<std::unique_ptr<Machine>> machines_;
  // Machines that were taken away while one of their calls may still have been running.
  std::vector<std::unique_ptr<Machine>> departed_;
  Slab<std::function<void()>> actions_;
  EventSink sink_;
};

}  // namespace shadw::sim

#endif  // LIBSHADW_SIM_NETWORK_H_
