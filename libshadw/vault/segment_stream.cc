// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/segment_stream.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"

namespace shadw::vault {
namespace {

ByteSink AppendTo(base::Bytes& bytes) {
  return [&bytes](base::ByteSpan more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
    return absl::OkStatus();
  };
}

}  // namespace

absl::StatusOr<SegmentStream> SegmentStream::Open(const Environment& env,
                                                  const shard::ObjectKeys& keys,
                                                  const SegmentId& id, base::Buffer room) {
  SegmentStream stream(env, keys, id);
  absl::Status located = stream.Locate(Search::kExpectedNodes, room);
  if (absl::IsFailedPrecondition(located)) located = stream.Locate(Search::kAllNodes, room);
  if (!located.ok()) return located;
  SHADW_RETURN_IF_ERROR(stream.ReadMetadata());
  return stream;
}

absl::Status SegmentStream::Locate(Search search, base::Buffer& room) {
  search_ = search;
  auto located = std::make_unique<LocatedSegment>(LocateSegment(*env_, keys_, id_, search));
  const uint16_t k = id_.code.data_shards;
  if (located->shards.size() < k) {
    return absl::FailedPreconditionError(
        absl::StrCat("vault: got ", located->shards.size(), " shards of segment ", id_.segment,
                     ", need ", k, " (k=", k, ", m=", id_.code.parity_shards, ")"));
  }
  auto source = std::make_unique<StoreCellSource>(*env_, *located);
  SHADW_ASSIGN_OR_RETURN(shard::SegmentReader reader,
                         shard::SegmentReader::Create(keys_, located->Headers(), source.get(),
                                                      env_->workers.get(), std::move(room)));
  if (reader_) std::ranges::copy(reader_->faults(), std::back_inserter(faults_));
  located_ = std::move(located);
  source_ = std::move(source);
  reader_.emplace(std::move(reader));
  return absl::OkStatus();
}

absl::Status SegmentStream::ReadMetadata() {
  base::Bytes tlvs = header().read->metadata;
  if (lead_bytes() > 0) {
    tlvs.clear();
    if (lead_bytes() > std::min<uint64_t>(shard::kMaxMetadataBytes, reader_->plain_bytes())) {
      return absl::DataLossError("vault: a segment says more metadata than it holds");
    }
    SHADW_RETURN_IF_ERROR(ReadPlain(0, lead_bytes(), AppendTo(tlvs)));
  }
  SHADW_ASSIGN_OR_RETURN(metadata_, shard::DecodeMetadata(tlvs));
  if (!metadata_.extent) {
    return absl::DataLossError("vault: a segment does not say which bytes it holds");
  }
  extent_ = *metadata_.extent;
  const uint64_t payload = reader_->plain_bytes() - lead_bytes();
  if (!compressed() && extent_.bytes != payload) {
    return absl::DataLossError(absl::StrCat("vault: a segment says that it holds ", extent_.bytes,
                                            " bytes, it holds ", payload));
  }
  return absl::OkStatus();
}

std::vector<shard::CellFault> SegmentStream::TakeFaults() {
  std::vector<shard::CellFault> faults = std::move(faults_);
  faults_.clear();
  std::ranges::copy(reader_->faults(), std::back_inserter(faults));
  return faults;
}

absl::Status SegmentStream::ReadPlain(uint64_t offset, uint64_t bytes, const ByteSink& sink) {
  uint64_t done = 0;
  absl::Status refusal;
  const ByteSink counted = [&](base::ByteSpan plain) {
    refusal = sink(plain);
    done += plain.size();
    return refusal;
  };
  absl::Status read = reader_->Read(offset, bytes, counted);
  if (read.ok() || !refusal.ok() || search_ == Search::kAllNodes) return read;
  base::Buffer room = reader_->TakeRoom();
  if (!Locate(Search::kAllNodes, room).ok()) return read;
  return reader_->Read(offset + done, bytes - done, counted);
}

absl::Status SegmentStream::Read(uint64_t offset, uint64_t bytes, const ByteSink& sink) {
  if (offset > extent_.bytes || bytes > extent_.bytes - offset) {
    return absl::InvalidArgumentError(absl::StrCat("vault: got a range that ends at ",
                                                   offset + bytes, " of a segment of ",
                                                   extent_.bytes, " bytes"));
  }
  if (compressed()) return ReadFrames(offset, bytes, sink);
  return ReadPlain(lead_bytes() + offset, bytes, sink);
}

absl::Status SegmentStream::LoadFrameTable() {
  if (opener_) return absl::OkStatus();
  const uint64_t stream_bytes = reader_->plain_bytes() - lead_bytes();
  const uint64_t table_bytes = shard::FrameTableBytes(extent_.bytes);
  if (table_bytes > stream_bytes) {
    return absl::DataLossError("vault: a compressed segment is shorter than its frame table");
  }
  base::Bytes table;
  SHADW_RETURN_IF_ERROR(ReadPlain(lead_bytes(), table_bytes, AppendTo(table)));
  SHADW_ASSIGN_OR_RETURN(frames_, shard::ParseFrameTable(table, extent_.bytes, stream_bytes));
  opener_.emplace();
  return absl::OkStatus();
}

// Fetches the covering frames in one sweep and opens each as soon as it is whole.
absl::Status SegmentStream::ReadFrames(uint64_t offset, uint64_t bytes, const ByteSink& sink) {
  if (bytes == 0) return absl::OkStatus();
  SHADW_RETURN_IF_ERROR(LoadFrameTable());
  size_t frame = offset / shard::kFrameBytes;
  const size_t last = (offset + bytes - 1) / shard::kFrameBytes;
  const uint64_t first_at = frames_[frame].offset;
  const uint64_t end_at = frames_[last].offset + frames_[last].bytes;
  base::Buffer plain(shard::kFrameBytes);
  base::Bytes pending;
  return ReadPlain(lead_bytes() + first_at, end_at - first_at, [&](base::ByteSpan more) {
    pending.insert(pending.end(), more.begin(), more.end());
    size_t at = 0;
    while (frame <= last && pending.size() - at >= frames_[frame].bytes) {
      const uint64_t frame_start = uint64_t{frame} * shard::kFrameBytes;
      const uint64_t frame_bytes =
          std::min<uint64_t>(shard::kFrameBytes, extent_.bytes - frame_start);
      SHADW_RETURN_IF_ERROR(opener_->Open(base::ByteSpan(pending).subspan(at, frames_[frame].bytes),
                                          frames_[frame].stored, plain.span().first(frame_bytes)));
      at += frames_[frame].bytes;
      const uint64_t low = std::max(offset, frame_start);
      const uint64_t high = std::min(offset + bytes, frame_start + frame_bytes);
      SHADW_RETURN_IF_ERROR(sink(plain.span().subspan(low - frame_start, high - low)));
      ++frame;
    }
    pending.erase(pending.begin(), pending.begin() + static_cast<ptrdiff_t>(at));
    return absl::OkStatus();
  });
}

}  // namespace shadw::vault
