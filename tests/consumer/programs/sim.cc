// SPDX-License-Identifier: Apache-2.0
//
// Uses shadw::sim and nothing else: two machines, one greeting in virtual time.
#include <cstdio>
#include <memory>
#include <optional>

#include "libshadw/sim/network.h"

namespace {

using shadw::base::Endpoint;
using shadw::base::Time;

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
  auto network = shadw::sim::Network<Greeter>::Create({.seed = 1});
  if (!network.ok()) return 1;
  const shadw::sim::MachineIndex listener = network->Add(std::make_unique<Greeter>());
  auto speaker = std::make_unique<Greeter>();
  speaker->greeting = {network->endpoint(listener), {'h', 'e', 'l', 'l', 'o'}};
  size_t heard = 0;
  network->OnEvent([&heard](shadw::sim::MachineIndex, size_t bytes) { heard = bytes; });
  network->Add(std::move(speaker));
  network->RunFor(std::chrono::seconds(1));
  if (heard != 5) return 1;
  std::puts("sim: ok");
  return 0;
}
