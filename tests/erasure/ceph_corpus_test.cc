// SPDX-License-Identifier: Apache-2.0
//
// Chunks that Ceph wrote through ISA-L: see tests/vectors/ceph-erasure/README.md.
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "libshadw/erasure/reed_solomon.h"
#include "shard_set.h"

namespace shadw::erasure {
namespace {

namespace fs = std::filesystem;

base::Bytes ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << path;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

struct CorpusSet {
  std::string name;
  Code code;
  base::Bytes content;
  std::vector<base::Bytes> chunks;
};

std::vector<CorpusSet> ReadCorpus() {
  std::vector<CorpusSet> sets;
  for (const auto& entry : fs::directory_iterator(SHADW_TEST_VECTORS "/ceph-erasure")) {
    if (!entry.is_directory()) continue;
    CorpusSet set;
    set.name = entry.path().filename().string();
    unsigned k = 0;
    unsigned m = 0;
    EXPECT_EQ(std::sscanf(set.name.c_str(), "k%um%u-w", &k, &m), 2) << set.name;
    set.code = {.data_shards = static_cast<uint16_t>(k), .parity_shards = static_cast<uint16_t>(m)};
    set.content = ReadFile(entry.path() / "content");
    for (unsigned i = 0; i < k + m; ++i) {
      set.chunks.push_back(ReadFile(entry.path() / std::to_string(i)));
    }
    sets.push_back(std::move(set));
  }
  return sets;
}

class CephCorpus : public testing::TestWithParam<Backend> {};
INSTANTIATE_TEST_SUITE_P(Backends, CephCorpus, testing::ValuesIn(RunnableBackends()),
                         [](const auto& backend) { return NameOf(backend.param); });

TEST_P(CephCorpus, EveryChunkIsReproduced) {
  const std::vector<CorpusSet> sets = ReadCorpus();
  ASSERT_EQ(sets.size(), 44u);
  for (const CorpusSet& set : sets) {
    SCOPED_TRACE(set.name);
    const size_t length = set.chunks[0].size();
    base::Bytes padded = set.content;
    ASSERT_LE(padded.size(), length * set.code.data_shards);
    padded.resize(length * set.code.data_shards);
    std::vector<base::ByteSpan> data;
    for (size_t j = 0; j < set.code.data_shards; ++j) {
      data.push_back(base::ByteSpan(padded).subspan(j * length, length));
      ASSERT_TRUE(std::ranges::equal(data[j], set.chunks[j])) << "data chunk " << j;
    }
    ShardSet parity({.shards = set.code.parity_shards, .length = length});
    const ReedSolomon coder = MakeCoder(set.code, GetParam());
    ASSERT_TRUE(coder.Encode(data, parity.Write(0, parity.size())).ok());
    for (size_t i = 0; i < parity.size(); ++i) {
      ASSERT_TRUE(std::ranges::equal(parity[i], set.chunks[set.code.data_shards + i])) << i;
    }
    const std::vector<base::ByteSpan> all(set.chunks.begin(), set.chunks.end());
    EXPECT_TRUE(coder.Verify(all).value());
  }
}

void ExpectRebuiltFrom(const ReedSolomon& coder, const CorpusSet& set,
                       const std::vector<uint16_t>& used) {
  std::vector<ReedSolomon::Present> present;
  for (const uint16_t i : used) present.push_back({.index = i, .bytes = set.chunks[i]});
  const std::vector<uint16_t> lost = OthersThan(used, set.chunks.size());
  ShardSet rebuilt({.shards = set.chunks.size(), .length = set.chunks[0].size()});
  ASSERT_TRUE(coder.Reconstruct(present, WantedOf(rebuilt, lost)).ok());
  for (const uint16_t i : lost) {
    ASSERT_TRUE(std::ranges::equal(rebuilt[i], set.chunks[i])) << set.name << " chunk " << i;
  }
}

TEST_P(CephCorpus, EverySetIsRebuiltFromEveryKOfItsChunks) {
  for (const CorpusSet& set : ReadCorpus()) {
    const ReedSolomon coder = MakeCoder(set.code, GetParam());
    // At most C(14, 10) = 1001 choices.
    ForEachChoice(set.chunks.size(), set.code.data_shards, [&](const std::vector<uint16_t>& used) {
      ASSERT_NO_FATAL_FAILURE(ExpectRebuiltFrom(coder, set, used));
    });
  }
}

}  // namespace
}  // namespace shadw::erasure
