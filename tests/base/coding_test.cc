// SPDX-License-Identifier: Apache-2.0
#include "libshadw/base/coding.h"

#include <gtest/gtest.h>

#include <limits>

namespace shadw::base {
namespace {

TEST(ByteWriter, WritesLittleEndian) {
  ByteWriter out;
  out.U8(1).U16(0x0203).U32(0x04050607).U64(0x08090a0b0c0d0e0f);
  EXPECT_EQ(ToHex(out.bytes()),
            "01030207060504"
            "0f0e0d0c0b0a0908");
}

TEST(ByteReader, ReadsBackWhatTheWriterWrote) {
  ByteWriter out;
  out.U8(1).U16(2).U32(3).U64(4).Varint(5).Raw(AsBytes("six")).Zeros(2);
  ByteReader in(out.bytes());
  EXPECT_EQ(in.U8(), 1);
  EXPECT_EQ(in.U16(), 2);
  EXPECT_EQ(in.U32(), 3u);
  EXPECT_EQ(in.U64(), 4u);
  EXPECT_EQ(in.Varint(), 5u);
  EXPECT_EQ(AsText(in.View(3)), "six");
  in.Skip(2);
  EXPECT_TRUE(in.Finished());
}

TEST(ByteReader, FailsAtEveryTruncationAndStaysFailed) {
  ByteWriter out;
  out.U16(1).U32(2).U64(3).Raw(AsBytes("four"));
  for (size_t length = 0; length < out.size(); ++length) {
    ByteReader in(out.bytes().first(length));
    in.U16();
    in.U32();
    in.U64();
    ByteArray<4> last;
    in.Raw(last);
    EXPECT_FALSE(in.ok()) << length;
    EXPECT_EQ(last, (ByteArray<4>{})) << length;
    EXPECT_EQ(in.U8(), 0) << length;
  }
}

TEST(ByteReader, IsNotFinishedWhileBytesAreLeft) {
  ByteReader in(AsBytes("ab"));
  in.U8();
  EXPECT_TRUE(in.ok());
  EXPECT_FALSE(in.Finished());
}

TEST(Varint, RoundTripsAroundEveryPowerOfTwo) {
  for (int bit = 0; bit < 64; ++bit) {
    for (int64_t delta : {-1, 0, 1}) {
      const uint64_t value = (uint64_t{1} << bit) + static_cast<uint64_t>(delta);
      ByteWriter out;
      out.Varint(value);
      ByteReader in(out.bytes());
      EXPECT_EQ(in.Varint(), value);
      EXPECT_TRUE(in.Finished());
    }
  }
}

TEST(Varint, RefusesOverlongOverflowingAndEndlessForms) {
  const char* const refused[] = {"8000", "ff00", "ffffffffffffffffff02", "ffffffffffffffffffff01",
                                 "80"};
  for (const char* hex : refused) {
    const Bytes bytes = FromHex(hex).value();
    ByteReader in(bytes);
    in.Varint();
    EXPECT_FALSE(in.ok()) << hex;
  }
  const Bytes largest = FromHex("ffffffffffffffffff01").value();
  ByteReader in(largest);
  EXPECT_EQ(in.Varint(), std::numeric_limits<uint64_t>::max());
  EXPECT_TRUE(in.Finished());
}

}  // namespace
}  // namespace shadw::base
