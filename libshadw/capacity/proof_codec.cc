// SPDX-License-Identifier: Apache-2.0
#include "libshadw/capacity/proof_codec.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace shadw::capacity {
namespace {

constexpr uint8_t kFormat = 1;

}  // namespace

absl::Status CheckOpenings(uint32_t openings, uint32_t max) {
  if (openings == 0 || openings > max) {
    return absl::InvalidArgumentError(
        absl::StrCat("capacity: got ", openings, " openings, need 1 to ", max));
  }
  return absl::OkStatus();
}

absl::Status CheckSize(const PlotCommitment& commitment, uint32_t labels_log2) {
  if (labels_log2 == commitment.parameters.labels_log2) return absl::OkStatus();
  return absl::PermissionDeniedError(absl::StrCat("capacity: got a proof about 2^", labels_log2,
                                                  " labels, need 2^",
                                                  commitment.parameters.labels_log2));
}

void WriteProofHead(base::ByteWriter& out, const ProofHead& head) {
  out.Raw(base::AsBytes(head.magic)).U8(kFormat).U32(head.labels_log2).U32(head.openings);
}

absl::StatusOr<ProofHead> ReadProofHead(base::ByteReader& in, std::string_view magic,
                                        uint32_t max_openings) {
  const bool known = std::ranges::equal(in.View(magic.size()), base::AsBytes(magic));
  const uint8_t format = in.U8();
  if (!known || !in.ok()) {
    return absl::DataLossError("capacity: got bytes of another kind, need a proof");
  }
  if (format != kFormat) {
    return absl::UnimplementedError(
        absl::StrCat("capacity: got a proof of format ", format, ", know ", kFormat));
  }
  const uint32_t labels_log2 = in.U32();
  const uint32_t openings = in.U32();
  const ProofHead head{.magic = magic, .labels_log2 = labels_log2, .openings = openings};
  if (!in.ok() || labels_log2 < kMinLabelsLog2 || labels_log2 > kMaxLabelsLog2) {
    return absl::DataLossError(absl::StrCat("capacity: got a proof about 2^", labels_log2,
                                            " labels, need 2^", kMinLabelsLog2, " to 2^",
                                            kMaxLabelsLog2));
  }
  if (const absl::Status valid = CheckOpenings(openings, max_openings); !valid.ok()) {
    return absl::DataLossError(valid.message());
  }
  return head;
}

void WritePath(base::ByteWriter& out, std::span<const Hash256> path) {
  for (const Hash256& hash : path) out.Raw(hash);
}

std::vector<Hash256> ReadPath(base::ByteReader& in, uint32_t labels_log2) {
  std::vector<Hash256> path(labels_log2);
  for (Hash256& hash : path) in.Raw(hash);
  return path;
}

void WriteOpening(base::ByteWriter& out, const Opening& opening) {
  out.Raw(opening.label);
  WritePath(out, opening.path);
}

Opening ReadOpening(base::ByteReader& in, uint32_t labels_log2) {
  Opening opening;
  in.Raw(opening.label);
  opening.path = ReadPath(in, labels_log2);
  return opening;
}

}  // namespace shadw::capacity
