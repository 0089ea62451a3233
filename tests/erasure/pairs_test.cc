// SPDX-License-Identifier: Apache-2.0
#include "libshadw/erasure/kernels/pairs.h"

#include <gtest/gtest.h>

#include <vector>

#include "libshadw/erasure/gf256.h"
#include "libshadw/erasure/kernels/affine.h"
#include "libshadw/erasure/kernels/path.h"
#include "shard_set.h"

namespace shadw::erasure::internal {
namespace {

TEST(Affine, EveryMatrixMultipliesEveryByteByItsFactor) {
  for (int factor = 0; factor < 256; ++factor) {
    const AffineMatrix& matrix = AffineMatrixOf(static_cast<uint8_t>(factor));
    for (int byte = 0; byte < 256; ++byte) {
      int product = 0;  // as GF2P8AFFINEQB forms it
      for (int bit = 0; bit < 8; ++bit) {
        product |= (__builtin_popcount(matrix[static_cast<size_t>(7 - bit)] & byte) & 1) << bit;
      }
      ASSERT_EQ(product, Multiply(static_cast<uint8_t>(factor), static_cast<uint8_t>(byte)));
    }
  }
}

TEST(RowPairs, CoverEveryRowOnceWithSingleOnesAtTheEndsOnly) {
  for (const bool single_first : {false, true}) {
    for (size_t rows = 1; rows <= 9; ++rows) {
      const RowPairs pairs{.rows = rows, .single_first = single_first};
      std::vector<size_t> covered;
      for (size_t p = 0; p < pairs.count(); ++p) {
        covered.push_back(pairs.first(p));
        const bool single = pairs.first(p) == pairs.second(p);
        EXPECT_TRUE(!single || p == 0 || p + 1 == pairs.count());
        if (!single) covered.push_back(pairs.second(p));
      }
      EXPECT_EQ(pairs.first(0) == pairs.second(0), single_first || rows == 1);
      std::vector<size_t> all(rows);
      std::iota(all.begin(), all.end(), size_t{0});
      EXPECT_EQ(covered, all);
    }
  }
}

TEST(FindRowPairs, FindsThemInEveryParityMatrixWhereTheySaveProducts) {
  for (uint16_t k = 2; k <= 60; ++k) {
    for (uint16_t m = 1; m <= 60; ++m) {
      const Matrix rows = CauchyParityRows({.data_shards = k, .parity_shards = m});
      const auto pairs = FindRowPairs(rows);
      // Row i is shard k + i, and a shard pairs with the one whose last bit differs.
      const RowPairs expected{.rows = m, .single_first = k % 2 != 0};
      ASSERT_EQ(pairs.has_value(), 3 * expected.count() < 2 * expected.rows) << k << "+" << m;
      if (!pairs) continue;
      ASSERT_EQ(pairs->single_first, expected.single_first);
      ASSERT_EQ(MakePairTables(rows, *pairs, 6).size(), pairs->count() * PairTableBytes(k));
    }
  }
}

TEST(FindRowPairs, OneCoefficientThatDiffersIsEnoughToFindNone) {
  const Matrix rows = CauchyParityRows({.data_shards = 10, .parity_shards = 4});
  ASSERT_TRUE(FindRowPairs(rows).has_value());
  for (size_t r = 0; r < rows.rows(); ++r) {
    for (size_t c = 0; c < rows.columns(); ++c) {
      Matrix other = rows;
      other.row(r)[c] ^= 1;
      EXPECT_FALSE(FindRowPairs(other).has_value()) << r << ", " << c;
    }
  }
}

}  // namespace
}  // namespace shadw::erasure::internal
