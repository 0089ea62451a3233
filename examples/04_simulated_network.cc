// SPDX-License-Identifier: Apache-2.0
// Lets a hundred machines ping each other in a network that loses one datagram in ten,
// twice from the same seed: both runs are the same to the last byte.
#include <cstdio>

#include "libshadw/sim/network.h"

using namespace shadw;
using std::chrono::milliseconds;

namespace {

// Pings one peer once a second and reports the round trip of each answer.
class Pinger {
 public:
  using Address = base::Endpoint;
  using Event = base::Duration;

  Pinger(base::Endpoint peer, base::Time start) : peer_(peer), next_(start) {}

  void HandleMessage(base::Time now, const Address& from, base::ByteSpan bytes) {
    if (bytes.size() != 1) return;
    if (bytes[0] == 'i') out_ = base::Transmit<Address>{from, {'o'}};
    if (bytes[0] == 'o' && asked_) answered_ = now - *std::exchange(asked_, std::nullopt);
  }
  void HandleTimeout(base::Time now) {
    if (now < next_) return;
    out_ = base::Transmit<Address>{peer_, {'i'}};
    asked_ = now;
    next_ = now + std::chrono::seconds(1);
  }
  std::optional<base::Transmit<Address>> PollTransmit() { return std::exchange(out_, {}); }
  std::optional<Event> PollEvent() { return std::exchange(answered_, {}); }
  std::optional<base::Time> NextTimeout() const { return next_; }

 private:
  Address peer_;
  base::Time next_;
  std::optional<base::Time> asked_;
  std::optional<base::Transmit<Address>> out_;
  std::optional<Event> answered_;
};

uint64_t Run(uint64_t seed) {
  sim::Options options{.seed = seed, .faults = {.loss_ppm = 100'000}};
  options.latency = std::make_shared<sim::TorusLatency>(
      sim::TorusLatency::Create({.farthest = milliseconds(120), .seed = seed}).value());
  auto network = sim::Network<Pinger>::Create(options).value();
  for (uint32_t i = 0; i < 100; ++i) {
    const base::Endpoint peer = sim::AddressPlan::EndpointOf((i + 1) % 100);
    network.Add(std::make_unique<Pinger>(peer, network.now() + milliseconds(10 * i)));
  }
  uint64_t answers = 0;
  base::Duration sum{};
  network.OnEvent([&](sim::MachineIndex, base::Duration rtt) {
    ++answers;
    sum += rtt;
  });
  network.RunFor(std::chrono::minutes(10));
  std::printf("%llu answers, %lld us on average, %llu datagrams lost, trace %016llx\n",
              static_cast<unsigned long long>(answers),
              static_cast<long long>(sum.count() / 1000 / static_cast<int64_t>(answers)),
              static_cast<unsigned long long>(network.counters().lost()),
              static_cast<unsigned long long>(network.trace_hash()));
  return network.trace_hash();
}

}  // namespace

int main() { return Run(7) == Run(7) && Run(7) != Run(8) ? 0 : 1; }
