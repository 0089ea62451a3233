// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/hyper/compact.h"

#include <gtest/gtest.h>

#include "tests/dht/hyper/frames.h"

namespace shadw::dht::hyper {
namespace {

TEST(Compact, WritesIntegersAsTheNpmPackageDoes) {
  for (const nlohmann::json& vector : Vectors("codec.json").at("uints")) {
    base::Bytes bytes;
    CompactWriter(bytes).Uint(vector.at("value").get<uint64_t>());
    EXPECT_EQ(bytes, HexField(vector, "bytes"));
    CompactReader in(bytes);
    EXPECT_EQ(in.Uint(), vector.at("value").get<uint64_t>());
    EXPECT_TRUE(in.ok());
    EXPECT_EQ(in.remaining(), 0u);
  }
}

TEST(Compact, RefusesIntegersThatAreCutOverlongOrBeyondADouble) {
  for (const char* text : {"", "fd", "fd00", "fdfc00", "fe000001", "feffff0000", "ff000000000000",
                           "ffffffffff00000000", "ff00000000000020ff", "ffffffffffffffffff"}) {
    const base::Bytes bytes = Hex(text);
    CompactReader in(bytes);
    EXPECT_EQ(in.Uint(), 0u) << text;
    EXPECT_FALSE(in.ok()) << text;
  }
}

TEST(Compact, EveryIntegerAroundABorderComesBack) {
  for (const uint64_t border : {uint64_t{0xfc}, uint64_t{0xffff}, uint64_t{0xffffffff}}) {
    for (uint64_t value = border - 3; value < border + 4; ++value) {
      base::Bytes bytes;
      CompactWriter(bytes).Uint(value);
      CompactReader in(bytes);
      EXPECT_EQ(in.Uint(), value);
      EXPECT_TRUE(in.ok() && in.remaining() == 0);
    }
  }
}

TEST(Compact, WritesAddressesWithThePortLittleEndian) {
  for (const nlohmann::json& vector : Vectors("codec.json").at("ids")) {
    const base::Endpoint address =
        Address(vector.at("host").get<std::string>() + ":" + vector.at("port").dump());
    base::Bytes bytes;
    CompactWriter(bytes).Address(address);
    EXPECT_EQ(bytes, HexField(vector, "bytes"));
    CompactReader in(bytes);
    EXPECT_EQ(in.Address(), address);
  }
}

TEST(Compact, ABufferOrAnArrayThatClaimsMoreThanThereIsFails) {
  const base::Bytes bytes = Hex("0401020304");
  CompactReader whole(bytes);
  EXPECT_EQ(whole.Buffer().size(), 4u);
  EXPECT_TRUE(whole.ok());
  CompactReader cut(base::ByteSpan(bytes).first(4));
  EXPECT_TRUE(cut.Buffer().empty());
  EXPECT_FALSE(cut.ok());
  CompactReader array(bytes);
  EXPECT_EQ(array.Count(2), 0u);
  EXPECT_FALSE(array.ok());
  const base::Bytes huge = Hex("ffffffffffffff1f00");
  CompactReader overflow(huge);
  EXPECT_EQ(overflow.Count(6), 0u);
  EXPECT_FALSE(overflow.ok());
}

TEST(Compact, AReaderThatFailedStaysFailed) {
  const base::Bytes bytes = Hex("0102");
  CompactReader in(bytes);
  in.Fail();
  EXPECT_EQ(in.U8(), 0);
  EXPECT_EQ(in.Address(), base::Endpoint::V4(0, 0));
  EXPECT_FALSE(in.ok());
}

}  // namespace
}  // namespace shadw::dht::hyper
