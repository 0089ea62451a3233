// SPDX-License-Identifier: Apache-2.0
//
// Uses shadw::net and nothing else.
#include <cstdio>
#include <optional>

#include "libshadw/net/udp_driver.h"

namespace {

using shadw::base::Endpoint;
using shadw::base::Time;

// Says hello to itself and hears it.
struct Greeter {
  using Address = Endpoint;
  using Event = size_t;
  void HandleMessage(Time, const Endpoint&, shadw::base::ByteSpan bytes) { heard = bytes.size(); }
  void HandleTimeout(Time) {}
  std::optional<shadw::base::Transmit<Endpoint>> PollTransmit() {
    return std::exchange(greeting, std::nullopt);
  }
  std::optional<Event> PollEvent() { return std::exchange(heard, std::nullopt); }
  std::optional<Time> NextTimeout() const { return std::nullopt; }

  std::optional<shadw::base::Transmit<Endpoint>> greeting;
  std::optional<Event> heard;
};

}  // namespace

int main() {
  auto socket = shadw::net::UdpSocket::Open({.v4 = Endpoint::V4(127, 0, 0, 1, 0)});
  if (!socket.ok()) return 1;
  Greeter greeter;
  greeter.greeting = {*socket->local_v4(), {'h', 'e', 'l', 'l', 'o'}};
  size_t heard = 0;
  shadw::net::UdpDriver driver(*std::move(socket), greeter,
                               [&heard](Time, size_t bytes) { heard = bytes; });
  for (int i = 0; i < 100 && heard == 0; ++i) driver.RunOnce(std::chrono::milliseconds(100));
  if (heard != 5) return 1;
  std::puts("net: ok");
  return 0;
}
