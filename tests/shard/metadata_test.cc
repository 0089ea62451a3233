// SPDX-License-Identifier: Apache-2.0
#include "libshadw/shard/metadata.h"

#include <gtest/gtest.h>

#include "libshadw/base/coding.h"
#include "tests/shard/test_segment.h"

namespace shadw::shard {
namespace {

Metadata Everything() {
  return {.name = "a folder/ünï côdé \xF0\x9F\x98\x80.txt",
          .mode = 0640,
          .kind = ObjectKind::kPack,
          .extent = SegmentExtent{1ull << 40, 77},
          .intent = IntentRecord{.object = TestNode(1),
                                 .generation = 2,
                                 .sequence = 3,
                                 .version = TestVersion(4),
                                 .lease_end_ns = -5,
                                 .epoch = 6}};
}

TEST(Metadata, EveryFieldSurvives) {
  EXPECT_EQ(DecodeMetadata(EncodeMetadata(Everything()).value()).value(), Everything());
  EXPECT_EQ(DecodeMetadata(EncodeMetadata({}).value()).value(), Metadata{});
  EXPECT_TRUE(EncodeMetadata({}).value().empty());
}

TEST(Metadata, ANameOf4096BytesFitsAndOneMoreDoesNot) {
  const Metadata longest{.name = std::string(4096, 'x')};
  EXPECT_EQ(DecodeMetadata(EncodeMetadata(longest).value()).value(), longest);
  EXPECT_EQ(EncodeMetadata({.name = std::string(4097, 'x')}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(EncodeMetadata({.name = std::string("a\0b", 3)}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(Metadata, EveryTruncationIsRefusedOrAPrefixOfWholeValues) {
  const base::Bytes encoded = EncodeMetadata(Everything()).value();
  int accepted = 0;
  for (size_t size = 0; size < encoded.size(); ++size) {
    const auto decoded = DecodeMetadata(base::ByteSpan(encoded).first(size));
    if (decoded.ok()) {
      ++accepted;
    } else {
      EXPECT_EQ(decoded.status().code(), absl::StatusCode::kDataLoss) << size;
    }
  }
  EXPECT_EQ(accepted, 5);  // nothing, and after each value but the last
}

base::Bytes Tlv(uint8_t type, base::ByteSpan value) {
  base::ByteWriter out;
  out.U8(type).U16(static_cast<uint16_t>(value.size())).Raw(value);
  return std::move(out).Take();
}

base::Bytes operator+(base::Bytes a, const base::Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST(Metadata, UnknownOddTypesAreSkippedAndEvenOnesRefused) {
  const base::Bytes name = Tlv(2, base::AsBytes("n"));
  EXPECT_EQ(DecodeMetadata(Tlv(1, base::AsBytes("new")) + name + Tlv(253, {})).value().name, "n");
  for (uint8_t type : {0, 10, 12, 254}) {
    EXPECT_EQ(DecodeMetadata(Tlv(type, {})).status().code(), absl::StatusCode::kUnimplemented);
  }
}

TEST(Metadata, MalformedListsAreRefused) {
  const base::Bytes name = Tlv(2, base::AsBytes("n"));
  const base::Bytes mode = Tlv(11, RandomBytes(4, 1));
  for (const base::Bytes& bad :
       {name + name, mode + name, Tlv(11, RandomBytes(3, 1)), Tlv(11, RandomBytes(5, 1)),
        Tlv(6, RandomBytes(15, 1)), Tlv(8, RandomBytes(71, 1)), Tlv(8, RandomBytes(73, 1)),
        Tlv(2, base::Bytes(4097, 'x')), Tlv(2, base::Bytes(3, 0)), base::Bytes{2},
        base::Bytes{2, 1, 0}, base::Bytes(8193, 1)}) {
    EXPECT_EQ(DecodeMetadata(bad).status().code(), absl::StatusCode::kDataLoss);
  }
  EXPECT_EQ(DecodeMetadata(Tlv(4, base::Bytes{6})).status().code(),
            absl::StatusCode::kUnimplemented);
}

}  // namespace
}  // namespace shadw::shard
