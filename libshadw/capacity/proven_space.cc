// SPDX-License-Identifier: Apache-2.0
#include "libshadw/capacity/proven_space.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "absl/strings/str_cat.h"
#include "libshadw/base/amount.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/base/units.h"

namespace shadw::capacity {
namespace {

absl::Status CheckOwner(const NodeId& node_id, const NodeId& got, const char* what) {
  if (got == node_id) return absl::OkStatus();
  return absl::PermissionDeniedError(absl::StrCat("capacity: got ", what, " of node ",
                                                  base::ToHex(got), ", need one of ",
                                                  base::ToHex(node_id)));
}

absl::Status CheckPlot(const NodeId& node_id, const PlotParameters& plot, uint64_t least_bytes) {
  SHADW_RETURN_IF_ERROR(plot.Validate());
  SHADW_RETURN_IF_ERROR(CheckOwner(node_id, plot.node_id, "a plot"));
  if (plot.bytes() >= least_bytes) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("capacity: got a plot of ", plot.bytes(),
                                                 " bytes, need ", least_bytes,
                                                 ", lest it is made anew within the deadline"));
}

absl::Status AddBytes(uint64_t& sum, uint64_t bytes) {
  const std::optional<uint64_t> more = base::CheckedAdd(sum, bytes);
  if (!more) {
    return absl::ResourceExhaustedError(
        absl::StrCat("capacity: got ", bytes, " bytes on top of ", sum, ", need less than 2^64"));
  }
  sum = *more;
  return absl::OkStatus();
}

absl::Status CheckDistinct(std::vector<base::ByteArray<32>> ids) {
  std::ranges::sort(ids);
  const auto twice = std::ranges::adjacent_find(ids);
  if (twice == ids.end()) return absl::OkStatus();
  return absl::AlreadyExistsError(
      absl::StrCat("capacity: got plot ", base::ToHex(*twice), " twice, need each once"));
}

absl::Status CheckCapacities(std::span<const double> capacities, std::span<const bool> passed) {
  if (capacities.empty() || capacities.size() != passed.size()) {
    return absl::InvalidArgumentError(absl::StrCat("capacity: got ", capacities.size(),
                                                   " capacities and ", passed.size(),
                                                   " outcomes, need as many, at least one"));
  }
  for (size_t i = 0; i < capacities.size(); ++i) {
    if (!std::isfinite(capacities[i]) || capacities[i] < 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "capacity: got C ", capacities[i], ", need a finite number not below 0 (row ", i, ")"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ProvenSpace> CombineSpace(const NodeId& node_id, std::span<const AuditedSpace> used,
                                         std::span<const PlottedSpace> plots,
                                         const SpaceRule& rule) {
  if (rule.free_weight_ppm >= base::kPartsPerMillion) {
    return absl::InvalidArgumentError(absl::StrCat("capacity: got a weight of ",
                                                   rule.free_weight_ppm, " ppm, need under ",
                                                   base::kPartsPerMillion));
  }
  if (used.size() > kMaxEvidence || plots.size() > kMaxEvidence) {
    return absl::InvalidArgumentError(
        absl::StrCat("capacity: got ", std::max(used.size(), plots.size()),
                     " pieces of evidence, need at most ", kMaxEvidence));
  }
  ProvenSpace space;
  for (const AuditedSpace& audit : used) {
    SHADW_RETURN_IF_ERROR(CheckOwner(node_id, audit.node_id, "an audit"));
    SHADW_RETURN_IF_ERROR(AddBytes(space.used_bytes, audit.bytes));
  }
  std::vector<base::ByteArray<32>> ids;
  ids.reserve(plots.size());
  for (const PlottedSpace& plot : plots) {
    SHADW_RETURN_IF_ERROR(CheckPlot(node_id, plot.parameters, rule.least_plot_bytes));
    SHADW_RETURN_IF_ERROR(AddBytes(space.free_bytes, plot.parameters.bytes()));
    ids.push_back(plot.parameters.id());
  }
  SHADW_RETURN_IF_ERROR(CheckDistinct(std::move(ids)));
  // Cannot fail: the weight is under 1.
  const uint64_t weighted =
      *base::MultiplyDivideFloor(space.free_bytes, rule.free_weight_ppm, base::kPartsPerMillion);
  space.score_bytes = space.used_bytes;
  SHADW_RETURN_IF_ERROR(AddBytes(space.score_bytes, weighted));
  return space;
}

absl::StatusOr<CapacityShares> ShareByCapacity(std::span<const double> capacities,
                                               std::span<const bool> passed, FailedShare failed) {
  SHADW_RETURN_IF_ERROR(CheckCapacities(capacities, passed));
  double all = 0;
  double proven = 0;
  for (size_t i = 0; i < capacities.size(); ++i) {
    all += capacities[i];
    if (passed[i]) proven += capacities[i];
  }
  if (!std::isfinite(all) || all <= 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("capacity: got a sum of ", all, ", need a finite one above 0"));
  }
  CapacityShares result{.shares = std::vector<double>(capacities.size()), .carried = 1};
  if (proven == 0) return result;
  const double whole = failed == FailedShare::kCarry ? all : proven;
  for (size_t i = 0; i < capacities.size(); ++i) {
    if (passed[i]) result.shares[i] = capacities[i] / whole;
  }
  result.carried = (whole - proven) / whole;
  return result;
}

}  // namespace shadw::capacity
