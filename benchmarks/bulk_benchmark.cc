// SPDX-License-Identifier: Apache-2.0
//
// Large objects through a whole vault, each next to the ceiling that was measured in the
// same turn: medians of the turns, in GB of user data a second.
//   PutText    compress auto, real text into memory stores, CPU time
//              of_zstd   speed / speed of zstd level 1 alone on the same text
//              frames    the same of zstd on frames of 128 KiB, which the format demands
//   PutNoise   what does not compress, into memory stores, CPU time
//              of_off    speed with the probe / speed without compression
//   PutFile    a file in the page cache into directory stores, wall time
//   GetFile    and back into a file
//              of_slower  speed / the slower of two: the pipeline from memory to memory,
//                         and the same bytes read and written plainly, with one sync a
//                         segment
// The text is made of the files below SHADW_BENCHMARK_TEXT, /usr/include where absent; the
// files lie in TMPDIR.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <chrono>
#include <climits>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libshadw/base/time.h"
#include "libshadw/crypto/random.h"
#include "libshadw/shard/compression.h"
#include "libshadw/shard/geometry.h"
#include "libshadw/store/directory_store.h"
#include "libshadw/store/memory_store.h"
#include "libshadw/store/posix.h"
#include "libshadw/vault/restored_file.h"
#include "libshadw/vault/vault.h"

namespace shadw::vault {
namespace {

constexpr size_t kObjectBytes = 104 << 20;

double CpuSeconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }
double WallSeconds() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

template <typename Clock, typename Work>
double Took(Clock clock, Work work) {
  const double start = clock();
  work();
  return clock() - start;
}

double Median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

void Require(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::abort();
}

base::Bytes Text() {
  const char* const folder = std::getenv("SHADW_BENCHMARK_TEXT");
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(folder != nullptr ? folder : "/usr/include")) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  base::Bytes text(kObjectBytes);
  size_t at = 0;
  for (size_t i = 0; !files.empty() && at < text.size(); i = (i + 1) % files.size()) {
    std::ifstream in(files[i], std::ios::binary);
    in.read(reinterpret_cast<char*>(text.data() + at),
            static_cast<std::streamsize>(text.size() - at));
    at += static_cast<size_t>(in.gcount());
  }
  return text;
}

base::Bytes Noise() {
  base::Bytes bytes(kObjectBytes);
  crypto::SeededRandom(1).Fill(bytes);
  return bytes;
}

ByteSource SourceOf(base::ByteSpan bytes) {
  return [rest = bytes](base::MutableByteSpan out) mutable -> absl::StatusOr<size_t> {
    const size_t take = std::min(out.size(), rest.size());
    std::memcpy(out.data(), rest.data(), take);
    rest = rest.subspan(take);
    return take;
  };
}

// The ceilings write again and again into memory that they have. So does a vault, where the
// allocator keeps what is freed.
void KeepFreedMemory() {
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
}

// A vault whose stores lie in memory, or in directories below `root`.
struct Fixture {
  Fixture(erasure::Code code, size_t threads, const std::filesystem::path& root = {}) {
    KeepFreedMemory();
    Options options{.clock = &clock, .random = &random, .code = code, .threads = threads};
    const auto syncs = std::make_shared<store::SharedSyncs>();
    for (int i = 0; i < code.total_shards(); ++i) {
      if (root.empty()) {
        options.stores.push_back(std::make_shared<store::MemoryStore>(
            store::MemoryStore::Options{.node_id = random.Array<32>()}));
      } else {
        options.stores.push_back(
            store::DirectoryStore::Open({.directory = root / std::to_string(i), .syncs = syncs})
                .value());
      }
    }
    vault.emplace(
        Vault::Open(options, shard::VaultKeys::FromSeed(base::Bytes(32, 7)).value()).value());
  }
  void Put(const ByteSource& source, bool compress) {
    Require(vault->Put("object", source, {.compress = compress}).status());
  }
  void Remove() { Require(vault->Remove("object")); }

  base::ManualClock clock{base::FromUnixSeconds(1'800'000'000)};
  crypto::SystemRandom random;
  std::optional<Vault> vault;
};

// --- compression ----------------------------------------------------------------------

// Seconds for all of the text, so many bytes at a time.
double ZstdSeconds(ZSTD_CCtx* context, base::ByteSpan text, size_t at_once, base::Bytes& out) {
  return Took(CpuSeconds, [&] {
    size_t bytes = 0;
    for (size_t at = 0; at < text.size(); at += at_once) {
      const base::ByteSpan some = text.subspan(at, std::min(at_once, text.size() - at));
      bytes += ZSTD_compressCCtx(context, out.data() + bytes, out.size() - bytes, some.data(),
                                 some.size(), 1);
    }
    benchmark::DoNotOptimize(bytes);
  });
}

void Report(benchmark::State& state, const char* ratio, const std::vector<double>& ours,
            const std::vector<double>& ceiling) {
  std::vector<double> ratios;
  for (size_t i = 0; i < ours.size(); ++i) ratios.push_back(ceiling[i] / ours[i]);
  state.counters["GBps"] = kObjectBytes / Median(ours) / 1e9;
  state.counters["ceiling_GBps"] = kObjectBytes / Median(ceiling) / 1e9;
  state.counters[ratio] = Median(ratios);
}

void PutText(benchmark::State& state) {
  const base::Bytes text = Text();
  base::Bytes out(ZSTD_compressBound(text.size()));
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  Fixture fixture({10, 4}, 1);
  std::vector<double> ours;
  std::vector<double> zstd;
  std::vector<double> frames;
  for (auto _ : state) {
    zstd.push_back(ZstdSeconds(context, text, text.size(), out));
    ours.push_back(Took(CpuSeconds, [&] { fixture.Put(SourceOf(text), true); }));
    fixture.Remove();
    frames.push_back(ZstdSeconds(context, text, shard::kFrameBytes, out));
  }
  ZSTD_freeCCtx(context);
  Report(state, "of_zstd", ours, zstd);
  state.counters["frames"] = Median(zstd) / Median(frames);
}

void PutNoise(benchmark::State& state) {
  const base::Bytes noise = Noise();
  Fixture fixture({10, 4}, 1);
  std::vector<double> with;
  std::vector<double> without;
  for (auto _ : state) {
    for (const bool compress : {false, true}) {
      auto& seconds = compress ? with : without;
      seconds.push_back(Took(CpuSeconds, [&] { fixture.Put(SourceOf(noise), compress); }));
      fixture.Remove();
    }
  }
  Report(state, "of_off", with, without);
}

// --- files ------------------------------------------------------------------------------

class Folder {
 public:
  Folder() {
    std::string name = std::filesystem::temp_directory_path() / "shadw_bench_XXXXXX";
    if (mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

store::FileDescriptor OpenFile(const std::filesystem::path& path, int flags) {
  store::FileDescriptor file = store::OpenAt(AT_FDCWD, path.c_str(), flags, 0600);
  if (!file.ok()) std::abort();
  return file;
}

ByteSource SourceOf(const store::FileDescriptor& file) {
  return [&file, at = uint64_t{0}](base::MutableByteSpan out) mutable -> absl::StatusOr<size_t> {
    const auto got =
        store::ReadAt(file.get(), at, out.first(std::min<size_t>(out.size(), 1 << 20)));
    if (got.ok()) at += *got;
    return got;
  };
}

// As much read as one thing and written as another, a sync a segment, each file anew.
struct Plain {
  uint64_t read_bytes, write_bytes, segment_bytes;
};

void CopyPlainly(const Folder& folder, const std::filesystem::path& from, const Plain& plain) {
  const store::FileDescriptor in = OpenFile(from, O_RDONLY);
  base::Buffer buffer(1 << 20);
  for (uint64_t at = 0; at < plain.read_bytes; at += buffer.size()) {
    Require(store::ReadAt(in.get(), at % kObjectBytes, buffer.span()).status());
  }
  for (uint64_t at = 0; at < plain.write_bytes;) {
    const store::FileDescriptor out =
        OpenFile(folder.path() / absl::StrCat("plain", at), O_WRONLY | O_CREAT | O_TRUNC);
    const uint64_t end = std::min(plain.write_bytes, at + plain.segment_bytes);
    for (; at < end; at += buffer.size()) Require(store::WriteAll(out.get(), buffer.span()));
    if (fdatasync(out.get()) != 0) std::abort();
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    if (entry.path().filename().string().starts_with("plain")) std::filesystem::remove(entry);
  }
}

struct FileCase {
  explicit FileCase(const benchmark::State& state)
      : code{static_cast<uint16_t>(state.range(0)), static_cast<uint16_t>(state.range(1))},
        threads(static_cast<size_t>(state.range(2))),
        noise(Noise()),
        memory(code, threads),
        directories(code, threads, folder.path() / "stores"),
        from(folder.path() / "from") {
    const store::FileDescriptor file = OpenFile(from, O_WRONLY | O_CREAT);
    Require(store::WriteAll(file.get(), noise));
    if (fdatasync(file.get()) != 0) std::abort();
  }
  uint64_t stored_bytes() const { return kObjectBytes / code.data_shards * code.total_shards(); }
  uint64_t segments() const {
    const uint32_t stripes =
        shard::ChooseStripes(code, shard::kCellBytes, kDefaultMemoryBudgetBytes);
    return base::CeilDivide<uint64_t>(
        kObjectBytes, shard::Geometry{.code = code, .max_stripes = stripes}.capacity_bytes());
  }

  erasure::Code code;
  size_t threads;
  base::Bytes noise;
  Folder folder;
  Fixture memory;
  Fixture directories;
  std::filesystem::path from;
};

void ReportFiles(benchmark::State& state, const std::vector<double>& ours,
                 const std::vector<double>& pipeline, const std::vector<double>& plain) {
  std::vector<double> slower;
  for (size_t i = 0; i < ours.size(); ++i) slower.push_back(std::max(pipeline[i], plain[i]));
  Report(state, "of_slower", ours, slower);
  state.counters["pipeline_GBps"] = kObjectBytes / Median(pipeline) / 1e9;
  state.counters["plain_GBps"] = kObjectBytes / Median(plain) / 1e9;
}

void PutFile(benchmark::State& state) {
  FileCase files(state);
  std::vector<double> ours;
  std::vector<double> pipeline;
  std::vector<double> plain;
  const Plain same{kObjectBytes, files.stored_bytes(), files.stored_bytes() / files.segments()};
  for (auto _ : state) {
    plain.push_back(Took(WallSeconds, [&] { CopyPlainly(files.folder, files.from, same); }));
    pipeline.push_back(Took(WallSeconds, [&] { files.memory.Put(SourceOf(files.noise), false); }));
    files.memory.Remove();
    const store::FileDescriptor file = OpenFile(files.from, O_RDONLY);
    ours.push_back(Took(WallSeconds, [&] { files.directories.Put(SourceOf(file), false); }));
    files.directories.Remove();
  }
  ReportFiles(state, ours, pipeline, plain);
}

void GetFile(benchmark::State& state) {
  FileCase files(state);
  files.memory.Put(SourceOf(files.noise), false);
  files.directories.Put(SourceOf(files.noise), false);
  std::vector<double> ours;
  std::vector<double> pipeline;
  std::vector<double> plain;
  const Plain same{kObjectBytes, kObjectBytes, kObjectBytes};
  for (auto _ : state) {
    plain.push_back(Took(WallSeconds, [&] { CopyPlainly(files.folder, files.from, same); }));
    pipeline.push_back(Took(WallSeconds, [&] {
      Require(files.memory.vault->Get("object", [](base::ByteSpan) { return absl::OkStatus(); })
                  .status());
    }));
    const std::filesystem::path to = files.folder.path() / "to";
    ours.push_back(Took(WallSeconds, [&] {
      RestoredFile out = RestoredFile::Create(to).value();
      Require(files.directories.vault
                  ->Get("object", [&](base::ByteSpan bytes) { return out.Append(bytes); })
                  .status());
      Require(out.Commit(std::nullopt, 0));
    }));
    std::filesystem::remove(to);
  }
  ReportFiles(state, ours, pipeline, plain);
}

void FileCases(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"k", "m", "threads"});
  for (int threads : {1, 2}) benchmark->Args({10, 4, threads});
  benchmark->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(7);
}

BENCHMARK(PutText)->Unit(benchmark::kMillisecond)->Iterations(7);
BENCHMARK(PutNoise)->Unit(benchmark::kMillisecond)->Iterations(15);
BENCHMARK(PutFile)->Apply(FileCases);
BENCHMARK(GetFile)->Apply(FileCases);

}  // namespace
}  // namespace shadw::vault

BENCHMARK_MAIN();
