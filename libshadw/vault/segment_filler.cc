// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/segment_filler.h"

#include <algorithm>
#include <utility>

#include "libshadw/base/status_macros.h"
#include "libshadw/shard/header.h"

namespace shadw::vault {

namespace {

// Enough for a thread that others do not wait for it often.
constexpr size_t kFramesAThread = 4;

}  // namespace

absl::StatusOr<bool> MetadataLeads(const shard::Metadata& metadata) {
  shard::Metadata with_extent = metadata;
  with_extent.extent.emplace();
  SHADW_ASSIGN_OR_RETURN(const base::Bytes tlvs, shard::EncodeMetadata(with_extent));
  return tlvs.size() > shard::kInlineMetadataBytes;
}

SegmentFiller::SegmentFiller(const shard::Geometry& geometry, bool compress, base::WorkPool* pool)
    : plain_(geometry.capacity_bytes()), batch_bytes_(BatchBytes(pool)) {
  if (compress) packer_.emplace(base::MutableByteSpan(), pool);
}

size_t SegmentFiller::BatchBytes(const base::WorkPool* pool) {
  return shard::kFrameBytes * (pool == nullptr ? 1 : pool->threads() * kFramesAThread);
}

absl::StatusOr<FilledSegment> SegmentFiller::Fill(Feeder& feeder, uint64_t offset,
                                                  shard::Metadata metadata) {
  metadata.extent = shard::SegmentExtent{offset, 0};
  FilledSegment segment;
  SHADW_ASSIGN_OR_RETURN(const bool leads, MetadataLeads(metadata));
  if (leads) {
    SHADW_ASSIGN_OR_RETURN(const base::Bytes tlvs, shard::EncodeMetadata(metadata));
    segment.lead_bytes = static_cast<uint16_t>(tlvs.size());
  }
  SHADW_ASSIGN_OR_RETURN(const base::ByteSpan probe, feeder.Peek(shard::kProbeBytes));
  if (packer_ && packer_->Worth(probe)) {
    SHADW_RETURN_IF_ERROR(FillFrames(feeder, segment));
  }
  // Also where not even one frame fits into a short segment.
  if (segment.object_bytes == 0) SHADW_RETURN_IF_ERROR(FillPlain(feeder, segment));
  SHADW_ASSIGN_OR_RETURN(segment.last, feeder.AtEnd());
  // Its length did not depend on how many bytes the segment takes.
  metadata.extent->bytes = segment.object_bytes;
  SHADW_ASSIGN_OR_RETURN(segment.metadata, shard::EncodeMetadata(metadata));
  if (leads) {
    std::ranges::copy(segment.metadata, plain_.span().begin());
    segment.metadata.clear();
  }
  return segment;
}

absl::Status SegmentFiller::FillPlain(Feeder& feeder, FilledSegment& segment) {
  SHADW_ASSIGN_OR_RETURN(segment.object_bytes,
                         feeder.Read(plain_.span().subspan(segment.lead_bytes)));
  segment.plain = base::ByteSpan(plain_.span()).first(segment.lead_bytes + segment.object_bytes);
  segment.codec = shard::Codec::kPlain;
  return absl::OkStatus();
}

absl::Status SegmentFiller::FillFrames(Feeder& feeder, FilledSegment& segment) {
  packer_->Reset(plain_.span().subspan(segment.lead_bytes));
  while (true) {
    SHADW_ASSIGN_OR_RETURN(const base::ByteSpan frames, feeder.Peek(batch_bytes_));
    const size_t taken = packer_->Add(frames);
    feeder.Consume(taken);
    if (frames.empty() || taken < frames.size()) break;
  }
  const base::ByteSpan stream = packer_->Finish();
  segment.plain = base::ByteSpan(plain_.span()).first(segment.lead_bytes + stream.size());
  segment.codec = shard::Codec::kZstdFrames;
  segment.object_bytes = packer_->plain_bytes();
  return absl::OkStatus();
}

}  // namespace shadw::vault
