// SPDX-License-Identifier: Apache-2.0
#include "libshadw/shard/compression.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "libshadw/base/coding.h"
#include "tests/shard/test_segment.h"

namespace shadw::shard {
namespace {

base::Bytes Text(size_t count) {
  base::Bytes text(count);
  for (size_t i = 0; i < count; ++i) text[i] = "all work and no play "[i * i % 21];
  return text;
}

base::Bytes Pack(base::ByteSpan plain) {
  base::Bytes room(plain.size() + FrameTableBytes(plain.size()));
  FramePacker packer(room);
  for (size_t at = 0; at < plain.size(); at += kFrameBytes) {
    EXPECT_TRUE(packer.Add(plain.subspan(at, std::min(kFrameBytes, plain.size() - at))));
  }
  EXPECT_EQ(packer.plain_bytes(), plain.size());
  return base::ToBytes(packer.Finish());
}

absl::StatusOr<base::Bytes> Unpack(base::ByteSpan stream, uint64_t plain_bytes) {
  const uint64_t table = FrameTableBytes(plain_bytes);
  if (table > stream.size()) return absl::DataLossError("test: no table");
  auto extents = ParseFrameTable(stream.first(table), plain_bytes, stream.size());
  if (!extents.ok()) return extents.status();
  base::Bytes plain(plain_bytes);
  FrameOpener opener;
  for (size_t i = 0; i < extents->size(); ++i) {
    const FrameExtent& extent = (*extents)[i];
    const size_t at = i * kFrameBytes;
    const auto out =
        base::MutableByteSpan(plain).subspan(at, std::min<size_t>(kFrameBytes, plain.size() - at));
    const absl::Status opened =
        opener.Open(stream.subspan(extent.offset, extent.bytes), extent.stored, out);
    if (!opened.ok()) return opened;
  }
  return plain;
}

TEST(Compression, TextAndNoiseSurviveAroundTheFrameBorder) {
  for (size_t bytes :
       {size_t{0}, size_t{1}, kFrameBytes - 1, kFrameBytes, kFrameBytes + 1, 3 * kFrameBytes + 5}) {
    for (const base::Bytes& plain : {Text(bytes), RandomBytes(bytes, 3)}) {
      const auto unpacked = Unpack(Pack(plain), bytes);
      ASSERT_TRUE(unpacked.ok()) << unpacked.status();
      EXPECT_EQ(*unpacked, plain);
    }
  }
}

TEST(Compression, NoiseIsStoredAtTheCostOfTheTable) {
  EXPECT_EQ(Pack(RandomBytes(3 * kFrameBytes, 1)).size(), 3 * kFrameBytes + 4 + 3 * 4);
  EXPECT_LT(Pack(Text(3 * kFrameBytes)).size(), kFrameBytes);
}

TEST(Compression, TheProbeTellsTextFromNoise) {
  EXPECT_TRUE(WorthCompressing(Text(100'000)));
  EXPECT_FALSE(WorthCompressing(RandomBytes(100'000, 1)));
  EXPECT_FALSE(WorthCompressing({}));
}

TEST(Compression, AFrameThatDoesNotFitChangesNothing) {
  const base::Bytes noise = RandomBytes(kFrameBytes, 1);
  base::Bytes room(2 * kFrameBytes);
  FramePacker packer(room);
  ASSERT_TRUE(packer.Add(noise));
  EXPECT_FALSE(packer.Add(noise));
  EXPECT_EQ(packer.plain_bytes(), kFrameBytes);
  EXPECT_EQ(Unpack(packer.Finish(), kFrameBytes).value(), noise);
  packer.Reset(room);
  EXPECT_TRUE(packer.Add(noise));
  EXPECT_EQ(Unpack(packer.Finish(), kFrameBytes).value(), noise);
}

TEST(Compression, CapacityIsReachedToTheByte) {
  const base::Bytes noise = RandomBytes(1000, 1);
  base::Bytes room(1008);
  EXPECT_EQ(FramePacker(room).Add(noise), noise.size());
  EXPECT_EQ(FramePacker(base::MutableByteSpan(room).first(1007)).Add(noise), 0u);
}

// Frame by frame, many at once, on threads: the frames and where the room ends are the same.
TEST(CompressionThreads, PackTheSameFramesIntoTheSameRoom) {
  base::Bytes plain = Text(20 * kFrameBytes);
  const base::Bytes noise = RandomBytes(3 * kFrameBytes, 2);
  std::ranges::copy(noise, plain.begin() + 5 * kFrameBytes);
  plain.resize(plain.size() - 1000);
  const base::Bytes whole = Pack(plain);
  for (size_t room_bytes :
       {whole.size(), whole.size() - 1, whole.size() / 2, 3 * kFrameBytes, size_t{100}}) {
    base::Bytes room(room_bytes);
    FramePacker one(room);
    size_t taken = 0;
    for (size_t at = 0; at < plain.size(); at += kFrameBytes) {
      const size_t more =
          one.Add(base::ByteSpan(plain).subspan(at, std::min(kFrameBytes, plain.size() - at)));
      taken += more;
      if (more == 0) break;
    }
    const base::Bytes expected = base::ToBytes(one.Finish());
    for (size_t threads : {1u, 2u, 4u}) {
      const auto pool = base::WorkPool::Create(threads).value();
      base::Bytes other_room(room_bytes);
      FramePacker many(other_room, pool.get());
      EXPECT_EQ(many.Add(plain), taken) << room_bytes << " " << threads;
      EXPECT_EQ(base::ToBytes(many.Finish()), expected) << room_bytes << " " << threads;
    }
  }
}

TEST(Compression, TablesThatContradictTheLengthsAreRefused) {
  const base::Bytes plain = Text(2 * kFrameBytes + 1);
  const base::Bytes stream = Pack(plain);
  const base::ByteSpan table = base::ByteSpan(stream).first(FrameTableBytes(plain.size()));
  ASSERT_TRUE(ParseFrameTable(table, plain.size(), stream.size()).ok());
  const auto refused = [](base::ByteSpan t, uint64_t plain_bytes, uint64_t stream_bytes) {
    EXPECT_EQ(ParseFrameTable(t, plain_bytes, stream_bytes).status().code(),
              absl::StatusCode::kDataLoss);
  };
  refused(table, 2 * kFrameBytes, stream.size());
  refused(table, 3 * kFrameBytes + 1, stream.size());
  refused(table, UINT64_MAX, stream.size());
  refused(table, plain.size(), stream.size() + 1);
  refused(table, plain.size(), stream.size() - 1);
  for (size_t size = 0; size < table.size(); ++size) {
    refused(table.first(size), plain.size(), stream.size());
  }
  base::Bytes lie = base::ToBytes(table);
  base::StoreLittleEndian(lie.data() + 4, uint32_t{kFrameBytes + 1});
  refused(lie, plain.size(), stream.size());
}

// So many frames of zeros fit a segment that their table could not be read again.
TEST(Compression, MoreFramesThanAReaderTakesAreNotPacked) {
  base::Bytes room(size_t{8} * kMaxFrames);
  FramePacker packer(room);
  const base::Bytes frame(1);
  for (uint32_t i = 0; i < kMaxFrames; ++i) ASSERT_TRUE(packer.Add(frame));
  EXPECT_FALSE(packer.Add(frame));
}

TEST(Compression, AFrameOfAnotherLengthIsRefused) {
  const base::Bytes plain = Text(1000);
  const base::Bytes stream = Pack(plain);
  const base::ByteSpan frame = base::ByteSpan(stream).subspan(8);
  FrameOpener opener;
  for (size_t bytes : {0, 1, 999, 1001, 5000}) {
    base::Bytes out(bytes);
    EXPECT_EQ(opener.Open(frame, false, out).code(), absl::StatusCode::kDataLoss) << bytes;
    EXPECT_EQ(opener.Open(base::Bytes(1000), true, out).code(), absl::StatusCode::kDataLoss);
  }
  for (size_t size = 0; size < frame.size(); ++size) {
    base::Bytes out(1000);
    EXPECT_FALSE(opener.Open(frame.first(size), false, out).ok()) << size;
  }
}

}  // namespace
}  // namespace shadw::shard
