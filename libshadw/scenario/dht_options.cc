// SPDX-License-Identifier: Apache-2.0
#include "libshadw/scenario/dht_options.h"

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"

namespace shadw::scenario {
namespace {

absl::Status OutOfRange(const char* what, size_t got, size_t least, size_t most) {
  return absl::InvalidArgumentError(
      absl::StrCat("scenario: got ", what, " ", got, ", need ", least, " to ", most));
}

}  // namespace

absl::Status DhtOptions::Validate() const {
  SHADW_RETURN_IF_ERROR(node.Validate());
  SHADW_RETURN_IF_ERROR(approach.Validate());
  SHADW_RETURN_IF_ERROR(faults.Validate());
  if (nodes < 2 || nodes > kMaxNodes) return OutOfRange("nodes", nodes, 2, kMaxNodes);
  if (values > kMaxValues || values > nodes / 2) {
    return OutOfRange("values", values, 0, std::min(kMaxValues, nodes / 2));
  }
  if (sybils > kMaxSybils) return OutOfRange("sybils", sybils, 0, kMaxSybils);
  if (sybils > 0 && values == 0)
    return OutOfRange("values, with sybils around one,", 0, 1, nodes / 2);
  if (sybils > 0 && network == Network::kHyperdht) {
    return absl::InvalidArgumentError(
        "scenario: got sybils on hyperdht, need mainline: ids there follow from addresses");
  }
  if (liars_ppm >= sim::kMillion) return OutOfRange("liars_ppm", liars_ppm, 0, sim::kMillion - 1);
  const base::Duration none{};
  if (duration <= none || mean_session < none || lookup_every < none || report_after < none ||
      publish_after < none || (values > 0 && get_every <= none)) {
    return absl::InvalidArgumentError(
        "scenario: got a negative time, or a zero duration or get_every, need above zero");
  }
  if (sessions && mean_session > none) {
    return absl::InvalidArgumentError(
        "scenario: got both mean_session and sessions, need one of them");
  }
  if (sessions && sessions->mean() <= none) {
    return absl::InvalidArgumentError("scenario: got sessions of no length, need above zero");
  }
  for (const Disturbance& it : disturbances) {
    if (it.nodes_ppm == 0 || it.nodes_ppm > sim::kMillion || it.at < none || it.length < none) {
      return OutOfRange("nodes_ppm of a disturbance", it.nodes_ppm, 1, sim::kMillion);
    }
  }
  return absl::OkStatus();
}

}  // namespace shadw::scenario
