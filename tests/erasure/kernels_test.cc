// SPDX-License-Identifier: Apache-2.0
//
// Every backend that this machine can run makes the bytes of the plain tables, whatever
// the length, the alignment and the shape; reads nothing but its sources and writes
// nothing but its outputs.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <utility>

#include "libshadw/erasure/kernel.h"
#include "shard_set.h"

namespace shadw::erasure::internal {
namespace {

class Kernels : public testing::TestWithParam<Backend> {
 protected:
  const Path& path() const { return *ChoosePath(GetParam()).value(); }
};
INSTANTIATE_TEST_SUITE_P(Backends, Kernels, testing::ValuesIn(RunnableBackends()),
                         [](const auto& backend) { return NameOf(backend.param); });

using Set = erasure::ShardSet;

Set PlainlyEncoded(Code code, Rng& rng, size_t length) {
  return EncodedSet(MakeCoder(code, Backend::kPlainTables), rng, length);
}

// Encodes the data of `expected` into buffers that start where `misalignment` says.
void ExpectEncodesTo(const Set& expected, const ReedSolomon& coder, size_t misalignment) {
  const Code code = coder.code();
  const size_t length = expected[0].size();
  Set set({.shards = expected.size(), .length = length, .misalignment = misalignment});
  for (size_t i = 0; i < code.data_shards; ++i) std::ranges::copy(expected[i], set[i].begin());
  ASSERT_TRUE(
      coder.Encode(set.Read(0, code.data_shards), set.Write(code.data_shards, code.parity_shards))
          .ok());
  for (size_t i = 0; i < set.size(); ++i) {
    ASSERT_TRUE(std::ranges::equal(set[i], expected[i]))
        << ToString(code) << " shard " << i << " length " << length << " at " << misalignment;
  }
  ASSERT_TRUE(set.GuardsIntact()) << ToString(code) << " length " << length;
}

TEST_P(Kernels, AgreeWithPlainTablesOnEveryLengthUpTo400AtEveryAlignment) {
  Rng rng(400);
  for (const Code code : {Code{1, 1}, Code{10, 4}, Code{5, 7}}) {
    const ReedSolomon coder = MakeCoder(code, GetParam());
    for (size_t length = 0; length <= 400; ++length) {
      const Set expected = PlainlyEncoded(code, rng, length);
      for (size_t misalignment = 0; misalignment < 64; ++misalignment) {
        ASSERT_NO_FATAL_FAILURE(ExpectEncodesTo(expected, coder, misalignment));
      }
    }
  }
}

TEST_P(Kernels, AgreeWithPlainTablesAroundTheBordersOfABlock) {
  Rng rng(512);
  for (const Code code : {Code{4, 2}, Code{29, 51}, Code{200, 55}}) {
    const ReedSolomon coder = MakeCoder(code, GetParam());
    const size_t block = BlockLength(code.total_shards());
    for (const size_t length : {block - 1, block, block + 1, block + 127, block + 128, block + 129,
                                2 * block + 127, 2 * block + 128, 3 * block + 7}) {
      ASSERT_NO_FATAL_FAILURE(ExpectEncodesTo(PlainlyEncoded(code, rng, length), coder, 3));
    }
  }
}

// Coefficients as inverses have them, too: zeros and ones among others.
Matrix RandomMatrix(Rng& rng, MatrixShape shape) {
  Matrix matrix(shape);
  for (size_t r = 0; r < shape.rows; ++r) {
    for (uint8_t& cell : matrix.row(r)) {
      cell = static_cast<uint8_t>(rng() % 4 == 0 ? rng() % 2 : rng() >> 32);
    }
  }
  return matrix;
}

// Every number of rows and of columns has a loop of its own somewhere.
TEST_P(Kernels, AgreeWithPlainTablesOnMatricesOfEveryShapeUpTo40Rows) {
  Rng rng(40);
  for (size_t rows = 1; rows <= 40; ++rows) {
    for (const size_t columns : {1, 2, 3, 4, 5, 16, 17}) {
      const Matrix matrix = RandomMatrix(rng, {.rows = rows, .columns = columns});
      const Kernel kernel(matrix, path());
      const Kernel plain(matrix, kPlainPath);
      for (const size_t length : {1, 31, 32, 33, 63, 64, 65, 127, 128, 129, 200, 300}) {
        Set set({.shards = columns + 2 * rows, .length = length, .misalignment = 9});
        std::vector<const uint8_t*> sources;
        std::vector<uint8_t*> outputs;
        for (size_t c = 0; c < columns; ++c) FillRandom(rng, set[c]);
        for (size_t c = 0; c < columns; ++c) sources.push_back(set[c].data());
        for (size_t i = columns; i < set.size(); ++i) outputs.push_back(set[i].data());
        kernel.Apply(sources.data(), outputs.data(), length);
        plain.Apply(sources.data(), outputs.data() + rows, length);
        for (size_t r = 0; r < rows; ++r) {
          ASSERT_TRUE(std::ranges::equal(set[columns + r], set[columns + rows + r]))
              << rows << " by " << columns << ", row " << r << ", length " << length;
        }
        ASSERT_TRUE(set.GuardsIntact());
      }
    }
  }
}

// Parity rows pair up from the first one or the second, columns with a single one left
// over or without.
TEST_P(Kernels, AgreeWithPlainTablesOnEveryCodeUpTo17Plus30) {
  Rng rng(17);
  for (uint16_t k = 1; k <= 17; ++k) {
    for (uint16_t m = 1; m <= 30; ++m) {
      const ReedSolomon coder = MakeCoder({.data_shards = k, .parity_shards = m}, GetParam());
      for (const size_t length : {63, 64, 200}) {
        ASSERT_NO_FATAL_FAILURE(
            ExpectEncodesTo(PlainlyEncoded(coder.code(), rng, length), coder, 1));
      }
    }
  }
}

// Places for shards with a page before and one behind that nobody may touch.
class Islands {
 public:
  explicit Islands(size_t count)
      : page_(static_cast<size_t>(sysconf(_SC_PAGESIZE))),
        pitch_(kPages * page_ + page_),
        bytes_(count * pitch_ + page_),
        memory_(static_cast<uint8_t*>(
            mmap(nullptr, bytes_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {
    for (size_t i = 0; i < count; ++i) {
      EXPECT_EQ(mprotect(memory_ + page_ + i * pitch_, kPages * page_, PROT_READ | PROT_WRITE), 0);
    }
  }
  Islands(const Islands&) = delete;
  Islands& operator=(const Islands&) = delete;
  ~Islands() { munmap(memory_, bytes_); }

  base::MutableByteSpan First(size_t i, size_t length) const {
    return {memory_ + page_ + i * pitch_, length};
  }
  base::MutableByteSpan Last(size_t i, size_t length) const {
    return {memory_ + (i + 1) * pitch_ - length, length};
  }

 private:
  static constexpr size_t kPages = 4;

  size_t page_;
  size_t pitch_;
  size_t bytes_;
  uint8_t* memory_;
};

// Encodes at the first bytes of islands, or at the last ones.
void ExpectStaysOnIslands(const Set& expected, const ReedSolomon& coder, const Islands& islands,
                          bool at_the_end) {
  const Code code = coder.code();
  const size_t length = expected[0].size();
  std::vector<base::ByteSpan> data;
  std::vector<base::MutableByteSpan> parity;
  for (size_t i = 0; i < code.total_shards(); ++i) {
    const auto shard = at_the_end ? islands.Last(i, length) : islands.First(i, length);
    if (i < code.data_shards) {
      std::ranges::copy(expected[i], shard.begin());
      data.emplace_back(shard);
    } else {
      parity.push_back(shard);
    }
  }
  ASSERT_TRUE(coder.Encode(data, parity).ok());
  for (size_t i = 0; i < parity.size(); ++i) {
    ASSERT_TRUE(std::ranges::equal(parity[i], expected[code.data_shards + i])) << length;
  }
}

TEST_P(Kernels, TouchNoByteBeforeOrBehindASourceOrAnOutput) {
  Rng rng(4096);
  for (const Code code : {Code{10, 4}, Code{3, 13}}) {
    const ReedSolomon coder = MakeCoder(code, GetParam());
    const Islands islands(code.total_shards());
    const size_t block = BlockLength(code.total_shards());
    std::vector<size_t> lengths(401);
    std::iota(lengths.begin(), lengths.end(), size_t{0});
    lengths.insert(lengths.end(), {block - 1, block, block + 1, block + 127, block + 128,
                                   block + 129, 2 * block + 100, 2 * block + 200});
    for (const size_t length : lengths) {
      const Set expected = PlainlyEncoded(code, rng, length);
      ASSERT_NO_FATAL_FAILURE(ExpectStaysOnIslands(expected, coder, islands, false));
      ASSERT_NO_FATAL_FAILURE(ExpectStaysOnIslands(expected, coder, islands, true));
    }
  }
}

}  // namespace
}  // namespace shadw::erasure::internal
