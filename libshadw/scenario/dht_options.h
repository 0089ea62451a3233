// SPDX-License-Identifier: Apache-2.0
//
// What a rehearsed DHT network looks like, and what happens to it.
//
//   DhtOptions options{.seed = 7, .nodes = 10'000};
//   options.latency = std::make_shared<sim::RegionLatency>(*sim::RegionLatency::Create({…}));
//   options.sessions = *sim::QuantileTable::Weibull(60min, 590'000);
#ifndef LIBSHADW_SCENARIO_DHT_OPTIONS_H_
#define LIBSHADW_SCENARIO_DHT_OPTIONS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "libshadw/base/time.h"
#include "libshadw/dht/node.h"
#include "libshadw/sim/latency.h"
#include "libshadw/sim/link_faults.h"
#include "libshadw/sim/quantile_table.h"

namespace shadw::scenario {

inline constexpr size_t kMaxNodes = 1'000'000;
inline constexpr size_t kMaxValues = 10'000;
inline constexpr size_t kMaxSybils = 10'000;

// What a liar does when he is asked.
enum class Lie : uint8_t {
  kDrop,     // takes the question and says nothing
  kWrong,    // names nodes that do not exist, close to the target
  kCollude,  // names the liars that are closest to the target, denies having any value
};

enum class Network : uint8_t { kMainline, kHyperdht };

enum class Trouble : uint8_t {
  kRestart,    // a share of the nodes loses all it knows
  kPartition,  // a share reaches only itself, for `length`
  kOutage,     // a share has no network, for `length`
};

struct Disturbance {
  Trouble trouble = Trouble::kRestart;
  base::Duration at{};  // from the beginning
  base::Duration length{};
  uint32_t nodes_ppm = 500'000;
};

struct DhtOptions {
  uint64_t seed = 0;
  uint64_t run = 0;
  size_t nodes = 1000;
  Network network = Network::kMainline;
  // True: tables begin full, as after long quiet. False: the nodes join one by one.
  bool full_tables = true;
  dht::NodeOptions node;
  dht::Approach approach;                            // of lookups and gets
  std::shared_ptr<const sim::LatencyModel> latency;  // null: 50 ms each way
  sim::LinkFaults faults;

  base::Duration duration = std::chrono::hours(1);
  // How long a node stays before another takes its place: exponentially distributed with
  // this mean, zero: nobody leaves; or as drawn from the table. A table of {t, t} is exactly t.
  base::Duration mean_session{};
  std::optional<sim::QuantileTable> sessions;
  // Each node looks up random targets, one in this time; zero: none does.
  base::Duration lookup_every = std::chrono::minutes(1);
  // Only what begins after this time is reported.
  base::Duration report_after{};

  // Values, each put and kept alive by a node that stays; got by anybody.
  size_t values = 0;
  base::Duration publish_after{};                      // from the beginning
  base::Duration get_every = std::chrono::seconds(1);  // in the whole network

  uint32_t liars_ppm = 0;
  Lie lie = Lie::kDrop;
  // Ids placed closest to the first value's target just before it is put; they collude, and
  // everybody has heard of them.
  size_t sybils = 0;
  std::vector<Disturbance> disturbances;
  // Asked every few thousand events; true ends the run early.
  std::function<bool()> should_stop;

  //   Errors   kInvalidArgument  a number is out of its range; both of mean_session and
  //                              sessions, or a table of nothing but zero
  absl::Status Validate() const;
};

}  // namespace shadw::scenario

#endif  // LIBSHADW_SCENARIO_DHT_OPTIONS_H_
