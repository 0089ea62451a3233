// SPDX-License-Identifier: Apache-2.0
//
// The other Reed–Solomon matrices over the same field that are in use elsewhere. They
// are systematic too, so a mix-up shows only when something is lost: these tests show
// that parity of another family is noticed, and why one of them must not be used.
#include <gtest/gtest.h>

#include <functional>
#include <utility>

#include "libshadw/erasure/gf256.h"
#include "libshadw/erasure/kernel.h"
#include "libshadw/erasure/matrix.h"
#include "shard_set.h"

namespace shadw::erasure::internal {
namespace {

uint8_t Power(uint8_t base, size_t exponent) {
  uint8_t power = 1;
  for (size_t i = 0; i < exponent; ++i) power = Multiply(power, base);
  return power;
}

// The lower m rows of V * (upper k rows of V)^-1: how a Vandermonde matrix is made
// systematic.
Matrix SystematicParityRows(const Matrix& vandermonde, size_t data_shards) {
  Matrix top({.rows = data_shards, .columns = data_shards});
  Matrix bottom({.rows = vandermonde.rows() - data_shards, .columns = data_shards});
  for (size_t i = 0; i < vandermonde.rows(); ++i) {
    const base::MutableByteSpan row = i < data_shards ? top.row(i) : bottom.row(i - data_shards);
    std::ranges::copy(vandermonde.row(i), row.begin());
  }
  return Multiply(bottom, Invert(top).value());
}

// F1, zfec and infectious: the row of zero, then rows of powers of 2.
Matrix ZfecParityRows(Code code) {
  Matrix vandermonde({.rows = code.total_shards(), .columns = code.data_shards});
  vandermonde.row(0)[0] = 1;
  for (size_t i = 1; i < vandermonde.rows(); ++i) {
    const uint8_t point = Power(2, i - 1);
    for (size_t j = 0; j < vandermonde.columns(); ++j) vandermonde.row(i)[j] = Power(point, j);
  }
  return SystematicParityRows(vandermonde, code.data_shards);
}

// F2, Backblaze and klauspost's default: row i holds the powers of i.
Matrix BackblazeParityRows(Code code) {
  Matrix vandermonde({.rows = code.total_shards(), .columns = code.data_shards});
  for (size_t i = 0; i < vandermonde.rows(); ++i) {
    for (size_t j = 0; j < vandermonde.columns(); ++j) {
      vandermonde.row(i)[j] = Power(static_cast<uint8_t>(i), j);
    }
  }
  return SystematicParityRows(vandermonde, code.data_shards);
}

// F4, ISA-L's gf_gen_rs_matrix: powers of 2^i under an identity.
Matrix IsalVandermondeParityRows(Code code) {
  Matrix rows({.rows = code.parity_shards, .columns = code.data_shards});
  for (size_t i = 0; i < rows.rows(); ++i) {
    for (size_t j = 0; j < rows.columns(); ++j) rows.row(i)[j] = Power(Power(2, i), j);
  }
  return rows;
}

class ForeignFamily : public testing::TestWithParam<std::pair<const char*, Matrix (*)(Code)>> {};
INSTANTIATE_TEST_SUITE_P(Families, ForeignFamily,
                         testing::Values(std::pair{"Zfec", &ZfecParityRows},
                                         std::pair{"Backblaze", &BackblazeParityRows},
                                         std::pair{"IsalVandermonde", &IsalVandermondeParityRows}),
                         [](const auto& family) { return family.param.first; });

TEST_P(ForeignFamily, ParityOfAnotherFamilyDoesNotVerifyAndDecodesToOtherBytes) {
  Rng rng(7);
  for (const Code code : {Code{4, 2}, Code{10, 4}, Code{16, 4}, Code{29, 51}}) {
    SCOPED_TRACE(ToString(code));
    const ReedSolomon coder = MakeCoder(code, Backend::kFastest);
    erasure::ShardSet ours = EncodedSet(coder, rng, 64);
    erasure::ShardSet theirs = ours;
    std::vector<const uint8_t*> sources;
    std::vector<uint8_t*> outputs;
    for (size_t j = 0; j < code.data_shards; ++j) sources.push_back(ours[j].data());
    for (size_t i = code.data_shards; i < code.total_shards(); ++i) {
      outputs.push_back(theirs[i].data());
    }
    Kernel(GetParam().second(code), kPlainPath).Apply(sources.data(), outputs.data(), 64);

    EXPECT_TRUE(coder.Verify(ours.Read(0, ours.size())).value());
    EXPECT_FALSE(coder.Verify(theirs.Read(0, theirs.size())).value());
    for (size_t i = code.data_shards; i < code.total_shards(); ++i) {
      EXPECT_FALSE(std::ranges::equal(ours[i], theirs[i])) << "parity shard " << i;
    }
    // Shard 0 is lost, and the last parity shard stands in for it.
    std::vector<uint16_t> used = OthersThan({0}, code.data_shards);
    used.push_back(static_cast<uint16_t>(code.total_shards() - 1));
    erasure::ShardSet rebuilt = ours;
    ASSERT_TRUE(coder.Reconstruct(PresentOf(theirs, used), WantedOf(rebuilt, {0})).ok());
    EXPECT_FALSE(std::ranges::equal(rebuilt[0], ours[0]));
  }
}

size_t CountSingularChoices(const Matrix& parity_rows) {
  const size_t k = parity_rows.columns();
  const size_t n = k + parity_rows.rows();
  size_t singular = 0;
  ForEachChoice(n, k, [&](const std::vector<uint16_t>& used) {
    ShardSet set;
    for (const uint16_t i : used) set.set(i);
    ShardSet lost;
    for (const uint16_t i : OthersThan(used, n)) lost.set(i);
    singular += !ReconstructionRows(parity_rows, set, lost).has_value();
  });
  return singular;
}

TEST(IsalVandermonde, LosesDataInTwentyOf3003ChoicesAtEightPlusSixAndOursInNone) {
  const Code code{.data_shards = 8, .parity_shards = 6};
  EXPECT_EQ(CountSingularChoices(IsalVandermondeParityRows(code)), 20u);
  EXPECT_EQ(CountSingularChoices(CauchyParityRows(code)), 0u);
}

}  // namespace
}  // namespace shadw::erasure::internal
