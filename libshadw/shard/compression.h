// SPDX-License-Identifier: Apache-2.0
//
// Compression that can be entered in the middle: independent zstd frames of 128 KiB
// of plaintext behind a table of their lengths. A range read fetches the table and
// the frames that cover it.
//
//   table   LE32 frames, then LE32 a frame: its length, the top bit set where it is stored
//   frames  one after another
//
//   FramePacker packer(capacity);
//   while (packer.Add(next_128_KiB)) …          // false: the segment is full
//   base::ByteSpan stream = packer.Finish();
//
//   Limits   a frame opens to exactly kFrameBytes (the last one to less); a bomb is an error
//   Source   FORMAT.md, "Compression"; RFC 8878
#ifndef LIBSHADW_SHARD_COMPRESSION_H_
#define LIBSHADW_SHARD_COMPRESSION_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"

namespace shadw::shard {

inline constexpr size_t kFrameBytes = 128 * 1024;
inline constexpr size_t kProbeBytes = 64 * 1024;
// A segment ends here even where more would fit: frames of zeros are a few bytes each,
// and a reader holds the whole table.
inline constexpr uint32_t kMaxFrames = 1 << 20;

enum class Codec : uint8_t { kPlain = 0, kZstdFrames = 1 };

// Whether the beginning of the data compresses to under 0.9 of its length.
bool WorthCompressing(base::ByteSpan beginning);

class FramePacker {
 public:
  // `capacity_bytes`: what table and frames may take together.
  explicit FramePacker(uint64_t capacity_bytes);
  ~FramePacker();
  FramePacker(FramePacker&&) noexcept;
  FramePacker& operator=(FramePacker&&) noexcept;

  // Adds one frame: kFrameBytes of plaintext, or less as the last. False where it does
  // not fit; then nothing changed.
  bool Add(base::ByteSpan frame);
  // Table and frames; valid until the next Reset.
  base::ByteSpan Finish();
  void Reset();

  uint64_t plain_bytes() const { return plain_bytes_; }

 private:
  struct Compressor;
  std::unique_ptr<Compressor> compressor_;
  uint64_t capacity_;
  uint64_t plain_bytes_ = 0;
  base::Bytes frames_;
  base::Bytes stream_;
  std::vector<uint32_t> lengths_;
};

struct FrameExtent {
  uint64_t offset = 0;  // in the stream, table included
  uint32_t bytes = 0;
  bool stored = false;  // not compressed
};

// Bytes of the table of a stream of so much plaintext.
uint64_t FrameTableBytes(uint64_t plain_bytes);

// Reads the table.
//   Shapes   table         FrameTableBytes(plain_bytes) bytes
//            stream_bytes  what table and frames must add up to
//   Errors   kDataLoss     the table contradicts either length
absl::StatusOr<std::vector<FrameExtent>> ParseFrameTable(base::ByteSpan table, uint64_t plain_bytes,
                                                         uint64_t stream_bytes);

// Opens one frame into exactly `out.size()` bytes.
//   Errors   kDataLoss  it is malformed or would be longer or shorter
class FrameOpener {
 public:
  FrameOpener();
  ~FrameOpener();
  FrameOpener(FrameOpener&&) noexcept;
  FrameOpener& operator=(FrameOpener&&) noexcept;
  absl::Status Open(base::ByteSpan frame, bool stored, base::MutableByteSpan out);

 private:
  struct Decompressor;
  std::unique_ptr<Decompressor> decompressor_;
};

}  // namespace shadw::shard

#endif  // LIBSHADW_SHARD_COMPRESSION_H_
