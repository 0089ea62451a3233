// SPDX-License-Identifier: Apache-2.0
#include "libshadw/capacity/origin_proof.h"

#include "absl/strings/str_cat.h"
#include "libshadw/base/coding.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/capacity/proof_codec.h"

namespace shadw::capacity {
namespace {

absl::Status CheckPaths(const PlotCommitment& commitment, const OpenedPlaces& places,
                        const OriginOpening& opening) {
  const uint64_t labels = commitment.parameters.labels();
  for (size_t i = 0; i < places.kept.size(); ++i) {
    SHADW_RETURN_IF_ERROR(crypto::VerifyMerkleProof(commitment.labels_root, opening.kept[i].label,
                                                    places.kept[i], labels, opening.kept[i].path));
  }
  for (size_t i = 0; i < places.columns.size(); ++i) {
    const Column& column = opening.columns[i];
    SHADW_RETURN_IF_ERROR(crypto::VerifyMerkleProof(
        commitment.origin_root, OriginLeaf(column.labels), places.columns[i], labels, column.path));
  }
  return absl::OkStatus();
}

// Layers count from 1; at 0 is the place itself, from 1 on its back parents.
const Label& LabelAt(const OriginOpening& opening, size_t at, uint32_t layer) {
  return layer == kLayers ? opening.kept[at].label : opening.columns[at].labels[layer - 1];
}

// Whether each layer's label is the hash of its parents.
absl::Status CheckLabels(const base::ByteArray<32>& plot_id, uint64_t place,
                         const OriginOpening& opening) {
  const size_t back = opening.kept.size() - 1;
  for (uint32_t layer = 1; layer <= kLayers; ++layer) {
    std::vector<Label> parents(layer == 1 ? kBackParents : kParents);
    for (size_t i = 0; i < back; ++i) parents[i] = LabelAt(opening, 1 + i, layer);
    for (size_t i = kBackParents; i < parents.size(); ++i) {
      parents[i] = LabelAt(opening, 1 + back + i - kBackParents, layer - 1);
    }
    if (MakeLabel(plot_id, place, layer, parents) != LabelAt(opening, 0, layer)) {
      return absl::PermissionDeniedError(absl::StrCat("capacity: got another label of layer ",
                                                      layer, " at place ", place,
                                                      ", need the hash of its parents"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<OriginOpening> ReadOriginOpening(base::ByteReader& in, uint32_t labels_log2) {
  const uint8_t back = in.U8();
  if (!in.ok() || (back != 0 && back != kBackParents)) {
    return absl::DataLossError(
        absl::StrCat("capacity: got ", back, " back parents, need 0 or ", kBackParents));
  }
  const size_t columns = 1 + back + kExpanderParents;
  const uint64_t path_bytes = uint64_t{labels_log2} * kLabelBytes;
  const uint64_t need =
      (1 + back) * (kLabelBytes + path_bytes) + columns * (3 * kLabelBytes + path_bytes);
  if (in.remaining() < need) {
    return absl::DataLossError(
        absl::StrCat("capacity: got ", in.remaining(), " bytes of an opening, need ", need));
  }
  OriginOpening opening;
  for (size_t i = 0; i < size_t{1} + back; ++i) {
    opening.kept.push_back(ReadOpening(in, labels_log2));
  }
  for (size_t i = 0; i < columns; ++i) {
    Column column;
    for (Label& label : column.labels) in.Raw(label);
    column.path = ReadPath(in, labels_log2);
    opening.columns.push_back(std::move(column));
  }
  return opening;
}

}  // namespace

absl::Status OriginChallenge::Validate() const {
  return CheckOpenings(openings, kMaxOriginOpenings);
}

std::vector<uint64_t> ChallengedPlaces(const PlotCommitment& commitment,
                                       const OriginChallenge& challenge) {
  return ChoosePlaces("shadw origin challenge 1", {EncodeCommitment(commitment), challenge.seed},
                      commitment.parameters.labels_log2, challenge.openings);
}

OpenedPlaces PlacesOpenedWith(const Graph& graph, uint64_t place) {
  std::array<Parent, kParents> parents;
  const auto row = static_cast<uint32_t>(place / kLanes);
  graph.ParentsOf(row, parents);
  OpenedPlaces places{.kept = {place}, .columns = {place}};
  for (size_t i = 0; i < kParents; ++i) {
    if (i < kBackParents && row == 0) continue;
    const uint64_t parent = ParentIndex(place, parents[i]);
    if (i < kBackParents) places.kept.push_back(parent);
    places.columns.push_back(parent);
  }
  return places;
}

absl::Status VerifyOrigin(const PlotCommitment& commitment, const OriginChallenge& challenge,
                          const OriginProof& proof) {
  SHADW_RETURN_IF_ERROR(commitment.parameters.Validate());
  SHADW_RETURN_IF_ERROR(challenge.Validate());
  SHADW_RETURN_IF_ERROR(CheckSize(commitment, proof.labels_log2));
  if (proof.openings.size() != challenge.openings) {
    return absl::PermissionDeniedError(absl::StrCat("capacity: got a proof of ",
                                                    proof.openings.size(), " openings, need ",
                                                    challenge.openings));
  }
  const Graph graph(commitment.parameters.rows_log2());
  const base::ByteArray<32> id = commitment.parameters.id();
  const std::vector<uint64_t> challenged = ChallengedPlaces(commitment, challenge);
  for (size_t i = 0; i < challenged.size(); ++i) {
    const OriginOpening& opening = proof.openings[i];
    const OpenedPlaces places = PlacesOpenedWith(graph, challenged[i]);
    if (opening.kept.size() != places.kept.size() ||
        opening.columns.size() != places.columns.size()) {
      return absl::PermissionDeniedError(absl::StrCat(
          "capacity: got ", opening.kept.size(), " labels and ", opening.columns.size(),
          " columns, need ", places.kept.size(), " and ", places.columns.size()));
    }
    SHADW_RETURN_IF_ERROR(CheckPaths(commitment, places, opening));
    SHADW_RETURN_IF_ERROR(CheckLabels(id, challenged[i], opening));
  }
  return absl::OkStatus();
}

base::Bytes EncodeOriginProof(const OriginProof& proof) {
  base::ByteWriter out;
  WriteProofHead(
      out, {kOriginProofMagic, proof.labels_log2, static_cast<uint32_t>(proof.openings.size())});
  for (const OriginOpening& opening : proof.openings) {
    out.U8(static_cast<uint8_t>(opening.kept.size() - 1));
    for (const Opening& kept : opening.kept) WriteOpening(out, kept);
    for (const Column& column : opening.columns) {
      for (const Label& label : column.labels) out.Raw(label);
      WritePath(out, column.path);
    }
  }
  return std::move(out).Take();
}

absl::StatusOr<OriginProof> ParseOriginProof(base::ByteSpan bytes) {
  base::ByteReader in(bytes);
  SHADW_ASSIGN_OR_RETURN(const ProofHead head,
                         ReadProofHead(in, kOriginProofMagic, kMaxOriginOpenings));
  OriginProof proof{.labels_log2 = head.labels_log2, .openings = {}};
  for (uint32_t i = 0; i < head.openings; ++i) {
    SHADW_ASSIGN_OR_RETURN(OriginOpening opening, ReadOriginOpening(in, head.labels_log2));
    proof.openings.push_back(std::move(opening));
  }
  if (!in.Finished()) {
    return absl::DataLossError(
        absl::StrCat("capacity: got ", in.remaining(), " bytes behind a proof, need none"));
  }
  return proof;
}

}  // namespace shadw::capacity
