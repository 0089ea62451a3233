// SPDX-License-Identifier: Apache-2.0
//
// Collects the plaintext of one segment: metadata that leads it, then the object's
// bytes, compressed where that pays.
#ifndef LIBSHADW_VAULT_SEGMENT_FILLER_H_
#define LIBSHADW_VAULT_SEGMENT_FILLER_H_

#include <optional>

#include "libshadw/shard/compression.h"
#include "libshadw/shard/geometry.h"
#include "libshadw/shard/metadata.h"
#include "libshadw/vault/feeder.h"

namespace shadw::vault {

struct FilledSegment {
  base::ByteSpan plain;  // what is sealed; valid until the next Fill
  base::Bytes metadata;  // for box R; empty where it leads the plaintext
  uint16_t lead_bytes = 0;
  shard::Codec codec = shard::Codec::kPlain;
  uint64_t object_bytes = 0;  // of this segment
  bool last = false;
};

// Whether the metadata is too long for box R and has to lead segment 0.
absl::StatusOr<bool> MetadataLeads(const shard::Metadata& metadata);

class SegmentFiller {
 public:
  // `pool` may compress frames, where it is not null.
  SegmentFiller(const shard::Geometry& geometry, bool compress, base::WorkPool* pool);
  // How far a feeder must be able to look ahead, so that every thread has frames to do.
  static size_t BatchBytes(const base::WorkPool* pool);

  // Takes the next segment's bytes from `feeder`. `offset` is where they stand in the
  // object. The metadata is completed with the segment's extent.
  absl::StatusOr<FilledSegment> Fill(Feeder& feeder, uint64_t offset, shard::Metadata metadata);

 private:
  absl::Status FillPlain(Feeder& feeder, FilledSegment& segment);
  absl::Status FillFrames(Feeder& feeder, FilledSegment& segment);

  base::Buffer plain_;
  size_t batch_bytes_;
  std::optional<shard::FramePacker> packer_;  // unless nothing is compressed
};

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_SEGMENT_FILLER_H_
