// SPDX-License-Identifier: Apache-2.0
//
// Queries that one mainline server answers per second of its own CPU, on loopback with 64
// outstanding and a table of 300 contacts. The ceiling is a bare echo of the same queries
// with the same batches (udp_load.h); the two serve in turn, and `of_ceiling` is the ratio.
// Our limits on what an address may take are lifted: there is only one.
//
// Servers of others join the run by SHADW_DHT_SERVERS="name:port:pid,…";
// peers/dht_servers.py starts them.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "libshadw/base/system_clock.h"
#include "libshadw/crypto/random.h"
#include "libshadw/dht/krpc/mainline.h"
#include "libshadw/dht/node.h"
#include "libshadw/net/udp_driver.h"
#include "udp_load.h"

namespace shadw::dht {
namespace {

using benchmarks::Served;

constexpr int kOutstanding = 64;
constexpr size_t kContacts = 300;
constexpr size_t kTargets = 1000;

NodeId RandomId(base::RandomSource& random) { return NodeId::FromBytes(random.Array<20>()); }

// As long as others write them: with a version and read-only.
benchmarks::Queries QueriesOf(Method method) {
  crypto::SeededRandom random(1);
  benchmarks::Queries queries(kTargets);
  const NodeId asker = RandomId(random);
  for (size_t i = 0; i < queries.size(); ++i) {
    const auto transaction = random.Array<2>();
    Message query{.method = method, .transaction = transaction, .sender = asker};
    query.read_only = true;
    if (method == Method::kFindNode) query.target = RandomId(random);
    krpc::Mainline().Encode(query, base::Endpoint::V4(127, 0, 0, 1, 1), queries[i]);
  }
  return queries;
}

Served ServeOurs(const benchmarks::Queries& queries) {
  crypto::SeededRandom random(2);
  const base::Time now = base::SystemClock().Now();
  NodeOptions options{.serving = Serving::kAlways};
  options.guard.queries_per_10s = 0;
  options.guard.unproven_bytes_per_second = 0;
  auto node = Node::Create(options, &krpc::Mainline(), &random, now);
  auto socket = net::UdpSocket::Open(
      {.v4 = base::Endpoint::V4(127, 0, 0, 1, 0), .batch = benchmarks::kBatch});
  if (!node.ok() || !socket.ok()) return {};
  // Ever closer to us, as a table comes by its contacts in a large network.
  for (uint32_t i = 0; node->stats().contacts < kContacts && i < 100 * kContacts; ++i) {
    NodeId id = RandomId(random);
    const uint32_t shared = i % 40;
    for (uint32_t bit = 0; bit < shared; ++bit) {
      const uint64_t mask = uint64_t{1} << (63 - bit);
      id.words[0] = (id.words[0] & ~mask) | (node->id().words[0] & mask);
    }
    node->Vouch(now, {.id = id, .endpoint = base::Endpoint::V4(0x7f000000 + 256 * i + 1, 6881)});
  }
  if (node->stats().contacts < kContacts) return {};
  net::UdpDriver driver(*std::move(socket), *node, [](base::Time, const Event&) {});
  std::jthread client([&queries, port = driver.local_v4()->port] {
    benchmarks::Load(port, queries, kOutstanding);
  });
  Served served;
  const double before = benchmarks::ThreadCpuSeconds();
  for (int idle = 0; idle < 2 && driver.datagrams_in() < benchmarks::kSlice;) {
    const uint64_t in = driver.datagrams_in();
    driver.RunOnce(std::chrono::milliseconds(benchmarks::kServerPauseMs));
    idle = driver.datagrams_in() == in ? idle + 1 : 0;
  }
  served.cpu_seconds = benchmarks::ThreadCpuSeconds() - before;
  served.datagrams = static_cast<double>(node->stats().replies);
  return served;
}

// A process that serves already.
struct OtherServer {
  std::string name;
  uint16_t port = 0;
  pid_t pid = 0;

  double CpuSeconds() const {
    clockid_t clock = 0;
    timespec time{};
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) != 0) return 0;
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  }
  Served Serve(const benchmarks::Queries& queries) const {
    const double before = CpuSeconds();
    const int answers = benchmarks::Load(port, queries, kOutstanding);
    return {.datagrams = static_cast<double>(answers), .cpu_seconds = CpuSeconds() - before};
  }
};

template <typename Serve>
void Measure(benchmark::State& state, Method method, const Serve& serve) {
  const benchmarks::Queries queries = QueriesOf(method);
  Served bare;
  Served server;
  for (auto _ : state) {
    bare += benchmarks::ServeBare(queries, kOutstanding);
    const Served slice = serve(queries);
    server += slice;
    state.SetIterationTime(slice.cpu_seconds);
  }
  const double sent = static_cast<double>(state.iterations()) * benchmarks::kSlice;
  state.counters["answered"] = server.datagrams / sent;
  state.counters["per_cpu_second"] = server.Rate();
  state.counters["ceiling"] = bare.Rate();
  state.counters["of_ceiling"] = server.Rate() / bare.Rate();
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const size_t end = std::min(text.find(separator), text.size());
    parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

template <typename T>
T Number(std::string_view digits) {
  T number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

void RegisterAll() {
  const char* listed = std::getenv("SHADW_DHT_SERVERS");
  for (const Method method : {Method::kPing, Method::kFindNode}) {
    const std::string suffix = method == Method::kPing ? "/ping" : "/find_node";
    benchmark::RegisterBenchmark(("shadw" + suffix).c_str(), [=](benchmark::State& state) {
      Measure(state, method, ServeOurs);
    })->UseManualTime();
    for (const std::string_view server : Split(listed == nullptr ? "" : listed, ',')) {
      const auto parts = Split(server, ':');
      if (parts.size() != 3) continue;
      const OtherServer other{std::string(parts[0]), Number<uint16_t>(parts[1]),
                              Number<pid_t>(parts[2])};
      benchmark::RegisterBenchmark((other.name + suffix).c_str(), [=](benchmark::State& state) {
        Measure(state, method, [&](const auto& queries) { return other.Serve(queries); });
      })->UseManualTime();
    }
  }
}

}  // namespace
}  // namespace shadw::dht

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  shadw::dht::RegisterAll();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
