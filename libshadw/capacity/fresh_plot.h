// SPDX-License-Identifier: Apache-2.0
//
// Plotting: all four layers of a plot in memory, from which come the commitment, the
// proof of origin and the file that stays.
//
//   SHADW_ASSIGN_OR_RETURN(const FreshPlot plot,
//                          FreshPlot::Make({.node_id = id, .seed = seed, .labels_log2 = 25}));
//   send(EncodeCommitment(plot.commitment()));
//   SHADW_ASSIGN_OR_RETURN(const OriginProof proof, plot.ProveOrigin(challenge));
//   SHADW_RETURN_IF_ERROR(plot.Write("space.plot"));                 // 1 GiB
//
// Limits. Four times the plot as memory. One core: a row waits for the row before it.
// Who has more cores makes more plots at once, under other seeds.
#ifndef LIBSHADW_CAPACITY_FRESH_PLOT_H_
#define LIBSHADW_CAPACITY_FRESH_PLOT_H_

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"
#include "libshadw/capacity/origin_proof.h"
#include "libshadw/capacity/plot.h"

namespace shadw::capacity {

class FreshPlot {
 public:
  // Called now and then with the labels made so far, of four times labels(). False stops.
  using Progress = std::function<bool(uint64_t labels_made)>;

  //   Errors   kInvalidArgument    the parameters are out of range
  //            kResourceExhausted  no memory for four layers
  //            kAborted            `progress` said so
  //   Promise  same parameters, same plot, on every CPU
  //   Cost     README.md, "Speed"; memory 4 * parameters.bytes()
  static absl::StatusOr<FreshPlot> Make(const PlotParameters& parameters,
                                        const Progress& progress = {});

  const PlotCommitment& commitment() const { return commitment_; }

  // A label of the kept layer.
  //   Shapes   index  below labels(); aborts otherwise
  Label KeptLabel(uint64_t index) const;

  //   Errors   kInvalidArgument  the challenge is out of range
  absl::StatusOr<OriginProof> ProveOrigin(const OriginChallenge& challenge) const;

  // Writes a file that PlotFile opens. It appears under its name when it is complete.
  //   Errors   kAlreadyExists, kResourceExhausted, kPermissionDenied, kNotFound,
  //            kUnavailable  as the system says
  absl::Status Write(const std::filesystem::path& path) const;

 private:
  explicit FreshPlot(const PlotParameters& parameters);
  absl::Status Allocate();
  absl::Status MakeLayers(const Progress& progress);
  void Commit();

  PlotCommitment commitment_;
  std::array<base::Buffer, kLayers> layers_;
  std::vector<Hash256> kept_grains_;
  std::vector<Hash256> origin_grains_;
};

}  // namespace shadw::capacity

#endif  // LIBSHADW_CAPACITY_FRESH_PLOT_H_
