// SPDX-License-Identifier: Apache-2.0
#include "libshadw/sim/wire.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace shadw::sim {
namespace {

constexpr base::Duration kMinTimerStep = std::chrono::microseconds(1);

}  // namespace

Wire::Wire(Options options, Warm warm)
    : options_(std::move(options)),
      warm_(warm),
      now_(options_.start),
      random_({.seed = options_.seed, .run = options_.run, .agent = kOutside}) {}

MachineIndex Wire::Add() {
  const MachineIndex index = directory_.Add();
  if (index != kOutside) places_.emplace_back();
  return index;
}

absl::StatusOr<MachineIndex> Wire::AddAt(const base::Endpoint& endpoint) {
  absl::StatusOr<MachineIndex> index = directory_.AddAt(endpoint);
  if (index.ok()) places_.emplace_back();
  return index;
}

void Wire::SetMachine(MachineIndex index, const void* machine) {
  places_[index].machine = machine;
  places_[index].timer = kNever;
}

void Wire::SetGroup(MachineIndex index, uint32_t group) {
  places_[index].group = group;
  partitioned_ = partitioned_ || group != 0;
}

void Wire::Heal() {
  partitioned_ = false;
  for (Place& place : places_) place.group = 0;
}

absl::Status Wire::SetFaults(const LinkFaults& faults) {
  absl::Status status = faults.Validate();
  if (status.ok()) options_.faults = faults;
  return status;
}

void Wire::Send(Passing passing) {
  uint64_t& count = passing.sender == kOutside ? counters_.injected : counters_.sent;
  ++count;
  counters_.sent_bytes += passing.bytes.size();
  if (!Leaves(passing)) return;
  const std::optional<MachineIndex> to = directory_.Find(passing.to);
  if (!to) {  // whether somebody is at home shows at the arrival: looking costs a cache miss
    ++counters_.lost_to_nobody;
    return;
  }
  if (partitioned_ && passing.sender != kOutside &&
      places_[passing.sender].group != places_[*to].group) {
    ++counters_.lost_to_partition;
    return;
  }
  const Fate fate = options_.faults.Draw(random_);
  if (fate.copies == 0) {
    ++counters_.lost_on_link;
    return;
  }
  const base::Duration latency = options_.latency->Between(passing.sender, *to);
  if (fate.copies == 2) {
    ++counters_.duplicated;
    Launch(*to, latency + fate.delays[1], passing, passing.bytes);
  }
  base::Bytes bytes = std::move(passing.bytes);
  Launch(*to, latency + fate.delays[0], passing, std::move(bytes));
}

bool Wire::Leaves(Passing& passing) {
  if (passing.sender != kOutside && !places_[passing.sender].up) {
    ++counters_.lost_to_outage;
    return false;
  }
  if (bystander_ && !bystander_(passing)) {
    ++counters_.lost_to_bystander;
    return false;
  }
  return true;
}

void Wire::Launch(MachineIndex to, base::Duration latency, const Passing& passing,
                  base::Bytes bytes) {
  if (datagrams_.size() >= options_.max_in_flight) {
    ++counters_.lost_to_overflow;
    return;
  }
  const uint32_t number = datagrams_.Put({.bytes = std::move(bytes), .from = passing.from});
  queue_.Push(now_ + latency + std::max(passing.delay, base::Duration(0)),
              {.number = number, .machine = to});
}

void Wire::Arm(MachineIndex index, base::Time time) {
  Place& place = places_[index];
  time = std::max(time, now_ + kMinTimerStep);
  if (time >= place.timer) return;
  place.timer = time;
  queue_.Push(time, {.number = kTimerMark, .machine = index});
}

void Wire::Schedule(base::Time time, uint32_t action) {
  queue_.Push(std::max(time, now_), {.number = action, .machine = kOutside});
}

bool Wire::Arrives(MachineIndex to, const Datagram& datagram) {
  const Place& place = places_[to];
  if (place.machine == nullptr) {
    ++counters_.lost_to_nobody;
    return false;
  }
  if (!place.up) {
    ++counters_.lost_to_outage;
    return false;
  }
  ++counters_.delivered;
  counters_.delivered_bytes += datagram.bytes.size();
  trace_.Add({.time = now_,
              .from = datagram.from,
              .to = directory_.EndpointOf(to),
              .bytes = datagram.bytes});
  return true;
}

std::optional<Occurrence> Wire::Next(base::Time until) {
  // Most of the time would go into waiting for memory: each of a hundred thousand machines
  // and datagrams is cold when its turn comes. So it is fetched ahead, step by step.
  // Inlined by force: GCC takes a function that only prefetches for one without effect.
  const auto warm = [this](const Due& due, size_t ahead) __attribute__((always_inline)) {
    if (due.is_action()) return;
    if (ahead == Queue::kAhead[0]) {
      __builtin_prefetch(&places_[due.machine]);
      if (!due.is_timer()) __builtin_prefetch(&datagrams_[due.number]);
      return;
    }
    const void* machine = places_[due.machine].machine;
    if (ahead == Queue::kAhead[1]) {
      __builtin_prefetch(machine);
      if (due.is_timer()) return;
      const base::Bytes& bytes = datagrams_[due.number].bytes;
      __builtin_prefetch(bytes.data());
      __builtin_prefetch(bytes.data() + 64);
      return;
    }
    if (machine == nullptr || due.is_timer() || warm_ == nullptr) return;
    const Datagram& datagram = datagrams_[due.number];
    warm_(machine, ahead == Queue::kAhead[2] ? 0 : 1, datagram.from, datagram.bytes);
  };
  while (const auto entry = queue_.PopUntil(until, warm)) {
    now_ = entry->time;
    ++counters_.events;
    const Due due = entry->payload;
    if (due.is_action()) return Occurrence{.kind = Kind::kAction, .number = due.number};
    if (due.is_timer()) {
      Place& place = places_[due.machine];
      if (place.timer != now_) continue;  // a sooner one has replaced it
      place.timer = kNever;
      return Occurrence{.kind = Kind::kTimer, .number = due.machine};
    }
    Datagram datagram = datagrams_.Take(due.number);
    if (!Arrives(due.machine, datagram)) continue;
    return Occurrence{.kind = Kind::kArrival,
                      .number = due.machine,
                      .from = datagram.from,
                      .bytes = std::move(datagram.bytes)};
  }
  now_ = std::max(now_, until);
  return std::nullopt;
}

}  // namespace shadw::sim
