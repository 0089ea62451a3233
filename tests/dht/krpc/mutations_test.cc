// SPDX-License-Identifier: Apache-2.0
//
// One message of each kind, damaged in every small way: whatever is still accepted can
// be used, and written again.
#include <gtest/gtest.h>

#include "frames.h"

namespace shadw::dht::krpc {
namespace {

// The encoder refuses some of what the decoder tolerates; what it writes reads as before.
void CheckIsUsable(const std::string& datagram) {
  // On the heap in its exact size, so that the sanitizers see a step too far.
  const base::Bytes exact = base::ToBytes(base::AsBytes(datagram));
  Message message;
  if (!Mainline().Decode(exact, kFrom, message)) return;
  const std::string written = Encoded(message);
  if (written.empty()) {
    EXPECT_NE(message.kind, Kind::kError) << datagram;
    return;
  }
  Decoded again(written);
  ASSERT_TRUE(again.ok) << datagram;
  EXPECT_EQ(again->kind, message.kind);
  // An error that came with results has a sender; ours have none.
  if (message.kind != Kind::kError) {
    EXPECT_EQ(again->sender, message.sender);
  }
  EXPECT_EQ(base::AsText(again->transaction), base::AsText(message.transaction));
  const bool has_value = message.kind == Kind::kResponse ||
                         message.method == Method::kPutImmutable ||
                         message.method == Method::kPutMutable;
  if (has_value) {
    EXPECT_EQ(base::AsText(again->value), base::AsText(message.value));
  }
  EXPECT_EQ(Encoded(again.message), written) << datagram;
}

TEST(Mutations, EveryTruncationIsNoise) {
  for (const std::string& datagram : OneOfEach()) {
    for (size_t size = 0; size < datagram.size(); ++size) {
      const base::Bytes cut = base::ToBytes(base::AsBytes(datagram).first(size));
      Message message;
      EXPECT_FALSE(Mainline().Decode(cut, kFrom, message)) << datagram << size;
    }
  }
}

TEST(Mutations, EveryChangedByteLeavesSomethingUsableOrNoise) {
  for (const std::string& datagram : OneOfEach()) {
    std::string changed = datagram;
    for (size_t at = 0; at < datagram.size(); ++at) {
      for (int delta = 1; delta < 256; ++delta) {
        changed[at] = static_cast<char>(datagram[at] + delta);
        CheckIsUsable(changed);
      }
      changed[at] = datagram[at];
    }
  }
}

TEST(Mutations, EveryByteTakenOutLeavesSomethingUsableOrNoise) {
  for (const std::string& datagram : OneOfEach()) {
    for (size_t at = 0; at < datagram.size(); ++at) {
      for (size_t count = 1; count <= 4; ++count) {
        std::string shorter = datagram;
        shorter.erase(at, count);
        CheckIsUsable(shorter);
      }
    }
  }
}

}  // namespace
}  // namespace shadw::dht::krpc
