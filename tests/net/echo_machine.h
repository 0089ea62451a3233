// SPDX-License-Identifier: Apache-2.0
//
// The smallest machines there are: one sends back what it hears, one tells what it heard.
#ifndef TESTS_NET_ECHO_MACHINE_H_
#define TESTS_NET_ECHO_MACHINE_H_

#include <deque>
#include <optional>
#include <string>
#include <utility>

#include "libshadw/base/endpoint.h"
#include "libshadw/base/state_machine.h"
#include "libshadw/net/udp_driver.h"

namespace shadw::net {

struct EchoMachine {
  using Address = base::Endpoint;
  using Event = int;

  void HandleMessage(base::Time, const base::Endpoint& from, base::ByteSpan bytes) {
    replies.push_back({from, base::ToBytes(bytes)});
  }
  void HandleTimeout(base::Time) {}
  std::optional<base::Transmit<base::Endpoint>> PollTransmit() {
    if (replies.empty()) return std::nullopt;
    auto reply = std::move(replies.front());
    replies.pop_front();
    return reply;
  }
  std::optional<Event> PollEvent() { return std::nullopt; }
  std::optional<base::Time> NextTimeout() const { return std::nullopt; }

  std::deque<base::Transmit<base::Endpoint>> replies;
};

// Sends what it is told to, reports each text it hears, counts its timeouts and how often
// the network changed. With `period` it asks to be called back again and again.
struct TalkMachine {
  using Address = base::Endpoint;
  struct Event {
    base::Endpoint from;
    std::string text;
  };

  void Say(const base::Endpoint& to, std::string_view text) {
    sending.push_back({to, base::ToBytes(base::AsBytes(text))});
  }
  void HandleMessage(base::Time, const base::Endpoint& from, base::ByteSpan bytes) {
    heard.push_back({from, std::string(base::AsText(bytes))});
  }
  void HandleTimeout(base::Time now) {
    ++timeouts;
    early |= timeout.has_value() && now < *timeout;
    timeout = timeouts < 3 ? std::optional(now + period) : std::nullopt;
  }
  void HandleNetworkChange(base::Time) { ++network_changes; }
  std::optional<base::Transmit<base::Endpoint>> PollTransmit() {
    if (sending.empty()) return std::nullopt;
    auto transmit = std::move(sending.front());
    sending.pop_front();
    return transmit;
  }
  std::optional<Event> PollEvent() {
    if (heard.empty()) return std::nullopt;
    Event event = std::move(heard.front());
    heard.pop_front();
    return event;
  }
  std::optional<base::Time> NextTimeout() const { return timeout; }

  base::Duration period = std::chrono::milliseconds(2);
  std::optional<base::Time> timeout;
  int timeouts = 0, network_changes = 0;
  bool early = false;
  std::deque<base::Transmit<base::Endpoint>> sending;
  std::deque<Event> heard;
};

// Passes of the loops, in turn, until `done` or far longer than any machine takes.
template <typename Done, typename... Drivers>
bool RunUntil(const Done& done, Drivers&... drivers) {
  for (int pass = 0; pass < 20'000 && !done(); ++pass) {
    (drivers.RunOnce(std::chrono::milliseconds(1)), ...);
  }
  return done();
}

}  // namespace shadw::net

#endif  // TESTS_NET_ECHO_MACHINE_H_
