// SPDX-License-Identifier: Apache-2.0
#include "libshadw/reputation/change_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace shadw::reputation {
namespace {

NamedChange ChangeOf(std::string_view id, int64_t units) {
  return {.id = base::ToBytes(base::AsBytes(id)), .units = units};
}

TEST(ChangeRecord, IsWrittenAsDecentCloudWritesIt) {
  const std::vector<NamedChange> changes = {ChangeOf("user1", 10)};
  const base::Bytes bytes = *EncodeChanges(changes);
  EXPECT_EQ(base::ToHex(bytes), "00010000000500000075736572310a00000000000000");
  EXPECT_EQ(*DecodeChanges(bytes), changes);
}

TEST(ChangeRecord, KeepsSignsAndOrder) {
  const std::vector<NamedChange> changes = {ChangeOf("b", INT64_MIN), ChangeOf("a", INT64_MAX),
                                            ChangeOf("b", -1)};
  EXPECT_EQ(*DecodeChanges(*EncodeChanges(changes)), changes);
}

TEST(ChangeRecord, IsRefusedAtEveryTruncationAndWithAByteTooMany) {
  const std::vector<NamedChange> changes = {ChangeOf("user1", 10), ChangeOf("user2", -10)};
  base::Bytes bytes = *EncodeChanges(changes);
  for (size_t size = 1; size < bytes.size(); ++size) {
    EXPECT_EQ(DecodeChanges(base::ByteSpan(bytes).first(size)).status().code(),
              absl::StatusCode::kDataLoss);
  }
  bytes.push_back(0);
  EXPECT_EQ(DecodeChanges(bytes).status().code(), absl::StatusCode::kDataLoss);
  bytes[0] = 1;
  EXPECT_EQ(DecodeChanges(bytes).status().code(), absl::StatusCode::kUnimplemented);
}

TEST(ChangeRecord, HasNoRoomForAbsurdIds) {
  EXPECT_FALSE(EncodeChanges(std::vector{ChangeOf("", 1)}).ok());
  EXPECT_FALSE(EncodeChanges(std::vector{ChangeOf(std::string(65, 'x'), 1)}).ok());
}

}  // namespace
}  // namespace shadw::reputation
