// SPDX-License-Identifier: Apache-2.0
#include "libshadw/shard/compression.h"

#include <zstd.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libshadw/base/coding.h"
#include "libshadw/base/units.h"

namespace shadw::shard {
namespace {

constexpr int kLevel = 1;
constexpr uint32_t kStoredBit = 0x8000'0000;

struct FreeCompressor {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};
struct FreeDecompressor {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

}  // namespace

struct FramePacker::Compressor {
  std::unique_ptr<ZSTD_CCtx, FreeCompressor> context{ZSTD_createCCtx()};
};
struct FrameOpener::Decompressor {
  std::unique_ptr<ZSTD_DCtx, FreeDecompressor> context{ZSTD_createDCtx()};
};

bool WorthCompressing(base::ByteSpan beginning) {
  beginning = beginning.first(std::min(beginning.size(), kProbeBytes));
  if (beginning.empty()) return false;
  base::Bytes out(ZSTD_compressBound(beginning.size()));
  const size_t bytes =
      ZSTD_compress(out.data(), out.size(), beginning.data(), beginning.size(), kLevel);
  return ZSTD_isError(bytes) == 0 && bytes * 10 < beginning.size() * 9;
}

FramePacker::FramePacker(uint64_t capacity_bytes)
    : compressor_(std::make_unique<Compressor>()), capacity_(capacity_bytes) {}
FramePacker::~FramePacker() = default;
FramePacker::FramePacker(FramePacker&&) noexcept = default;
FramePacker& FramePacker::operator=(FramePacker&&) noexcept = default;

bool FramePacker::Add(base::ByteSpan frame) {
  if (lengths_.size() >= kMaxFrames) return false;
  const size_t at = frames_.size();
  frames_.resize(at + ZSTD_compressBound(frame.size()));
  size_t bytes = ZSTD_compressCCtx(compressor_->context.get(), frames_.data() + at,
                                   frames_.size() - at, frame.data(), frame.size(), kLevel);
  const bool stored = ZSTD_isError(bytes) != 0 || bytes >= frame.size();
  if (stored) {
    std::ranges::copy(frame, frames_.begin() + static_cast<ptrdiff_t>(at));
    bytes = frame.size();
  }
  frames_.resize(at + bytes);
  const uint64_t table_bytes = 4 + 4 * (lengths_.size() + 1);
  if (table_bytes + frames_.size() > capacity_) {
    frames_.resize(at);
    return false;
  }
  lengths_.push_back(static_cast<uint32_t>(bytes) | (stored ? kStoredBit : 0));
  plain_bytes_ += frame.size();
  return true;
}

base::ByteSpan FramePacker::Finish() {
  base::ByteWriter table;
  table.U32(static_cast<uint32_t>(lengths_.size()));
  for (uint32_t length : lengths_) table.U32(length);
  stream_ = std::move(table).Take();
  stream_.insert(stream_.end(), frames_.begin(), frames_.end());
  return stream_;
}

void FramePacker::Reset() {
  plain_bytes_ = 0;
  frames_.clear();
  lengths_.clear();
}

uint64_t FrameTableBytes(uint64_t plain_bytes) {
  return 4 + 4 * base::CeilDivide<uint64_t>(plain_bytes, kFrameBytes);
}

absl::StatusOr<std::vector<FrameExtent>> ParseFrameTable(base::ByteSpan table, uint64_t plain_bytes,
                                                         uint64_t stream_bytes) {
  const uint64_t expected = base::CeilDivide<uint64_t>(plain_bytes, kFrameBytes);
  base::ByteReader in(table);
  const uint32_t frames = in.U32();
  if (!in.ok() || frames != expected || frames > kMaxFrames ||
      in.remaining() != uint64_t{frames} * 4) {
    return absl::DataLossError(
        absl::StrCat("shard: got a table of ", frames, " compressed frames, need ", expected));
  }
  std::vector<FrameExtent> extents;
  extents.reserve(frames);
  uint64_t offset = table.size();
  for (uint32_t i = 0; i < frames; ++i) {
    const uint32_t word = in.U32();
    const FrameExtent extent{offset, word & ~kStoredBit, (word & kStoredBit) != 0};
    if (extent.bytes > kFrameBytes) {
      return absl::DataLossError(absl::StrCat("shard: got a compressed frame of ", extent.bytes,
                                              " bytes, need at most ", kFrameBytes));
    }
    extents.push_back(extent);
    offset += extent.bytes;
  }
  if (offset != stream_bytes) {
    return absl::DataLossError(
        absl::StrCat("shard: compressed frames end at ", offset, ", need ", stream_bytes));
  }
  return extents;
}

FrameOpener::FrameOpener() : decompressor_(std::make_unique<Decompressor>()) {}
FrameOpener::~FrameOpener() = default;
FrameOpener::FrameOpener(FrameOpener&&) noexcept = default;
FrameOpener& FrameOpener::operator=(FrameOpener&&) noexcept = default;

absl::Status FrameOpener::Open(base::ByteSpan frame, bool stored, base::MutableByteSpan out) {
  if (stored) {
    if (frame.size() != out.size()) {
      return absl::DataLossError(
          absl::StrCat("shard: got a stored frame of ", frame.size(), " bytes, need ", out.size()));
    }
    std::ranges::copy(frame, out.begin());
    return absl::OkStatus();
  }
  // zstd never writes past `out`, whatever the frame claims.
  const size_t bytes = ZSTD_decompressDCtx(decompressor_->context.get(), out.data(), out.size(),
                                           frame.data(), frame.size());
  if (ZSTD_isError(bytes) != 0 || bytes != out.size()) {
    return absl::DataLossError("shard: got a compressed frame that does not open to its length");
  }
  return absl::OkStatus();
}

}  // namespace shadw::shard
