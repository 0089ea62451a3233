// SPDX-License-Identifier: Apache-2.0
#include "libshadw/telemetry/node_stats.h"

#include <sys/statvfs.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/base/units.h"

namespace shadw::telemetry {
namespace {

constexpr size_t kMaxFileBytes = 4 << 20;  // /proc/stat of a thousand processors is 1 MB
constexpr std::string_view kBlanks = " \t\r";

absl::Status Malformed(const std::string& file, const std::string& what) {
  return absl::DataLossError(
      absl::StrCat("telemetry: got ", file, " without ", what, ", need it as a number that fits"));
}

// Cuts the next line, or the next word of a line, from the front of `text`.
std::string_view CutLine(std::string_view& text) {
  const size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

std::string_view CutWord(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
  const size_t end = std::min(line.find_first_of(kBlanks), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(end);
  return word;
}

std::optional<uint64_t> ToNumber(std::string_view word) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size() || word.empty()) return std::nullopt;
  return value;
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kMaxFileBytes, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  if (!file.is_open() || file.bad() || text.empty()) {
    return absl::UnavailableError(
        absl::StrCat("telemetry: got nothing from ", path, ", need a file that can be read"));
  }
  return text;
}

}  // namespace

absl::Status NodeStats::Validate() const {
  const std::pair<uint64_t, uint64_t> shares[] = {{cpu_free_milli, cpu_total_milli},
                                                  {memory_free_bytes, memory_total_bytes},
                                                  {swap_free_bytes, swap_total_bytes},
                                                  {disk_free_bytes, disk_total_bytes}};
  for (const auto& [free, total] : shares) {
    if (free > total) {
      return absl::InvalidArgumentError(
          absl::StrCat("telemetry: got ", free, " free of ", total, ", need no more than all"));
    }
  }
  if (taken < base::Time()) {
    return absl::InvalidArgumentError(
        absl::StrCat("telemetry: got time ", base::ToUnixNanos(taken), " ns, need one since 1970"));
  }
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> ParseUptime(std::string_view text) {
  std::string_view line = CutLine(text);
  const std::string_view word = CutWord(line);
  const std::optional<uint64_t> seconds = ToNumber(word.substr(0, word.find('.')));
  if (!seconds) return Malformed("/proc/uptime", "seconds");
  return *seconds;
}

absl::StatusOr<CpuTicks> ParseStat(std::string_view text) {
  // user, nice, system, idle, iowait, irq, softirq, steal. The guests' time that follows
  // is part of user and nice already.
  constexpr int kColumns = 8;
  constexpr int kLeastColumns = 4;
  CpuTicks ticks;
  bool found = false;
  while (!text.empty()) {
    std::string_view line = CutLine(text);
    const std::string_view name = CutWord(line);
    if (!name.starts_with("cpu")) continue;
    if (name != "cpu") {
      ++ticks.processors;
      continue;
    }
    int column = 0;
    for (std::string_view word = CutWord(line); column < kColumns && !word.empty();
         word = CutWord(line), ++column) {
      const std::optional<uint64_t> value = ToNumber(word);
      const auto sum = base::CheckedAdd(ticks.total, value.value_or(UINT64_MAX));
      if (!value || !sum) return Malformed("/proc/stat", "ticks");
      ticks.total = *sum;
      if (column == 3 || column == 4) ticks.idle += *value;
    }
    found = column >= kLeastColumns;
  }
  if (!found || ticks.processors == 0) return Malformed("/proc/stat", "processors");
  return ticks;
}

absl::StatusOr<MemoryInfo> ParseMeminfo(std::string_view text) {
  std::map<std::string_view, uint64_t> bytes;
  for (const std::string_view name :
       {"MemTotal", "MemFree", "MemAvailable", "Buffers", "Cached", "SwapTotal", "SwapFree"}) {
    bytes[name] = UINT64_MAX;  // not seen
  }
  while (!text.empty()) {
    std::string_view line = CutLine(text);
    std::string_view name = CutWord(line);
    if (!name.ends_with(':')) continue;
    name.remove_suffix(1);
    const auto wanted = bytes.find(name);
    if (wanted == bytes.end()) continue;
    const std::optional<uint64_t> kib = ToNumber(CutWord(line));
    if (!kib || *kib > UINT64_MAX / base::kKiB / 4)
      return Malformed("/proc/meminfo", std::string(name));
    wanted->second = *kib * base::kKiB;
  }
  if (bytes["MemAvailable"] == UINT64_MAX && bytes["MemFree"] != UINT64_MAX) {
    const auto known = [&](std::string_view name) {
      return bytes[name] == UINT64_MAX ? 0 : bytes[name];
    };
    bytes["MemAvailable"] = bytes["MemFree"] + known("Buffers") + known("Cached");
  }
  for (const std::string_view name : {"MemTotal", "MemAvailable", "SwapTotal", "SwapFree"}) {
    if (bytes[name] == UINT64_MAX) return Malformed("/proc/meminfo", std::string(name));
  }
  return MemoryInfo{
      .memory_total_bytes = bytes["MemTotal"],
      .memory_free_bytes = std::min(bytes["MemAvailable"], bytes["MemTotal"]),
      .swap_total_bytes = bytes["SwapTotal"],
      .swap_free_bytes = std::min(bytes["SwapFree"], bytes["SwapTotal"]),
  };
}

NodeSampler::NodeSampler(Options options) : options_(std::move(options)) {}

absl::StatusOr<NodeStats> NodeSampler::Sample(base::Time now) {
  SHADW_ASSIGN_OR_RETURN(const std::string uptime, ReadFile(options_.proc + "/uptime"));
  SHADW_ASSIGN_OR_RETURN(const std::string stat, ReadFile(options_.proc + "/stat"));
  SHADW_ASSIGN_OR_RETURN(const std::string meminfo, ReadFile(options_.proc + "/meminfo"));
  struct statvfs disk = {};
  if (statvfs(options_.disk.c_str(), &disk) != 0) {
    return absl::UnavailableError(
        absl::StrCat("telemetry: got no disk at ", options_.disk, ", need a path that exists"));
  }
  NodeStats stats{.taken = now};
  SHADW_ASSIGN_OR_RETURN(stats.uptime_s, ParseUptime(uptime));
  SHADW_ASSIGN_OR_RETURN(const CpuTicks ticks, ParseStat(stat));
  SHADW_ASSIGN_OR_RETURN(const MemoryInfo memory, ParseMeminfo(meminfo));
  stats.cpu_total_milli = 1000 * ticks.processors;
  // Counters may step back a little where processors come and go.
  const uint64_t total = ticks.total - std::min(last_.total, ticks.total);
  const uint64_t idle = ticks.idle - std::min(last_.idle, ticks.idle);
  if (total > 0) {
    cpu_free_milli_ = static_cast<uint64_t>(static_cast<unsigned __int128>(stats.cpu_total_milli) *
                                            std::min(idle, total) / total);
  }
  stats.cpu_free_milli = std::min(cpu_free_milli_, stats.cpu_total_milli);
  last_ = ticks;
  stats.memory_total_bytes = memory.memory_total_bytes;
  stats.memory_free_bytes = memory.memory_free_bytes;
  stats.swap_total_bytes = memory.swap_total_bytes;
  stats.swap_free_bytes = memory.swap_free_bytes;
  stats.disk_total_bytes = uint64_t{disk.f_blocks} * disk.f_frsize;
  stats.disk_free_bytes = std::min(uint64_t{disk.f_bavail} * disk.f_frsize, stats.disk_total_bytes);
  return stats;
}

}  // namespace shadw::telemetry
