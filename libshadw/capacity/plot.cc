// SPDX-License-Identifier: Apache-2.0
#include "libshadw/capacity/plot.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "libshadw/base/coding.h"
#include "libshadw/crypto/blake2b.h"

namespace shadw::capacity {
namespace {

constexpr std::string_view kCommitmentMagic = "sPc1";

base::ByteArray<8> Number(uint64_t value) {
  base::ByteArray<8> bytes;
  base::StoreLittleEndian(bytes.data(), value);
  return bytes;
}

}  // namespace

base::ByteArray<32> PlotParameters::id() const {
  return crypto::Blake2b256({},
                            {base::AsBytes("shadw plot 1"), node_id, seed, Number(labels_log2)});
}

absl::Status PlotParameters::Validate() const {
  if (labels_log2 < kMinLabelsLog2 || labels_log2 > kMaxLabelsLog2) {
    return absl::InvalidArgumentError(absl::StrCat("capacity: got a plot of 2^", labels_log2,
                                                   " labels, need 2^", kMinLabelsLog2, " to 2^",
                                                   kMaxLabelsLog2));
  }
  return absl::OkStatus();
}

base::Bytes EncodeCommitment(const PlotCommitment& commitment) {
  base::ByteWriter out;
  out.Raw(base::AsBytes(kCommitmentMagic)).U32(commitment.parameters.labels_log2);
  out.Raw(commitment.parameters.node_id).Raw(commitment.parameters.seed);
  out.Raw(commitment.origin_root).Raw(commitment.labels_root);
  return std::move(out).Take();
}

absl::StatusOr<PlotCommitment> ParseCommitment(base::ByteSpan bytes) {
  if (bytes.size() != kCommitmentBytes) {
    return absl::DataLossError(absl::StrCat("capacity: got a commitment of ", bytes.size(),
                                            " bytes, need ", kCommitmentBytes));
  }
  base::ByteReader in(bytes);
  if (!std::ranges::equal(in.View(kCommitmentMagic.size()), base::AsBytes(kCommitmentMagic))) {
    return absl::DataLossError("capacity: got bytes of another kind, need a plot's commitment");
  }
  PlotCommitment commitment;
  commitment.parameters.labels_log2 = in.U32();
  in.Raw(commitment.parameters.node_id);
  in.Raw(commitment.parameters.seed);
  in.Raw(commitment.origin_root);
  in.Raw(commitment.labels_root);
  if (const absl::Status valid = commitment.parameters.Validate(); !valid.ok()) {
    return absl::DataLossError(valid.message());
  }
  return commitment;
}

Label MakeLabel(const base::ByteArray<32>& plot_id, uint64_t index, uint32_t layer,
                std::span<const Label> parents) {
  const base::ByteArray<16> zeros{};
  const base::ByteSpan labels(reinterpret_cast<const uint8_t*>(parents.data()),
                              parents.size_bytes());
  return crypto::Blake2b256({}, {plot_id, Number(index), Number(layer), zeros, labels});
}

Hash256 OriginLeaf(std::span<const Label, kLayers - 1> column) {
  const base::ByteArray<kLabelBytes> zeros{};
  return crypto::Blake2b256({}, {column[0], column[1], column[2], zeros});
}

std::vector<uint64_t> ChoosePlaces(std::string_view domain,
                                   std::initializer_list<base::ByteSpan> parts,
                                   uint32_t labels_log2, uint32_t count) {
  crypto::Blake2b hash = crypto::Blake2b::Create({}, 32).value();
  hash.Update(Number(domain.size()));
  hash.Update(base::AsBytes(domain));
  for (const base::ByteSpan part : parts) {
    hash.Update(Number(part.size()));
    hash.Update(part);
  }
  base::ByteArray<32> key;
  hash.Final(key);
  const uint32_t bits = std::min(labels_log2, kMaxLabelsLog2);
  std::vector<uint64_t> places(count);
  for (uint32_t i = 0; i < count; ++i) {
    const base::ByteArray<32> draw = crypto::Blake2b256(key, {Number(i)});
    places[i] = base::LoadLittleEndian<uint64_t>(draw.data()) >> 1 >> (63 - bits);
  }
  return places;
}

}  // namespace shadw::capacity
