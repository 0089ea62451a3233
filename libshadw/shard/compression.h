// SPDX-License-Identifier: Apache-2.0
//
// Compression that can be entered in the middle: independent zstd frames of 128 KiB
// of plaintext behind a table of their lengths. A range read fetches the table and
// the frames that cover it.
//
//   table   LE32 frames, then LE32 a frame: its length, the top bit set where it is stored
//   frames  one after another
//
//   FramePacker packer(room);
//   while (packer.Add(next_128_KiB)) …          // 0: the room is full
//   base::ByteSpan stream = packer.Finish();
//
// Frames are compressed into place, in contexts that are kept from frame to frame; with a
// pool on several threads at once, to the same bytes.
//   Limits   a frame opens to exactly kFrameBytes (the last one to less); a bomb is an error
//   Source   FORMAT.md, "Compression"; RFC 8878
#ifndef LIBSHADW_SHARD_COMPRESSION_H_
#define LIBSHADW_SHARD_COMPRESSION_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"
#include "libshadw/base/work_pool.h"

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
  // `room` is what table and frames may take together; it must outlive Finish. `pool`,
  // which must outlive the last Add, says how many threads it may use: one without.
  explicit FramePacker(base::MutableByteSpan room, base::WorkPool* pool = nullptr);
  ~FramePacker();
  FramePacker(FramePacker&&) noexcept;
  FramePacker& operator=(FramePacker&&) noexcept;

  // The same question as that of the function above, without allocations.
  bool Worth(base::ByteSpan beginning);
  // Adds frames of kFrameBytes of `plain`; less is left to the last of all. Returns how many
  // bytes of plaintext found room: whole frames from the front.
  size_t Add(base::ByteSpan plain);
  // Table and frames, in the room; nothing is added after it. Empty where not even the
  // table of no frames has room.
  base::ByteSpan Finish();
  // Starts another stream.
  void Reset(base::MutableByteSpan room);

  uint64_t plain_bytes() const { return plain_bytes_; }

 private:
  struct Compressor;
  // How a frame stands in the stream.
  struct Packed {
    base::ByteSpan bytes;
    bool stored = false;
  };

  Packed Pack(size_t lane, base::ByteSpan frame, base::MutableByteSpan out);
  bool Append(base::ByteSpan frame, const Packed& packed);
  bool AddOne(base::ByteSpan frame);
  void MakeLanes(size_t lanes, size_t slots);

  base::WorkPool* pool_;
  std::vector<std::unique_ptr<Compressor>> lanes_;
  std::vector<base::Buffer> slots_;  // compressed frames that wait for their turn
  base::MutableByteSpan room_;
  uint64_t plain_bytes_ = 0;
  size_t frames_bytes_ = 0;
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
