// SPDX-License-Identifier: Apache-2.0
//
// Proof of space and of compute, and what it costs to cheat. CPU time, one core.
//   MiBps            of plot made, from nothing to a commitment
//   ceiling_MiBps    what the hashes alone allow, measured just before: the same number of
//                    BLAKE2b blocks over a buffer that stays in the first-level cache
//   of_ceiling       MiBps / ceiling_MiBps
//   over_one_by_one  how many times as fast as libsodium hashing label by label
//   passes           of 20,000 epoch challenges, the part that a prover passes who keeps
//                    `kept` percent of the labels and makes none anew
//   remade           where a challenge hits what is missing: the part of the whole plotting
//                    that it takes to answer it all the same
//   seconds_remaking that part of the time that the plot of 1 GiB took
//   over_honest      that against an honest answer from the file
// A plot of 1 GiB is really made, written and proved: 4 GiB of memory, 1 GiB of disk.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <memory>
#include <vector>

#include "libshadw/base/units.h"
#include "libshadw/capacity/fresh_plot.h"
#include "libshadw/capacity/plot_file.h"
#include "libshadw/capacity/score.h"
#include "libshadw/capacity/shortcut.h"
#include "libshadw/capacity/useful_work.h"
#include "libshadw/capacity/work_chain.h"
#include "libshadw/crypto/blake2b.h"
#include "libshadw/crypto/blake2b_lanes.h"
#include "libshadw/crypto/random.h"

namespace shadw::capacity {
namespace {

constexpr uint32_t kLargeLog2 = 25;  // 1 GiB
constexpr uint32_t kShortcutLog2 = 20;

double CpuSeconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// Seconds that `work` takes, the best of three rounds of a fifth of a second.
template <typename Work>
double Seconds(Work work) {
  double best = 1e9;
  for (int round = 0; round < 3; ++round) {
    const double start = CpuSeconds();
    double end = start;
    size_t calls = 0;
    for (; end - start < 0.2; ++calls, end = CpuSeconds()) {
      for (int i = 0; i < 200; ++i) work();
    }
    best = std::min(best, (end - start) / static_cast<double>(calls) / 200);
  }
  return best;
}

// MiB of plot a second if there were nothing but its labels' hashes: 2 blocks in the
// first layer, 4 in each other.
double CeilingMiBps() {
  std::vector<crypto::Blake2bLaneBlock> blocks(4);
  for (auto& block : blocks) block.words.fill(7);
  crypto::Blake2bLaneHash hash;
  const double four = Seconds([&] {
    crypto::Blake2b256Lanes(blocks, hash);
    blocks[0].words[0] = hash[0];
  });
  return static_cast<double>(kLanes * kLabelBytes) / (3.5 * four) / base::kMiB;
}

double OneByOneMiBps() {
  base::Bytes message(512, 7);
  const double four = Seconds([&] {
    const auto hash = crypto::Blake2b256({}, {message});
    message[0] = hash[0];
  });
  return static_cast<double>(kLabelBytes) / (3.5 * four) / base::kMiB;
}

// The large plot, its file, and what they took.
struct Large {
  std::filesystem::path path;
  PlotCommitment commitment;
  OriginProof origin;
  double plot_seconds = 0;
  double prove_seconds = 0;
};

Large& TheLargePlot() {
  static Large large;
  return large;
}

PlotParameters Parameters(uint32_t labels_log2) {
  PlotParameters parameters;
  parameters.node_id.fill(1);
  parameters.labels_log2 = labels_log2;
  return parameters;
}

void BM_Plot(benchmark::State& state) {
  const auto labels_log2 = static_cast<uint32_t>(state.range(0));
  const double ceiling = CeilingMiBps();
  const double one_by_one = OneByOneMiBps();
  const double start = CpuSeconds();
  double seconds = 0;
  for (auto _ : state) {
    const FreshPlot plot = FreshPlot::Make(Parameters(labels_log2)).value();
    benchmark::DoNotOptimize(plot.commitment().labels_root);
    state.PauseTiming();
    seconds = CpuSeconds() - start;
    if (labels_log2 == kLargeLog2) {
      Large& large = TheLargePlot();
      large.path = std::filesystem::temp_directory_path() / "capacity_benchmark.plot";
      std::filesystem::remove(large.path);
      large.commitment = plot.commitment();
      large.plot_seconds = seconds;
      large.origin = plot.ProveOrigin({}).value();
      if (!plot.Write(large.path).ok()) state.SkipWithError("cannot write the plot");
    }
    state.ResumeTiming();
  }
  const double speed =
      static_cast<double>(Parameters(labels_log2).bytes() * state.iterations()) / base::kMiB;
  state.counters["MiBps"] = benchmark::Counter(speed, benchmark::Counter::kIsRate);
  state.counters["ceiling_MiBps"] = ceiling;
  state.counters["of_ceiling"] = benchmark::Counter(speed / ceiling, benchmark::Counter::kIsRate);
  state.counters["over_one_by_one"] =
      benchmark::Counter(speed / one_by_one, benchmark::Counter::kIsRate);
}
BENCHMARK(BM_Plot)->ArgName("labels_log2")->Arg(15)->Arg(20)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Plot)
    ->ArgName("labels_log2")
    ->Arg(kLargeLog2)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

void BM_ProveSpace(benchmark::State& state) {
  Large& large = TheLargePlot();
  const PlotFile file = PlotFile::Open(large.path).value();
  uint64_t epoch = 0;
  const double start = CpuSeconds();
  for (auto _ : state) benchmark::DoNotOptimize(file.Prove({.epoch = ++epoch}).value());
  large.prove_seconds = (CpuSeconds() - start) / static_cast<double>(epoch);
}
BENCHMARK(BM_ProveSpace)->Unit(benchmark::kMillisecond);

void BM_VerifySpace(benchmark::State& state) {
  const Large& large = TheLargePlot();
  const SpaceChallenge challenge{.epoch = 1};
  const base::Bytes bytes =
      EncodeSpaceProof(PlotFile::Open(large.path).value().Prove(challenge).value());
  for (auto _ : state) {
    const SpaceProof proof = ParseSpaceProof(bytes).value();
    if (!VerifySpace(large.commitment, challenge, proof).ok()) state.SkipWithError("refused");
  }
  state.counters["proof_bytes"] = static_cast<double>(bytes.size());
}
BENCHMARK(BM_VerifySpace)->Unit(benchmark::kMillisecond);

void BM_VerifyOrigin(benchmark::State& state) {
  const Large& large = TheLargePlot();
  const base::Bytes bytes = EncodeOriginProof(large.origin);
  for (auto _ : state) {
    const OriginProof proof = ParseOriginProof(bytes).value();
    if (!VerifyOrigin(large.commitment, {}, proof).ok()) state.SkipWithError("refused");
  }
  state.counters["proof_bytes"] = static_cast<double>(bytes.size());
}
BENCHMARK(BM_VerifyOrigin)->Unit(benchmark::kMillisecond);

void BM_CheckWholeFile(benchmark::State& state) {
  const PlotFile file = PlotFile::Open(TheLargePlot().path).value();
  for (auto _ : state) {
    if (!file.Check().ok()) state.SkipWithError("damaged");
  }
  state.SetBytesProcessed(static_cast<int64_t>(Parameters(kLargeLog2).bytes()));
}
BENCHMARK(BM_CheckWholeFile)->Iterations(1)->Unit(benchmark::kMillisecond);

void BM_Cheat(benchmark::State& state) {
  const auto kept_ppm = static_cast<uint32_t>(state.range(0)) * 10'000;
  PlotCommitment commitment;
  commitment.parameters = Parameters(kShortcutLog2);
  crypto::SeededRandom random(1);
  const std::vector<bool> kept = KeepSome(commitment.parameters.labels(), kept_ppm, random);
  constexpr int kChallenges = 20'000;
  int passed = 0;
  for (int i = 0; i < kChallenges; ++i) {
    const auto places = ChallengedLabels(commitment, {.seed = random.Array<32>(), .epoch = 1});
    passed += std::ranges::all_of(places, [&](uint64_t place) { return kept[place]; }) ? 1 : 0;
  }
  double remade = 0;
  for (auto _ : state) {
    std::vector<uint64_t> places;
    for (int i = 0; i < kChallenges; ++i) {
      places = ChallengedLabels(commitment, {.seed = random.Array<32>(), .epoch = 1});
      if (!std::ranges::all_of(places, [&](uint64_t place) { return kept[place]; })) break;
    }
    remade += static_cast<double>(LabelsToRemake(kShortcutLog2, kept, places).value()) /
              static_cast<double>(kLayers * commitment.parameters.labels());
  }
  remade /= static_cast<double>(state.iterations());
  state.counters["passes"] = static_cast<double>(passed) / kChallenges;
  state.counters["remade"] = remade;
  state.counters["seconds_remaking"] = remade * TheLargePlot().plot_seconds;
  state.counters["over_honest"] =
      remade * TheLargePlot().plot_seconds / TheLargePlot().prove_seconds;
}
BENCHMARK(BM_Cheat)
    ->ArgName("kept")
    ->Arg(0)
    ->Arg(50)
    ->Arg(70)
    ->Arg(80)
    ->Arg(90)
    ->Arg(95)
    ->Arg(99)
    ->Arg(100)
    ->Iterations(5)
    ->Unit(benchmark::kMillisecond);

// One step waits for the one before, so the ceiling is the hash itself.
void BM_WorkChain(benchmark::State& state) {
  WorkTask task{.spec = {.gaps = 256, .steps_per_gap = 256}};
  if (state.range(0) != 0) {
    task.spec = {.kind = WorkKind::kMemoryHard, .gaps = 4, .steps_per_gap = 1};
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(WorkChain::Run(task).value());
    ++task.seed[0];
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(task.spec.steps()));
  base::ByteArray<32> hash{};
  state.counters["hash_ns"] = 1e9 * Seconds([&] { hash = crypto::Blake2b256({}, {hash}); });
}
BENCHMARK(BM_WorkChain)->ArgName("memory_hard")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

void BM_VerifyWork(benchmark::State& state) {
  const WorkTask task{};
  const WorkChain chain = WorkChain::Run(task).value();
  const WorkProof proof = chain.Prove({}).value();
  for (auto _ : state) {
    if (!VerifyWork(task, chain.root(), {}, proof).ok()) state.SkipWithError("refused");
  }
}
BENCHMARK(BM_VerifyWork)->Unit(benchmark::kMillisecond);

void BM_UsefulWork(benchmark::State& state) {
  UsefulTask task;
  for (auto _ : state) {
    benchmark::DoNotOptimize(DoUsefulWork(task).value());
    ++task.seed[0];
  }
  state.SetBytesProcessed(state.iterations() *
                          static_cast<int64_t>(task.shard_bytes * task.code.data_shards));
}
BENCHMARK(BM_UsefulWork)->Unit(benchmark::kMillisecond);

// The ceiling is a square root and a division a row, which no reading can do without.
void BM_CapacityOfMany(benchmark::State& state) {
  const auto rows = static_cast<size_t>(state.range(0));
  const std::vector<double> column(rows, 1.5);
  std::vector<double> total(rows);
  for (auto _ : state) {
    const absl::Status status =
        CapacityOfMany({column, column, column, column, column, column},
                       {.compute = 1, .storage = 1}, CapacityMode::kCorrected, {total, {}, {}});
    if (!status.ok()) state.SkipWithError("refused");
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  double x = 1.5;
  state.counters["ceiling_ns"] = 1e9 * Seconds([&] {
                                   benchmark::DoNotOptimize(x);
                                   benchmark::DoNotOptimize(1 / std::sqrt(x));
                                 });
}
BENCHMARK(BM_CapacityOfMany)->RangeMultiplier(100)->Range(1000, 10'000'000);

}  // namespace
}  // namespace shadw::capacity

BENCHMARK_MAIN();
