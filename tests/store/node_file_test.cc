// SPDX-License-Identifier: Apache-2.0
#include "libshadw/store/node_file.h"

#include <gtest/gtest.h>

#include "libshadw/base/coding.h"
#include "libshadw/crypto/random.h"

namespace shadw::store {
namespace {

using absl::StatusCode;

const NodeId kId = crypto::SeededRandom(1).Array<32>();

TEST(NodeFile, ReadsBackTheIdItWrote) {
  EXPECT_EQ(DecodeNodeFile(EncodeNodeFile(kId)).value(), kId);
}

TEST(NodeFile, NoticesEveryFlippedBit) {
  const auto good = EncodeNodeFile(kId);
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    auto bad = good;
    bad[bit / 8] ^= 1 << bit % 8;
    const bool in_version = bit >= 12 * 8 && bit < 16 * 8;
    EXPECT_EQ(DecodeNodeFile(bad).status().code(),
              in_version ? StatusCode::kUnimplemented : StatusCode::kDataLoss)
        << bit;
  }
}

TEST(NodeFile, NoticesEveryTruncationAndExtension) {
  const base::Bytes good = base::ToBytes(EncodeNodeFile(kId));
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(DecodeNodeFile(base::ByteSpan(good).first(size)).status().code(),
              StatusCode::kDataLoss)
        << size;
  }
  base::Bytes longer = good;
  longer.push_back(0);
  EXPECT_EQ(DecodeNodeFile(longer).status().code(), StatusCode::kDataLoss);
}

TEST(NodeFile, NamesTheVersionItDoesNotKnow) {
  auto later = EncodeNodeFile(kId);
  base::StoreLittleEndian<uint32_t>(later.data() + 12, 2);
  EXPECT_EQ(DecodeNodeFile(later).status().message(), "store: got node file version 2, need 1");
}

}  // namespace
}  // namespace shadw::store
