// SPDX-License-Identifier: Apache-2.0
#include "libshadw/shard/compression.h"

#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/coding.h"
#include "libshadw/base/in_order.h"
#include "libshadw/base/units.h"

namespace shadw::shard {
namespace {

constexpr int kLevel = 1;
// The level's own table is for any data; with one that has a place for every byte of a frame
// text is found in fewer and longer pieces, which is quicker and a hundredth shorter. The
// table is not cleared between frames, and zstd takes a smaller one for shorter frames.
constexpr int kHashLog = 17;
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

  // What it does not accept it does without.
  Compressor() {
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kLevel);
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_hashLog, kHashLog);
  }
};
struct FrameOpener::Decompressor {
  std::unique_ptr<ZSTD_DCtx, FreeDecompressor> context{ZSTD_createDCtx()};
};

bool WorthCompressing(base::ByteSpan beginning) { return FramePacker({}).Worth(beginning); }

FramePacker::FramePacker(base::MutableByteSpan room, base::WorkPool* pool)
    : pool_(pool), room_(room) {
  MakeLanes(1, 1);
}
FramePacker::~FramePacker() = default;
FramePacker::FramePacker(FramePacker&&) noexcept = default;
FramePacker& FramePacker::operator=(FramePacker&&) noexcept = default;

void FramePacker::MakeLanes(size_t lanes, size_t slots) {
  while (lanes_.size() < lanes) lanes_.push_back(std::make_unique<Compressor>());
  while (slots_.size() < slots) slots_.emplace_back(ZSTD_compressBound(kFrameBytes));
}

bool FramePacker::Worth(base::ByteSpan beginning) {
  beginning = beginning.first(std::min(beginning.size(), kProbeBytes));
  if (beginning.empty()) return false;
  const Packed packed = Pack(0, beginning, slots_[0].span());
  return packed.bytes.size() * 10 < beginning.size() * 9;
}

// Into the front of `out`; a frame that compression does not make shorter stays where it is.
FramePacker::Packed FramePacker::Pack(size_t lane, base::ByteSpan frame,
                                      base::MutableByteSpan out) {
  const size_t bytes = ZSTD_compress2(lanes_[lane]->context.get(), out.data(), out.size(),
                                      frame.data(), frame.size());
  if (ZSTD_isError(bytes) != 0 || bytes >= frame.size()) return {frame, true};
  return {out.first(bytes), false};
}

bool FramePacker::Append(base::ByteSpan frame, const Packed& packed) {
  const size_t table_bytes = 4 + 4 * (lengths_.size() + 1);
  if (table_bytes + frames_bytes_ + packed.bytes.size() > room_.size()) return false;
  uint8_t* const place = room_.data() + frames_bytes_;
  if (packed.bytes.data() != place) std::ranges::copy(packed.bytes, place);
  frames_bytes_ += packed.bytes.size();
  lengths_.push_back(static_cast<uint32_t>(packed.bytes.size()) | (packed.stored ? kStoredBit : 0));
  plain_bytes_ += frame.size();
  return true;
}

// Where the room gets short a frame is compressed beside it: whether zstd manages with less
// than its bound must not decide what is stored.
bool FramePacker::AddOne(base::ByteSpan frame) {
  if (lengths_.size() >= kMaxFrames) return false;
  const base::MutableByteSpan rest = room_.subspan(frames_bytes_);
  const bool in_place = rest.size() >= ZSTD_compressBound(frame.size());
  return Append(frame, Pack(0, frame, in_place ? rest : slots_[0].span()));
}

size_t FramePacker::Add(base::ByteSpan plain) {
  const uint64_t before = plain_bytes_;
  const size_t frames = base::CeilDivide(plain.size(), kFrameBytes);
  const auto frame_at = [&](size_t i) {
    const base::ByteSpan rest = plain.subspan(i * kFrameBytes);
    return rest.first(std::min(rest.size(), kFrameBytes));
  };
  const size_t lanes = base::LanesFor(pool_, frames);
  if (lanes == 1) {
    for (size_t i = 0; i < frames && AddOne(frame_at(i));) ++i;
    return plain_bytes_ - before;
  }
  MakeLanes(lanes, 2 * lanes);
  std::vector<Packed> packed(slots_.size());
  const auto work = [&](size_t lane, size_t item, size_t slot) {
    packed[slot] = Pack(lane, frame_at(item), slots_[slot].span());
  };
  const auto take = [&](size_t item, size_t slot) {
    const bool fits = lengths_.size() < kMaxFrames && Append(frame_at(item), packed[slot]);
    return fits ? absl::OkStatus() : absl::OutOfRangeError("shard: the room is full");
  };
  // Its only error is that of `take`: what was taken counts.
  base::RunInOrder(pool_, {.items = frames, .slots = slots_.size()}, work, take).IgnoreError();
  return plain_bytes_ - before;
}

base::ByteSpan FramePacker::Finish() {
  base::ByteWriter table;
  table.U32(static_cast<uint32_t>(lengths_.size()));
  for (uint32_t length : lengths_) table.U32(length);
  const base::ByteSpan front = table.bytes();
  if (front.size() > room_.size()) return {};
  std::memmove(room_.data() + front.size(), room_.data(), frames_bytes_);
  std::ranges::copy(front, room_.begin());
  return room_.first(front.size() + frames_bytes_);
}

void FramePacker::Reset(base::MutableByteSpan room) {
  room_ = room;
  plain_bytes_ = 0;
  frames_bytes_ = 0;
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
