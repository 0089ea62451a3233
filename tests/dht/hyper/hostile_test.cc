// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "libshadw/dht/hyper/relay.h"
#include "libshadw/dht/hyper/wire.h"
#include "tests/dht/hyper/frames.h"

namespace shadw::dht::hyper {
namespace {

TEST(Hostile, NoTruncationOfARealFrameIsRead) {
  for (const Frame& frame : Frames()) {
    for (size_t size = 0; size < frame.datagram.size(); ++size) {
      Message message;
      EXPECT_FALSE(
          Hyperdht().Decode(base::ByteSpan(frame.datagram).first(size), frame.from, message))
          << frame.name << " " << size;
    }
  }
}

TEST(Hostile, NoTruncatedValueOfAResponseMakesSense) {
  for (const Frame& frame : Frames()) {
    if (frame.kind == Kind::kQuery) continue;
    const bool composed = frame.method == Method::kGetPeers || frame.method == Method::kFindPeer ||
                          frame.method == Method::kGetMutable;
    Message whole;
    ASSERT_TRUE(Hyperdht().Decode(frame.datagram, frame.from, whole));
    // All but the bump of a lookup, which may be missing.
    for (size_t size = 1; size + 1 < whole.value.size(); ++size) {
      Message cut;
      ASSERT_TRUE(Hyperdht().Decode(frame.datagram, frame.from, cut));
      cut.value = cut.value.first(size);
      const bool makes_sense = Hyperdht().Interpret(frame.method, cut);
      if (composed) {
        EXPECT_FALSE(makes_sense) << frame.name << " " << size;
      }
    }
  }
}

// Whatever is read of `datagram` is what is read of it when it is written again.
void ExpectStable(const Frame& frame, base::ByteSpan datagram) {
  Message first;
  if (!Hyperdht().Decode(datagram, frame.from, first)) return;
  if (first.kind == Kind::kQuery) {
    Forward(first, frame.from, frame.to);
  } else if (frame.method != Method::kUnknown && !Hyperdht().Interpret(frame.method, first)) {
    return;
  }
  for (const base::ByteSpan peer : first.peers) Hyperdht().ParsePeer(peer);
  if (first.kind == Kind::kQuery && first.method == Method::kUnknown) return;
  base::Bytes written;
  ASSERT_TRUE(Hyperdht().Encode(first, *first.observed, written));
  Message second;
  ASSERT_TRUE(Hyperdht().Decode(written, frame.from, second));
  if (first.kind != Kind::kQuery && frame.method != Method::kUnknown) {
    ASSERT_TRUE(Hyperdht().Interpret(frame.method, second));
  }
  ASSERT_EQ(Difference(first, second), "");
}

TEST(Hostile, AnyByteOfARealFrameMayBeAnyOther) {
  for (const Frame& frame : Frames()) {
    SCOPED_TRACE(frame.name);
    base::Bytes datagram = frame.datagram;
    for (uint8_t& byte : datagram) {
      const uint8_t real = byte;
      for (int other = 0; other < 256; ++other) {
        byte = static_cast<uint8_t>(other);
        ExpectStable(frame, datagram);
      }
      byte = real;
    }
  }
}

TEST(Hostile, AFrameAsLongAsCanBeIsReadAndALongerOneIsNot) {
  base::Bytes datagram = FrameNamed("query_ping_flags_4").datagram;
  const base::Endpoint from = FrameNamed("query_ping_flags_4").from;
  datagram.resize(kMaxDatagramBytes);
  Message message;
  EXPECT_TRUE(Hyperdht().Decode(datagram, from, message));
  datagram.resize(kMaxDatagramBytes + 1);
  Message longer;
  EXPECT_FALSE(Hyperdht().Decode(datagram, from, longer));
}

TEST(Hostile, OfTooManyContactsTheFirstAreKept) {
  base::Bytes datagram = Hex("130407017f0000012711");
  CompactWriter out(datagram);
  out.Uint(200);
  for (uint16_t i = 0; i < 200; ++i) out.Address(base::Endpoint::V4(10, 0, 0, 1, i));
  Message message;
  ASSERT_TRUE(Hyperdht().Decode(datagram, Address("127.0.0.1:1"), message));
  EXPECT_EQ(message.contacts.size(), kMaxContactsPerMessage);
  EXPECT_EQ(message.contacts[0].endpoint.port, 0);
}

TEST(Hostile, AnErrorCodeOfAnySizeIsAnError) {
  base::Bytes datagram = Hex("130807017f0000012711");
  CompactWriter(datagram).Uint(kMaxUint);
  Message message;
  ASSERT_TRUE(Hyperdht().Decode(datagram, Address("127.0.0.1:1"), message));
  EXPECT_EQ(message.kind, Kind::kError);
  EXPECT_GT(message.error_code, 0);
}

TEST(Hostile, QueriesThatMeanNothingStayWithoutAnAnswer) {
  const base::Endpoint from = Address("127.0.0.1:1");
  const std::string target = base::ToHex(base::Bytes(32, 1));
  const std::string head = "07017f0000012711";
  const std::pair<const char*, std::string> silent[] = {
      {"find_node without a target", "0304" + head + "02"},
      {"lookup without a target", "0300" + head + "03"},
      {"mutable get without a value", "0308" + head + "07" + target},
      {"mutable put of noise", "0318" + head + "06" + target + "0101"},
      {"announce without a value", "0308" + head + "04" + target},
      {"announce with half a peer", "0318" + head + "04" + target + "0301aabb"},
      {"immutable put without a value", "0308" + head + "08" + target},
      {"ping to port 0", "0314" + head + "01" + "020000"},
      {"a hint of five bytes", "0314" + head + "03" + "050a00000101"},
      {"a delay over ten seconds", "0314" + head + "04" + "0411270000"},
      {"another version", "0204" + head + "00"},
      {"nothing", ""},
  };
  for (const auto& [what, text] : silent) {
    const base::Bytes datagram = Hex(text);
    Message message;
    EXPECT_FALSE(Hyperdht().Decode(datagram, from, message)) << what;
  }
  // Whereas a command nobody knows is refused by name.
  const base::Bytes unknown = Hex("030c" + head + "09" + target);
  Message message;
  EXPECT_TRUE(Hyperdht().Decode(unknown, from, message));
  EXPECT_EQ(message.method, Method::kUnknown);
  EXPECT_TRUE(message.target.has_value());
}

}  // namespace
}  // namespace shadw::dht::hyper
