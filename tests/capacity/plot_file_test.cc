// SPDX-License-Identifier: Apache-2.0
#include "libshadw/capacity/plot_file.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/capacity/plots.h"

namespace shadw::capacity {
namespace {

base::Bytes ReadFile(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void WriteFile(const std::filesystem::path& path, base::ByteSpan bytes) {
  std::ofstream(path, std::ios::binary)
      .write(base::AsText(bytes).data(), static_cast<std::streamsize>(bytes.size()));
}

TEST(PlotFile, OpensWhatWasWritten) {
  const PlotFile file = Written(SmallPlot(), "plot");
  EXPECT_EQ(file.commitment(), SmallPlot().commitment());
  EXPECT_TRUE(file.Check().ok());
}

TEST(PlotFile, IsNotWrittenOverSomethingElse) {
  const std::filesystem::path path = FreshPath("plot");
  WriteFile(path, base::AsBytes("mine"));
  EXPECT_EQ(SmallPlot().Write(path).code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(ReadFile(path).size(), 4);
  EXPECT_FALSE(std::filesystem::exists(path.string() + ".part"));
  EXPECT_EQ(SmallPlot().Write(FreshPath("none") / "plot").code(), absl::StatusCode::kNotFound);
}

TEST(PlotFile, RefusesEveryFlippedBitOfItsHeaderAndRoots) {
  const std::filesystem::path path = FreshPath("plot");
  ASSERT_TRUE(SmallPlot().Write(path).ok());
  const base::Bytes whole = ReadFile(path);
  const size_t roots = 2048 / 256 * 32;
  const auto refused = [&](size_t at, uint8_t bit) {
    base::Bytes bytes = whole;
    bytes[at] ^= bit;
    WriteFile(path, bytes);
    return !PlotFile::Open(path).ok();
  };
  for (size_t at = 0; at < 160; ++at) EXPECT_TRUE(refused(at, uint8_t(1 << at % 8))) << at;
  EXPECT_TRUE(refused(4095, 1));
  for (size_t at = whole.size() - roots; at < whole.size(); at += 7) {
    EXPECT_TRUE(refused(at, 0x80)) << at;
  }
}

TEST(PlotFile, RefusesAnotherLengthThanItsHeaderSays) {
  const std::filesystem::path path = FreshPath("plot");
  ASSERT_TRUE(SmallPlot().Write(path).ok());
  base::Bytes bytes = ReadFile(path);
  for (const size_t size : {size_t{0}, size_t{3}, size_t{4095}, size_t{4096}, bytes.size() - 1}) {
    WriteFile(path, base::ByteSpan(bytes).first(size));
    EXPECT_EQ(PlotFile::Open(path).status().code(), absl::StatusCode::kDataLoss) << size;
  }
  bytes.push_back(0);
  WriteFile(path, bytes);
  EXPECT_EQ(PlotFile::Open(path).status().code(), absl::StatusCode::kDataLoss);
}

TEST(PlotFile, TellsOtherFormatsAndMissingFilesApart) {
  base::Bytes header(4096);
  EXPECT_EQ(ParsePlotHeader(header).status().code(), absl::StatusCode::kDataLoss);
  std::ranges::copy(base::AsBytes("sPf\2"), header.begin());
  EXPECT_EQ(ParsePlotHeader(header).status().code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(PlotFile::Open(FreshPath("none")).status().code(), absl::StatusCode::kNotFound);
}

TEST(PlotFile, ProvesNothingFromADamagedLabel) {
  const std::filesystem::path path = FreshPath("plot");
  ASSERT_TRUE(SmallPlot().Write(path).ok());
  base::Bytes bytes = ReadFile(path);
  for (uint64_t row = 0; row < 256; row += 32) bytes[4096 + row * 256] ^= 1;  // every grain
  WriteFile(path, bytes);
  const PlotFile file = PlotFile::Open(path).value();
  EXPECT_EQ(file.Prove({}).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(file.Check().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace shadw::capacity
