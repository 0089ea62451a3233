// SPDX-License-Identifier: Apache-2.0
#include "libshadw/sim/wire.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace shadw::sim {
namespace {

constexpr base::Duration kMinTimerStep = std::chrono::microseconds(1);

}  // namespace

Wire::Wire(Options options)
    : options_(std::move(options)),
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

void Wire::SetPresent(MachineIndex index, bool present) {
  places_[index].present = present;
  places_[index].timer = kNever;
}

void Wire::Heal() {
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
  if (!to || !places_[*to].present) {
    ++counters_.lost_to_nobody;
    return;
  }
  if (passing.sender != kOutside && places_[passing.sender].group != places_[*to].group) {
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
  const uint32_t number =
      datagrams_.Put({.from = passing.from, .to = to, .bytes = std::move(bytes)});
  queue_.Push(now_ + latency + std::max(passing.delay, base::Duration(0)),
              {.kind = Kind::kArrival, .number = number});
}

void Wire::Arm(MachineIndex index, base::Time time) {
  Place& place = places_[index];
  time = std::max(time, now_ + kMinTimerStep);
  if (time >= place.timer) return;
  place.timer = time;
  queue_.Push(time, {.kind = Kind::kTimer, .number = index});
}

void Wire::Schedule(base::Time time, uint32_t action) {
  queue_.Push(std::max(time, now_), {.kind = Kind::kAction, .number = action});
}

bool Wire::Arrives(const Datagram& datagram) {
  const Place& place = places_[datagram.to];
  if (!place.present) {
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
              .to = directory_.EndpointOf(datagram.to),
              .bytes = datagram.bytes});
  return true;
}

std::optional<Occurrence> Wire::Next(base::Time until) {
  while (const auto due = queue_.PopUntil(until)) {
    now_ = due->time;
    ++counters_.events;
    const auto [kind, number] = due->payload;
    if (kind == Kind::kAction) return Occurrence{.kind = kind, .number = number};
    if (kind == Kind::kTimer) {
      // An entry that a sooner one has replaced.
      if (places_[number].timer != now_) continue;
      places_[number].timer = kNever;
      return Occurrence{.kind = kind, .number = number};
    }
    Datagram datagram = datagrams_.Take(number);
    if (!Arrives(datagram)) continue;
    return Occurrence{.kind = kind,
                      .number = datagram.to,
                      .from = datagram.from,
                      .bytes = std::move(datagram.bytes)};
  }
  now_ = std::max(now_, until);
  return std::nullopt;
}

}  // namespace shadw::sim
