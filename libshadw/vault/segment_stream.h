// SPDX-License-Identifier: Apache-2.0
//
// One stored segment, open for reading: located, checked, decompressed.
//
// It first asks only where placement expects shards. When that is not enough, because
// shards are missing or turn out damaged while reading, it asks every node and goes on
// where it stopped.
#ifndef LIBSHADW_VAULT_SEGMENT_STREAM_H_
#define LIBSHADW_VAULT_SEGMENT_STREAM_H_

#include <memory>
#include <optional>
#include <vector>

#include "libshadw/shard/compression.h"
#include "libshadw/shard/metadata.h"
#include "libshadw/shard/segment_reader.h"
#include "libshadw/vault/segments.h"

namespace shadw::vault {

class SegmentStream {
 public:
  //   Errors   kFailedPrecondition  fewer than k shards: says how many were found
  //            kDataLoss            their metadata is malformed
  // `room` as with SegmentReader.
  static absl::StatusOr<SegmentStream> Open(const Environment& env, const shard::ObjectKeys& keys,
                                            const SegmentId& id, base::Buffer room = {});

  // The object's bytes in this segment.
  const shard::SegmentExtent& extent() const { return extent_; }
  const shard::Metadata& metadata() const { return metadata_; }
  const shard::Header& header() const { return located_->shards.front().header; }
  const LocatedSegment& located() const { return *located_; }

  // Object bytes [offset, offset + bytes), counted from the segment's first.
  absl::Status Read(uint64_t offset, uint64_t bytes, const ByteSink& sink);

  // For the next segment's stream.
  base::Buffer TakeRoom() { return reader_->TakeRoom(); }

  // What was found wrong so far.
  std::vector<shard::CellFault> TakeFaults();

 private:
  SegmentStream(const Environment& env, const shard::ObjectKeys& keys, const SegmentId& id)
      : env_(&env), keys_(keys), id_(id) {}
  absl::Status Locate(Search search, base::Buffer& room);
  absl::Status ReadMetadata();
  absl::Status ReadPlain(uint64_t offset, uint64_t bytes, const ByteSink& sink);
  absl::Status ReadFrames(uint64_t offset, uint64_t bytes, const ByteSink& sink);
  absl::Status LoadFrameTable();
  bool compressed() const {
    return header().read->codec == static_cast<uint8_t>(shard::Codec::kZstdFrames);
  }
  uint64_t lead_bytes() const {
    return header().audit.has(shard::kFlagMeta) ? header().read->metadata_bytes : 0;
  }

  const Environment* env_;
  shard::ObjectKeys keys_;
  SegmentId id_;
  Search search_ = Search::kExpectedNodes;
  std::unique_ptr<LocatedSegment> located_;
  std::unique_ptr<StoreCellSource> source_;
  std::optional<shard::SegmentReader> reader_;
  std::vector<shard::CellFault> faults_;
  shard::Metadata metadata_;
  shard::SegmentExtent extent_;
  std::vector<shard::FrameExtent> frames_;
  std::optional<shard::FrameOpener> opener_;
};

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_SEGMENT_STREAM_H_
