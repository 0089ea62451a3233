// SPDX-License-Identifier: Apache-2.0
//
// A DHT network in virtual time: real nodes that exchange real datagrams, people who come
// and go, liars, broken links; and a referee who knows the truth. One call runs it.
//
//   DhtOptions options{.seed = 7, .nodes = 10'000};
//   options.mean_session = 60min;
//   absl::StatusOr<DhtRun> run = RunDht(options);
//   Fraction(run->columns.success);
//
// Limits: one thread; about 20 KB a node. What a run gives depends on its options alone.
//   Source   catalogue S19; methods: OverSim, libtorrent's simulations
#ifndef LIBSHADW_SCENARIO_DHT_NETWORK_H_
#define LIBSHADW_SCENARIO_DHT_NETWORK_H_

#include "absl/status/statusor.h"
#include "libshadw/scenario/columns.h"
#include "libshadw/scenario/dht_options.h"

namespace shadw::scenario {

struct DhtRun {
  DhtColumns columns;
  DhtSums sums;
};

//   Errors   kInvalidArgument  as DhtOptions::Validate
//   Promise  same options, same columns and trace hash, on every CPU and with every compiler
absl::StatusOr<DhtRun> RunDht(const DhtOptions& options);

}  // namespace shadw::scenario

#endif  // LIBSHADW_SCENARIO_DHT_NETWORK_H_
