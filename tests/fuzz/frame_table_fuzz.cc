// SPDX-License-Identifier: Apache-2.0
//
// Hostile compressed segments: a table that parses leads only inside the stream, and
// frames open to their length or not at all.
#include <algorithm>
#include <cstdlib>

#include "libshadw/base/coding.h"
#include "libshadw/shard/compression.h"

namespace shadw::shard {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

void FuzzStream(uint64_t plain_bytes, uint64_t claimed_stream_bytes, base::ByteSpan stream) {
  const uint64_t table_bytes = FrameTableBytes(plain_bytes);
  const base::ByteSpan table = stream.first(std::min<uint64_t>(table_bytes, stream.size()));
  const auto extents = ParseFrameTable(table, plain_bytes, claimed_stream_bytes);
  if (!extents.ok()) return;
  Require(table.size() == table_bytes);
  uint64_t at = table_bytes;
  base::Bytes out(kFrameBytes);
  FrameOpener opener;
  for (size_t i = 0; i < extents->size(); ++i) {
    const FrameExtent& extent = (*extents)[i];
    Require(extent.offset == at && extent.bytes <= kFrameBytes);
    at += extent.bytes;
    if (at > stream.size()) continue;
    const uint64_t left = plain_bytes - i * kFrameBytes;
    const auto frame_plain =
        base::MutableByteSpan(out).first(std::min<uint64_t>(kFrameBytes, left));
    // Any outcome is fine; what it does to memory the sanitizers watch.
    opener.Open(stream.subspan(extent.offset, extent.bytes), extent.stored, frame_plain)
        .IgnoreError();
  }
  Require(at == claimed_stream_bytes);
}

void FuzzRoundTrip(base::ByteSpan plain) {
  plain = plain.first(std::min(plain.size(), kFrameBytes));
  const uint64_t table_bytes = FrameTableBytes(plain.size());
  base::Bytes room(plain.size() + table_bytes);
  FramePacker packer(room);
  Require(packer.Add(plain) == plain.size());
  const base::ByteSpan stream = packer.Finish();
  const auto extents = ParseFrameTable(stream.first(table_bytes), plain.size(), stream.size());
  Require(extents.ok() && extents->size() == (plain.empty() ? 0 : 1));
  if (plain.empty()) return;
  base::Bytes back(plain.size());
  const FrameExtent extent = extents->front();
  Require(
      FrameOpener().Open(stream.subspan(extent.offset, extent.bytes), extent.stored, back).ok());
  Require(std::ranges::equal(back, plain));
}

}  // namespace
}  // namespace shadw::shard

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  shadw::base::ByteReader in({data, size});
  const uint8_t mode = in.U8();
  if (mode % 3 == 0) {
    shadw::shard::FuzzRoundTrip(in.View(in.remaining()));
    return 0;
  }
  // Half the time the lengths are wild, half the time they fit what is there.
  const uint64_t plain_bytes = mode % 3 == 1 ? in.U64() : in.U32() % (1 << 22);
  const uint64_t stream_bytes = mode % 3 == 1 ? in.U64() : in.remaining();
  shadw::shard::FuzzStream(plain_bytes, stream_bytes, in.View(in.remaining()));
  return 0;
}
