// SPDX-License-Identifier: Apache-2.0
#include "libshadw/shard/geometry.h"

#include <gtest/gtest.h>

namespace shadw::shard {
namespace {

TEST(Geometry, OnlyLegalShapesAreValid) {
  EXPECT_TRUE((Geometry{.code = {10, 4}}).Validate().ok());
  EXPECT_TRUE((Geometry{.code = {10, 4}, .cell_bytes = 4096, .max_stripes = 1}).Validate().ok());
  for (const Geometry& bad :
       {Geometry{.code = {0, 4}}, Geometry{.code = {200, 56}},
        Geometry{.code = {10, 4}, .cell_bytes = 8192}, Geometry{.code = {10, 4}, .cell_bytes = 0},
        Geometry{.code = {10, 4}, .max_stripes = 0}, Geometry{.code = {10, 4}, .max_stripes = 3},
        Geometry{.code = {10, 4}, .max_stripes = 256}}) {
    EXPECT_EQ(bad.Validate().code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST(Geometry, ChunksAndCellsCoverThePlaintext) {
  const Geometry geometry{.code = {10, 4}};
  EXPECT_EQ(geometry.chunk_bytes(), 32'752u);
  EXPECT_EQ(geometry.stored_cell_bytes(), 32'784u);
  EXPECT_EQ(geometry.ChunksFor(0), 1u);
  EXPECT_EQ(geometry.ChunksFor(1), 1u);
  EXPECT_EQ(geometry.ChunksFor(32'752), 1u);
  EXPECT_EQ(geometry.ChunksFor(32'753), 2u);
  EXPECT_EQ(geometry.ChunksFor(geometry.capacity_bytes()), 1280u);
  EXPECT_EQ(geometry.CellsFor(1), 1u);
  EXPECT_EQ(geometry.CellsFor(10), 1u);
  EXPECT_EQ(geometry.CellsFor(11), 2u);
  EXPECT_EQ(geometry.CellsFor(31), 4u);
  EXPECT_EQ(geometry.CellsFor(1280), 128u);
  EXPECT_EQ(geometry.ShardBytes(0), 1024u);
  EXPECT_EQ(geometry.ShardBytes(128), 1024u + 128 * 32'784);
}

TEST(Geometry, SmallObjectsTakeSmallCells) {
  const erasure::Code code{10, 4};
  EXPECT_EQ(ChooseCellBytes(0, code), kSmallCellBytes);
  EXPECT_EQ(ChooseCellBytes(163'760, code), kSmallCellBytes);
  EXPECT_EQ(ChooseCellBytes(163'761, code), kCellBytes);
  EXPECT_EQ(ChooseCellBytes(UINT64_MAX, code), kCellBytes);
}

TEST(Geometry, SegmentsFitHalfTheBudget) {
  const erasure::Code code{10, 4};
  const uint64_t stripe = 14 * 32'784;
  EXPECT_EQ(ChooseStripes(code, kCellBytes, 2 * 128 * stripe), 128u);
  EXPECT_EQ(ChooseStripes(code, kCellBytes, 2 * 128 * stripe - 1), 32u);
  EXPECT_EQ(ChooseStripes(code, kCellBytes, 2 * 32 * stripe - 1), 8u);
  EXPECT_EQ(ChooseStripes(code, kCellBytes, 2 * 8 * stripe - 1), 1u);
  EXPECT_EQ(ChooseStripes(code, kCellBytes, 0), 1u);
}

}  // namespace
}  // namespace shadw::shard
