// SPDX-License-Identifier: Apache-2.0
#include "libshadw/capacity/fresh_plot.h"

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/capacity/grain_tree.h"
#include "libshadw/capacity/plot_layout.h"
#include "libshadw/capacity/rows.h"

namespace shadw::capacity {
namespace {

constexpr uint32_t kRowsBetweenReports = 1 << 13;

std::span<const Row> RowsOf(const base::Buffer& layer) {
  return {reinterpret_cast<const Row*>(layer.data()), layer.size() / kRowBytes};
}

std::span<Row> RowsOf(base::Buffer& layer) {
  return {reinterpret_cast<Row*>(layer.data()), layer.size() / kRowBytes};
}

std::span<const Row> GrainOf(const base::Buffer& layer, uint64_t grain) {
  return RowsOf(layer).subspan(grain * kGrainRows, kGrainRows);
}

std::vector<Hash256> OriginGrain(const std::array<base::Buffer, kLayers>& layers, uint64_t grain) {
  const std::array<std::span<const Row>, kLayers - 1> rows = {
      GrainOf(layers[0], grain), GrainOf(layers[1], grain), GrainOf(layers[2], grain)};
  return OriginLeaves(rows);
}

}  // namespace

FreshPlot::FreshPlot(const PlotParameters& parameters)
    : commitment_{.parameters = parameters, .origin_root = {}, .labels_root = {}} {}

absl::Status FreshPlot::Allocate() {
  for (base::Buffer& layer : layers_) {
    SHADW_ASSIGN_OR_RETURN(layer, base::Buffer::Create(commitment_.parameters.bytes()));
  }
  return absl::OkStatus();
}

absl::StatusOr<FreshPlot> FreshPlot::Make(const PlotParameters& parameters,
                                          const Progress& progress) {
  SHADW_RETURN_IF_ERROR(parameters.Validate());
  FreshPlot plot(parameters);
  SHADW_RETURN_IF_ERROR(plot.Allocate());
  SHADW_RETURN_IF_ERROR(plot.MakeLayers(progress));
  plot.Commit();
  return plot;
}

absl::Status FreshPlot::MakeLayers(const Progress& progress) {
  const Graph graph(commitment_.parameters.rows_log2());
  const base::ByteArray<32> id = commitment_.parameters.id();
  uint64_t rows_made = 0;
  for (uint32_t layer = 1; layer <= kLayers; ++layer) {
    std::span<const Row> below;
    if (layer > 1) below = RowsOf(layers_[layer - 2]);
    LayerMaker maker(id, graph, layer, below, RowsOf(layers_[layer - 1]));
    for (uint32_t row = 0; row < graph.rows(); ++row) {
      maker.MakeRow(row);
      if (++rows_made % kRowsBetweenReports == 0 && progress && !progress(rows_made * kLanes)) {
        return absl::AbortedError("capacity: got told to stop, need to finish a plot");
      }
    }
  }
  return absl::OkStatus();
}

void FreshPlot::Commit() {
  const uint64_t grains = commitment_.parameters.labels() / kGrainLabels;
  kept_grains_.reserve(grains);
  origin_grains_.reserve(grains);
  for (uint64_t grain = 0; grain < grains; ++grain) {
    kept_grains_.push_back(crypto::MerkleRoot(LabelsOf(GrainOf(layers_.back(), grain))));
    origin_grains_.push_back(crypto::MerkleRoot(OriginGrain(layers_, grain)));
  }
  commitment_.labels_root = crypto::MerkleRoot(kept_grains_);
  commitment_.origin_root = crypto::MerkleRoot(origin_grains_);
}

Label FreshPlot::KeptLabel(uint64_t index) const {
  if (index >= commitment_.parameters.labels()) std::abort();
  return LabelOf(RowsOf(layers_.back())[index / kLanes], index % kLanes);
}

absl::StatusOr<OriginProof> FreshPlot::ProveOrigin(const OriginChallenge& challenge) const {
  SHADW_RETURN_IF_ERROR(challenge.Validate());
  const Graph graph(commitment_.parameters.rows_log2());
  const GrainTree kept_tree(kept_grains_);
  const GrainTree origin_tree(origin_grains_);
  OriginProof proof{.labels_log2 = commitment_.parameters.labels_log2, .openings = {}};
  for (const uint64_t place : ChallengedPlaces(commitment_, challenge)) {
    OriginOpening opening;
    const OpenedPlaces places = PlacesOpenedWith(graph, place);
    for (const uint64_t at : places.kept) {
      const auto leaves = LabelsOf(GrainOf(layers_.back(), at / kGrainLabels));
      opening.kept.push_back({.label = KeptLabel(at), .path = kept_tree.Proof(at, leaves)});
    }
    for (const uint64_t at : places.columns) {
      Column column{.labels = {},
                    .path = origin_tree.Proof(at, OriginGrain(layers_, at / kGrainLabels))};
      for (size_t layer = 0; layer < kLayers - 1; ++layer) {
        column.labels[layer] = LabelOf(RowsOf(layers_[layer])[at / kLanes], at % kLanes);
      }
      opening.columns.push_back(std::move(column));
    }
    proof.openings.push_back(std::move(opening));
  }
  return proof;
}

absl::Status FreshPlot::Write(const std::filesystem::path& path) const {
  return WritePlotFile(
      path, {.commitment = commitment_, .labels = layers_.back().span(), .grains = kept_grains_});
}

}  // namespace shadw::capacity
