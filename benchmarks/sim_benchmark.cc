// SPDX-License-Identifier: Apache-2.0
//
// Datagrams per second between machines that only echo, so that nearly all of the time is
// the simulator's; and its event queue against std::priority_queue, the reference.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <deque>
#include <memory>
#include <queue>
#include <vector>

#include "libshadw/sim/network.h"

namespace shadw::sim {
namespace {

constexpr size_t kDatagramBytes = 100;

// Sends back what it gets, to a machine that the bytes name; asks for a timeout that it
// keeps putting off, as a node with requests under way does.
class EchoMachine {
 public:
  using Address = base::Endpoint;
  using Event = int;

  explicit EchoMachine(uint32_t machines) : machines_(machines) {}

  void Start(const base::Endpoint& to) {
    out_ = base::Transmit<Address>{.to = to, .bytes = base::Bytes(kDatagramBytes)};
  }
  void HandleMessage(base::Time now, const Address&, base::ByteSpan bytes) {
    const uint64_t draw = Scramble(base::LoadLittleEndian<uint64_t>(bytes.data()) +
                                   static_cast<uint64_t>(base::ToUnixNanos(now)));
    out_ = base::Transmit<Address>{
        .to = AddressPlan::EndpointOf(static_cast<uint32_t>(draw % machines_)),
        .bytes = base::ToBytes(bytes)};
    base::StoreLittleEndian(out_->bytes.data(), draw);
    timeout_ = now + std::chrono::seconds(60);
  }
  void HandleTimeout(base::Time now) { timeout_ = now + std::chrono::seconds(60); }
  std::optional<base::Transmit<Address>> PollTransmit() {
    return std::exchange(out_, std::nullopt);
  }
  std::optional<Event> PollEvent() { return std::nullopt; }
  std::optional<base::Time> NextTimeout() const { return timeout_; }

 private:
  uint32_t machines_;
  std::optional<base::Transmit<Address>> out_;
  std::optional<base::Time> timeout_;
};

size_t HeapBytes() { return mallinfo2().uordblks + mallinfo2().hblkhd; }

void BM_Echo(benchmark::State& state) {
  const auto machines = static_cast<uint32_t>(state.range(0));
  Options options{.seed = 1};
  options.latency = std::make_shared<TorusLatency>(TorusLatency::Create({.seed = 1}).value());
  if (state.range(1) != 0) {
    options.faults = {.duplicate_ppm = 10'000,
                      .reorder_ppm = 10'000,
                      .jitter_max = std::chrono::milliseconds(10)};
    options.faults.loss_ppm = 9'900;  // as many as are doubled, about
  }
  const size_t before = HeapBytes();
  auto network = Network<EchoMachine>::Create(options).value();
  for (uint32_t i = 0; i < machines; ++i) network.Add(std::make_unique<EchoMachine>(machines));
  const auto own = static_cast<double>(HeapBytes() - before) / machines - sizeof(EchoMachine);
  for (uint32_t i = 0; i < machines; ++i) {
    network.machine(i)->Start(AddressPlan::EndpointOf((i + 1) % machines));
    network.Poll(i);
  }
  network.RunFor(std::chrono::seconds(1));
  const uint64_t warm = network.counters().delivered;
  for (auto _ : state) network.RunFor(std::chrono::milliseconds(100));
  const auto delivered = static_cast<double>(network.counters().delivered - warm);
  state.counters["datagrams"] = benchmark::Counter(delivered, benchmark::Counter::kIsRate);
  state.counters["seconds_each"] =
      benchmark::Counter(delivered, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["machine_bytes"] = own;
  state.counters["in_flight"] = static_cast<double>(network.in_flight());
}
BENCHMARK(BM_Echo)
    ->ArgNames({"machines", "faults"})
    ->Args({1000, 0})
    ->Args({10'000, 0})
    ->Args({100'000, 0})
    ->Args({100'000, 1});

struct Later {
  bool operator()(const auto& a, const auto& b) const {
    return a.time != b.time ? a.time > b.time : a.sequence > b.sequence;
  }
};

// The same interface over a binary heap, ties by sequence number.
class HeapQueue {
 public:
  void Push(base::Time time, uint64_t payload) { heap_.push({time, sequence_++, payload}); }
  std::optional<EventQueue<uint64_t>::Entry> PopUntil(base::Time) {
    const Item item = heap_.top();
    heap_.pop();
    return EventQueue<uint64_t>::Entry{item.time, item.payload};
  }

 private:
  struct Item {
    base::Time time;
    uint64_t sequence;
    uint64_t payload;
  };
  std::priority_queue<Item, std::vector<Item>, Later> heap_;
  uint64_t sequence_ = 0;
};

// Pops one and pushes one, between 5 and 120 ms later; one in ten is a timer of a minute.
template <typename Queue>
void BM_Queue(benchmark::State& state) {
  Queue queue;
  Random random({.seed = 1});
  const auto delay = [&] {
    const bool timer = random.Uniform(10) == 0;
    return base::Duration(static_cast<int64_t>(timer ? random.Uniform(60'000'000'000)
                                                     : 5'000'000 + random.Uniform(115'000'000)));
  };
  const base::Time start = base::FromUnixSeconds(1'700'000'000);
  for (int64_t i = 0; i < state.range(0); ++i) queue.Push(start + delay(), 0);
  for (auto _ : state) {
    const auto due = queue.PopUntil(base::Time::max());
    queue.Push(due->time + delay(), due->payload);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_Queue<EventQueue<uint64_t>>)->Arg(1000)->Arg(100'000)->Arg(1'000'000);
BENCHMARK(BM_Queue<HeapQueue>)->Arg(1000)->Arg(100'000)->Arg(1'000'000);

void BM_TraceHash(benchmark::State& state) {
  const base::Bytes bytes(state.range(0), 7);
  const base::Endpoint from = AddressPlan::EndpointOf(1);
  const base::Endpoint to = AddressPlan::EndpointOf(2);
  TraceHash hash;
  for (auto _ : state) hash.Add({.time = {}, .from = from, .to = to, .bytes = bytes});
  benchmark::DoNotOptimize(hash.value());
}
BENCHMARK(BM_TraceHash)->Arg(100)->Arg(1000);

void BM_Exponential(benchmark::State& state) {
  Random random({.seed = 1});
  for (auto _ : state) benchmark::DoNotOptimize(random.Exponential(std::chrono::minutes(60)));
}
BENCHMARK(BM_Exponential);

}  // namespace
}  // namespace shadw::sim

BENCHMARK_MAIN();
