// SPDX-License-Identifier: Apache-2.0
//
// Machines that the tests of the simulator drive.
#ifndef TESTS_SIM_MACHINES_H_
#define TESTS_SIM_MACHINES_H_

#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "libshadw/base/bytes.h"
#include "libshadw/base/endpoint.h"
#include "libshadw/base/state_machine.h"
#include "libshadw/base/time.h"

namespace shadw::sim {

// Says what it is told to say, reports what it hears, and answers a byte n > 0 with n - 1.
class Talker {
 public:
  using Address = base::Endpoint;
  struct Event {
    base::Time time;
    base::Endpoint from;
    base::Bytes bytes;  // empty: a timeout
  };

  void Say(const base::Endpoint& to, base::Bytes bytes) {
    out_.push_back({.to = to, .bytes = std::move(bytes)});
  }
  void WakeAt(std::optional<base::Time> time) { wake_ = time; }

  void HandleMessage(base::Time now, const base::Endpoint& from, base::ByteSpan bytes) {
    heard_.push_back({.time = now, .from = from, .bytes = base::ToBytes(bytes)});
    if (!bytes.empty() && bytes[0] > 0) {
      base::Bytes answer = base::ToBytes(bytes);
      --answer[0];
      Say(from, std::move(answer));
    }
  }
  void HandleTimeout(base::Time now) {
    heard_.push_back({.time = now});
    if (wake_ && *wake_ <= now && !stubborn) wake_.reset();
  }
  std::optional<base::Transmit<Address>> PollTransmit() { return TakeFirst(out_); }
  std::optional<Event> PollEvent() { return TakeFirst(heard_); }
  std::optional<base::Time> NextTimeout() const {
    ++asked;
    return wake_;
  }

  bool stubborn = false;  // never takes its wish back
  mutable int asked = 0;

 private:
  template <typename T>
  static std::optional<T> TakeFirst(std::deque<T>& queue) {
    if (queue.empty()) return std::nullopt;
    std::optional<T> first = std::move(queue.front());
    queue.pop_front();
    return first;
  }
  std::deque<base::Transmit<Address>> out_;
  std::deque<Event> heard_;
  std::optional<base::Time> wake_;
};

}  // namespace shadw::sim

#endif  // TESTS_SIM_MACHINES_H_
