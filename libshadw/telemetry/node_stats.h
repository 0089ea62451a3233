// SPDX-License-Identifier: Apache-2.0
//
// What a machine has and what of it is free: processors, memory, swap, disk, and how long
// it has been up. On Linux from /proc and statvfs; each file has its own reader, so that
// saved files can be read anywhere.
//
//   NodeSampler sampler({.disk = "/var/lib/shadw"});
//   NodeStats stats = *sampler.Sample(clock.Now());
//   stats.memory_free_bytes;
//
// Limits: processors are free as they were between the last two samples that lie a tick
// (10 ms) apart or more; the first sample tells the average since the machine started.
//   Source   catalogue S67; proc(5); Linux, Documentation/filesystems/proc.rst
#ifndef LIBSHADW_TELEMETRY_NODE_STATS_H_
#define LIBSHADW_TELEMETRY_NODE_STATS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/base/time.h"

namespace shadw::telemetry {

struct NodeStats {
  base::Time taken{};
  uint64_t uptime_s = 0;
  uint64_t cpu_total_milli = 0;  // thousandths of a processor
  uint64_t cpu_free_milli = 0;
  uint64_t memory_total_bytes = 0;
  uint64_t memory_free_bytes = 0;  // that programs could have, caches included
  uint64_t swap_total_bytes = 0;
  uint64_t swap_free_bytes = 0;
  uint64_t disk_total_bytes = 0;
  uint64_t disk_free_bytes = 0;  // to users without privileges

  //   Errors   kInvalidArgument  more free than there is, or taken before 1970
  absl::Status Validate() const;

  friend bool operator==(const NodeStats&, const NodeStats&) = default;
};

struct CpuTicks {
  uint64_t processors = 0;
  uint64_t total = 0;  // of all processors since the start
  uint64_t idle = 0;   // waiting for disks included

  friend bool operator==(const CpuTicks&, const CpuTicks&) = default;
};

struct MemoryInfo {
  uint64_t memory_total_bytes = 0;
  uint64_t memory_free_bytes = 0;
  uint64_t swap_total_bytes = 0;
  uint64_t swap_free_bytes = 0;

  friend bool operator==(const MemoryInfo&, const MemoryInfo&) = default;
};

// Readers of /proc/uptime, /proc/stat and /proc/meminfo.
//   Shapes   text  any; lines that are not known are passed over
//   Errors   kDataLoss  what is needed is missing, malformed or does not fit
absl::StatusOr<uint64_t> ParseUptime(std::string_view text);
absl::StatusOr<CpuTicks> ParseStat(std::string_view text);
// Kernels before 3.14 do not say what is available: free, buffers and cache stand for it.
absl::StatusOr<MemoryInfo> ParseMeminfo(std::string_view text);

class NodeSampler {
 public:
  struct Options {
    std::string proc = "/proc";
    std::string disk = "/";  // any path on the disk that counts
  };

  NodeSampler() : NodeSampler(Options{}) {}
  explicit NodeSampler(Options options);

  // Reads all of it. `now` is only written down.
  //   Errors   kUnavailable  a file or the disk cannot be read; kDataLoss as the readers
  //   Promise  nothing is ever freer than there is of it
  absl::StatusOr<NodeStats> Sample(base::Time now);

 private:
  Options options_;
  CpuTicks last_;
  uint64_t cpu_free_milli_ = 0;  // as the last tick told
};

}  // namespace shadw::telemetry

#endif  // LIBSHADW_TELEMETRY_NODE_STATS_H_
