// SPDX-License-Identifier: Apache-2.0
#include "libshadw/erasure/matrix.h"

#include <gtest/gtest.h>

#include <utility>

#include "libshadw/erasure/gf256.h"
#include "shard_set.h"

namespace shadw::erasure::internal {
namespace {

// The whole n × k generator: identity above, parity rows below.
Matrix Generator(const Matrix& parity_rows) {
  const size_t k = parity_rows.columns();
  Matrix generator({.rows = k + parity_rows.rows(), .columns = k});
  for (size_t i = 0; i < k; ++i) generator.row(i)[i] = 1;
  for (size_t i = 0; i < parity_rows.rows(); ++i) {
    std::ranges::copy(parity_rows.row(i), generator.row(k + i).begin());
  }
  return generator;
}

Matrix RowsOf(const Matrix& matrix, const ShardSet& set) {
  Matrix rows({.rows = set.count(), .columns = matrix.columns()});
  size_t at = 0;
  for (size_t i = 0; i < matrix.rows(); ++i) {
    if (set[i]) std::ranges::copy(matrix.row(i), rows.row(at++).begin());
  }
  return rows;
}

bool Equal(const Matrix& a, const Matrix& b) {
  return a.rows() == b.rows() && a.columns() == b.columns() &&
         std::ranges::equal(a.cells(), b.cells());
}

ShardSet SetOf(const std::vector<uint16_t>& indices) {
  ShardSet set;
  for (const uint16_t i : indices) set.set(i);
  return set;
}

ShardSet AllBelow(size_t n) {
  ShardSet set;
  for (size_t i = 0; i < n; ++i) set.set(i);
  return set;
}

// The rows that ReconstructionRows finds, times the generator's rows of the shards in
// use, must be the generator's rows of the shards wanted: here, of all n.
void ExpectDecodable(const Matrix& parity_rows, const std::vector<uint16_t>& used) {
  const Matrix generator = Generator(parity_rows);
  const ShardSet wanted = AllBelow(generator.rows());
  const auto rows = ReconstructionRows(parity_rows, SetOf(used), wanted);
  ASSERT_TRUE(rows.has_value());
  ASSERT_TRUE(Equal(Multiply(*rows, RowsOf(generator, SetOf(used))), generator));
}

TEST(CauchyMatrix, HasTheFormulaOfTheFormat) {
  const Matrix rows = CauchyParityRows({.data_shards = 10, .parity_shards = 4});
  for (size_t i = 0; i < 4; ++i) {
    for (size_t j = 0; j < 10; ++j) {
      EXPECT_EQ(internal::Multiply(rows.row(i)[j], static_cast<uint8_t>((10 + i) ^ j)), 1);
    }
  }
}

TEST(CauchyMatrix, EveryChoiceOfKRowsIsRegularUpToTwelveShards) {
  for (uint16_t n = 1; n <= 12; ++n) {
    for (uint16_t k = 1; k <= n; ++k) {
      const Code code{.data_shards = k, .parity_shards = static_cast<uint16_t>(n - k)};
      const Matrix parity_rows = CauchyParityRows(code);
      const Matrix generator = Generator(parity_rows);
      ForEachChoice(n, k, [&](const std::vector<uint16_t>& used) {
        ASSERT_TRUE(Invert(RowsOf(generator, SetOf(used))).has_value()) << ToString(code);
        ExpectDecodable(parity_rows, used);
      });
    }
  }
}

TEST(CauchyMatrix, SampledChoicesOfKRowsAreRegularInWideCodes) {
  Rng rng(1995);
  for (const Code code : {Code{16, 4}, Code{29, 51}, Code{64, 32}, Code{100, 100}, Code{127, 128},
                          Code{1, 254}, Code{254, 1}}) {
    const Matrix parity_rows = CauchyParityRows(code);
    for (int round = 0; round < 6; ++round) {
      ExpectDecodable(parity_rows, Sample(rng, code.total_shards(), code.data_shards));
    }
  }
}

TEST(Matrix, AnInverseTimesItsMatrixIsTheIdentityEvenWherePivotsMustMove) {
  Matrix matrix({.rows = 3, .columns = 3});
  // Zeros on the diagonal force two exchanges of rows.
  matrix.row(0)[1] = 7;
  matrix.row(1)[2] = 9;
  matrix.row(2)[0] = 3;
  matrix.row(2)[1] = 5;
  const auto inverse = Invert(matrix);
  ASSERT_TRUE(inverse.has_value());
  Matrix identity({.rows = 3, .columns = 3});
  for (size_t i = 0; i < 3; ++i) identity.row(i)[i] = 1;
  EXPECT_TRUE(Equal(Multiply(*inverse, matrix), identity));
  EXPECT_TRUE(Equal(Multiply(matrix, *inverse), identity));
}

TEST(Matrix, ASingularMatrixHasNoInverse) {
  Matrix matrix({.rows = 2, .columns = 2});
  matrix.row(0)[0] = matrix.row(1)[0] = 4;
  matrix.row(0)[1] = matrix.row(1)[1] = 6;
  EXPECT_FALSE(Invert(matrix).has_value());
  EXPECT_FALSE(Invert(Matrix({.rows = 1, .columns = 1})).has_value());
}

TEST(Matrix, ReconstructionSaysSoWhereTheShardsDoNotDetermineTheData) {
  Matrix parity_rows({.rows = 2, .columns = 2});  // two equal parity shards
  for (size_t i = 0; i < 2; ++i) parity_rows.row(i)[0] = parity_rows.row(i)[1] = 1;
  EXPECT_FALSE(ReconstructionRows(parity_rows, SetOf({2, 3}), SetOf({0})).has_value());
  EXPECT_TRUE(ReconstructionRows(parity_rows, SetOf({0, 3}), SetOf({1})).has_value());
}

}  // namespace
}  // namespace shadw::erasure::internal
