// SPDX-License-Identifier: Apache-2.0
#include "libshadw/telemetry/node_stats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace shadw::telemetry {
namespace {

const base::Time kNow = base::FromUnixSeconds(1'700'000'000);

std::string Golden(std::string_view name) {
  std::ifstream file(std::string(SHADW_TEST_VECTORS "/proc/") + std::string(name));
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(ParseUptime, ReadsTheFirstNumber) {
  EXPECT_EQ(*ParseUptime(Golden("uptime")), 350'735u);
  EXPECT_EQ(*ParseUptime("7 3\n"), 7u);
  for (const char* bad : {"", "x", "-1.0 2", ".5", "99999999999999999999 1"}) {
    EXPECT_EQ(ParseUptime(bad).status().code(), absl::StatusCode::kDataLoss) << bad;
  }
}

TEST(ParseStat, SumsTheTicksOfAllProcessors) {
  const CpuTicks ticks = *ParseStat(Golden("stat"));
  EXPECT_EQ(ticks.processors, 2u);
  EXPECT_EQ(ticks.idle, 6'000'500u);
  EXPECT_EQ(ticks.total, 7'654'321u);
  // The first kernels had four columns.
  EXPECT_EQ(*ParseStat("cpu 1 2 3 4\ncpu0 1 2 3 4\n"),
            (CpuTicks{.processors = 1, .total = 10, .idle = 4}));
  for (const char* bad : {"", "cpu 1 2 3\ncpu0 1\n", "cpu 1 2 3 4\n", "cpu 1 x 3 4\ncpu0 1\n",
                          "cpu 18446744073709551615 1 1 1\ncpu0 1\n"}) {
    EXPECT_EQ(ParseStat(bad).status().code(), absl::StatusCode::kDataLoss) << bad;
  }
}

TEST(ParseMeminfo, CountsWhatIsAvailable) {
  const MemoryInfo info = *ParseMeminfo(Golden("meminfo"));
  EXPECT_EQ(info.memory_total_bytes, 16'384'000ull * 1024);
  EXPECT_EQ(info.memory_free_bytes, 9'000'000ull * 1024);
  EXPECT_EQ(info.swap_total_bytes, 2'097'148ull * 1024);
  EXPECT_EQ(info.swap_free_bytes, 2'000'000ull * 1024);
}

TEST(ParseMeminfo, MakesDoOnOldKernels) {
  const MemoryInfo info = *ParseMeminfo(
      "MemTotal: 100 kB\nMemFree: 20 kB\nBuffers: 5 kB\nCached: 10 kB\n"
      "SwapTotal: 0 kB\nSwapFree: 0 kB\n");
  EXPECT_EQ(info.memory_free_bytes, 35ull * 1024);
  for (const char* bad :
       {"", "MemTotal: 1 kB\n", "MemTotal: x kB\n", "MemTotal: 18446744073709551615 kB\n"}) {
    EXPECT_EQ(ParseMeminfo(bad).status().code(), absl::StatusCode::kDataLoss) << bad;
  }
}

TEST(NodeSampler, ReadsTheRunningMachine) {
  NodeSampler sampler;
  const auto stats = sampler.Sample(kNow);
  ASSERT_TRUE(stats.ok()) << stats.status();
  EXPECT_TRUE(stats->Validate().ok());
  EXPECT_EQ(stats->taken, kNow);
  EXPECT_GE(stats->cpu_total_milli, 1000u);
  EXPECT_GT(stats->memory_total_bytes, 0u);
  EXPECT_GT(stats->disk_total_bytes, 0u);
  EXPECT_TRUE(sampler.Sample(kNow)->Validate().ok());
}

class SavedProc : public testing::Test {
 protected:
  SavedProc()
      : folder_(testing::TempDir() + "/saved_proc_" +
                testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::create_directories(folder_);
    for (const char* name : {"uptime", "stat", "meminfo"}) Write(name, Golden(name));
  }
  ~SavedProc() override { std::filesystem::remove_all(folder_); }
  void Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ + "/" + name) << text;
  }
  std::string folder_;
};

TEST_F(SavedProc, TellsTheProcessorsOfTheTimeBetweenTwoSamples) {
  NodeSampler sampler({.proc = folder_});
  EXPECT_EQ(sampler.Sample(kNow)->cpu_free_milli, 2000ull * 6'000'500 / 7'654'321);
  // A hundred ticks later, a quarter of them idle.
  Write("stat", "cpu 1000075 2 653743 6000500 25 75 76 0 0 0\ncpu0 0 0 0 0\ncpu1 0 0 0 0\n");
  const uint64_t total = 1'000'075 + 2 + 653'743 + 6'000'500 + 25 + 75 + 76;
  ASSERT_EQ(total - 7'654'321, 175u);
  EXPECT_EQ(sampler.Sample(kNow)->cpu_free_milli, 2000u * 25 / 175);
  // Within the same tick nothing new is known.
  EXPECT_EQ(sampler.Sample(kNow)->cpu_free_milli, 2000u * 25 / 175);
}

TEST_F(SavedProc, IsUnavailableWithoutAFileOrADisk) {
  EXPECT_EQ(NodeSampler({.proc = folder_, .disk = "/no/such/disk"}).Sample(kNow).status().code(),
            absl::StatusCode::kUnavailable);
  std::filesystem::remove(folder_ + "/stat");
  EXPECT_EQ(NodeSampler({.proc = folder_}).Sample(kNow).status().code(),
            absl::StatusCode::kUnavailable);
}

TEST(NodeStats, AreNeverFreerThanThereIs) {
  EXPECT_TRUE(NodeStats{}.Validate().ok());
  EXPECT_FALSE((NodeStats{.swap_free_bytes = 1}).Validate().ok());
  EXPECT_FALSE((NodeStats{.taken = base::FromUnixNanos(-1)}).Validate().ok());
}

}  // namespace
}  // namespace shadw::telemetry
