// SPDX-License-Identifier: Apache-2.0
//
// Datagrams echoed per second of the server's own CPU. The ceiling is a bare loop of
// recvmmsg and sendmmsg with the same batch, under the same load in the same run: the two
// serve in turn, and the counter `of_ceiling` is the ratio. The load is a client thread
// that keeps `outstanding` datagrams of `bytes` under way.
#include <benchmark/benchmark.h>

#include <optional>
#include <thread>
#include <utility>

#include "libshadw/net/udp_driver.h"
#include "udp_load.h"

namespace shadw::net {
namespace {

using benchmarks::kBatch;
using benchmarks::kServerPauseMs;
using benchmarks::kSlice;
using benchmarks::Served;

constexpr size_t kDatagramBytes = 100;
const benchmarks::Queries kQueries = {base::Bytes(kDatagramBytes)};

struct Echo {
  using Address = base::Endpoint;
  using Event = int;
  void HandleMessage(base::Time, const base::Endpoint& from, base::ByteSpan bytes) {
    reply = {from, base::ToBytes(bytes)};
  }
  void HandleTimeout(base::Time) {}
  std::optional<base::Transmit<base::Endpoint>> PollTransmit() {
    return std::exchange(reply, std::nullopt);
  }
  std::optional<Event> PollEvent() { return std::nullopt; }
  std::optional<base::Time> NextTimeout() const { return std::nullopt; }

  std::optional<base::Transmit<base::Endpoint>> reply;
};

Served ServeDriver(int outstanding) {
  auto socket = UdpSocket::Open({.v4 = base::Endpoint::V4(127, 0, 0, 1, 0), .batch = kBatch});
  if (!socket.ok()) return {};
  Echo echo;
  UdpDriver driver(*std::move(socket), echo, [](base::Time, int) {});
  std::jthread client([port = driver.local_v4()->port, outstanding] {
    benchmarks::Load(port, kQueries, outstanding);
  });
  Served served;
  const double before = benchmarks::ThreadCpuSeconds();
  // Two passes without a datagram: silence. The first does not wait.
  for (int idle = 0; idle < 2 && driver.datagrams_in() < kSlice;) {
    const uint64_t in = driver.datagrams_in();
    driver.RunOnce(std::chrono::milliseconds(kServerPauseMs));
    idle = driver.datagrams_in() == in ? idle + 1 : 0;
  }
  served.cpu_seconds = benchmarks::ThreadCpuSeconds() - before;
  served.datagrams = static_cast<double>(driver.datagrams_in());
  return served;
}

void BM_Echo(benchmark::State& state) {
  const auto outstanding = static_cast<int>(state.range(0));
  Served bare;
  Served driver;
  for (auto _ : state) {
    bare += benchmarks::ServeBare(kQueries, outstanding);
    const Served slice = ServeDriver(outstanding);
    driver += slice;
    state.SetIterationTime(slice.cpu_seconds);
  }
  state.counters["per_cpu_second"] = driver.Rate();
  state.counters["ceiling"] = bare.Rate();
  state.counters["of_ceiling"] = driver.Rate() / bare.Rate();
}
BENCHMARK(BM_Echo)->ArgName("outstanding")->Arg(1)->Arg(16)->Arg(64)->Arg(256)->UseManualTime();

}  // namespace
}  // namespace shadw::net

BENCHMARK_MAIN();
