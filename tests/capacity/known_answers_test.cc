// SPDX-License-Identifier: Apache-2.0
//
// tests/vectors/economy/capacity.json, which Python's tests read too. Functions and
// arguments bear Python's names.
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "libshadw/capacity/detection.h"
#include "libshadw/capacity/proven_space.h"
#include "libshadw/capacity/score.h"
#include "libshadw/capacity/storage_condition.h"
#include "libshadw/capacity/window.h"

namespace shadw::capacity {
namespace {

using nlohmann::json;
using Answer = absl::StatusOr<json>;

template <typename T>
Answer ToAnswer(const absl::StatusOr<T>& result) {
  if (!result.ok()) return result.status();
  return json(*result);
}

// One of the names, by place.
template <typename Enum, size_t kNames>
Enum Named(const std::string& name, const std::array<const char*, kNames>& names) {
  const auto found = std::ranges::find(names, name);
  EXPECT_NE(found, names.end()) << name;
  return static_cast<Enum>(found - names.begin());
}

CapacityReferences References(const json& a) {
  return {.compute = a.at("reference_compute"),
          .storage = a.at("reference_storage"),
          .compute_weight = a.value("compute_weight", 1.0),
          .storage_weight = a.value("storage_weight", 1.0)};
}

CapacityMode ModeOf(const json& a) {
  constexpr std::array kNames = {"corrected", "paper_literal", "paper_denominator", "sqrt_product"};
  return Named<CapacityMode>(a.value("mode", "corrected"), kNames);
}

// Of a column or a number.
std::vector<double> Numbers(const json& value) {
  return value.is_array() ? value.get<std::vector<double>>() : std::vector{value.get<double>()};
}

Answer RunCapacity(const json& a, bool parts) {
  std::map<std::string, std::vector<double>> in;
  for (const char* name : {"processors", "cores_per_processor", "reply_ms", "overhead_cycles",
                           "disk_reported", "disk_taken"}) {
    in[name] = Numbers(a.at(name));
  }
  const size_t rows = in["processors"].size();
  std::vector<double> total(rows);
  std::vector<double> compute(rows);
  std::vector<double> storage(rows);
  const absl::Status status =
      CapacityOfMany({in["processors"], in["cores_per_processor"], in["reply_ms"],
                      in["overhead_cycles"], in["disk_reported"], in["disk_taken"]},
                     References(a), ModeOf(a), {total, compute, storage});
  if (!status.ok()) return status;
  if (parts) return json{total[0], compute[0], storage[0]};
  return a.at("processors").is_array() ? json(total) : json(total[0]);
}

Answer RunIndex(const json& a) {
  return ToAnswer(
      CapacityIndex({.total = 0, .compute = a.at("compute"), .storage = a.at("storage")},
                    {.compute = 1,
                     .storage = 1,
                     .compute_weight = a.value("compute_weight", 1.0),
                     .storage_weight = a.value("storage_weight", 1.0)}));
}

Answer RunDaily(const json& a) {
  std::vector<base::Time> times;
  for (const int64_t ns : a.at("times_ns").get<std::vector<int64_t>>()) {
    times.push_back(base::FromUnixNanos(ns));
  }
  return ToAnswer(DailyCapacity(times, a.at("capacities").get<std::vector<double>>(), a.at("day")));
}

Answer RunCondition(const json& a) {
  constexpr std::array kOutcomes = {"accepted", "failed", "unknown_error", "offline", "timed_out"};
  constexpr std::array kVerdicts = {"accepted", "audit_not_accepted", "more_than_reported",
                                    "no_room"};
  const auto verdict = CheckStorage(
      {.time = base::FromUnixNanos(a.at("report_time_ns")),
       .disk_reported_bytes = a.at("disk_reported_bytes"),
       .disk_taken_bytes = a.at("disk_taken_bytes")},
      {.time = base::FromUnixNanos(a.at("audit_time_ns")),
       .outcome = Named<AuditOutcome>(a.at("outcome"), kOutcomes),
       .proven_bytes = a.at("proven_bytes")},
      {.now = base::FromUnixNanos(a.at("now_ns")), .shard_bytes = a.at("shard_bytes")});
  if (!verdict.ok()) return verdict.status();
  return json(kVerdicts.at(static_cast<size_t>(*verdict)));
}

Answer RunShares(const json& a) {
  const auto passed = a.at("passed").get<std::vector<bool>>();
  const auto copy = std::make_unique<bool[]>(passed.size());
  std::ranges::copy(passed, copy.get());
  constexpr std::array kNames = {"carry", "redistribute"};
  const auto shares =
      ShareByCapacity(a.at("capacities").get<std::vector<double>>(), {copy.get(), passed.size()},
                      Named<FailedShare>(a.value("failed", "carry"), kNames));
  if (!shares.ok()) return shares.status();
  return json{shares->shares, shares->carried};
}

const std::map<std::string, std::function<Answer(const json&)>>& Functions() {
  static const std::map<std::string, std::function<Answer(const json&)>> functions = {
      {"capacity", [](const json& a) { return RunCapacity(a, false); }},
      {"capacity_parts", [](const json& a) { return RunCapacity(a, true); }},
      {"capacity_index", RunIndex},
      {"overhead_cycles",
       [](const json& a) { return ToAnswer(OverheadCycles(a.at("cycles_per_s"), a.at("share"))); }},
      {"detection_probability",
       [](const json& a) {
         return ToAnswer(DetectionProbability(a.at("lost"), a.at("challenges")));
       }},
      {"challenges_for",
       [](const json& a) { return ToAnswer(ChallengesFor(a.at("lost"), a.at("probability"))); }},
      {"daily_capacity", RunDaily},
      {"storage_condition", RunCondition},
      {"storage_is_larger_than_share",
       [](const json& a) {
         return ToAnswer(StorageIsLargerThanShare(a.at("capacity"), a.at("total_capacity")));
       }},
      {"share_by_capacity", RunShares}};
  return functions;
}

void ExpectNear(const json& got, const json& expected, double tolerance) {
  if (expected.is_array()) {
    ASSERT_EQ(got.size(), expected.size());
    for (size_t i = 0; i < got.size(); ++i) ExpectNear(got[i], expected[i], tolerance);
  } else if (expected.is_number()) {
    EXPECT_NEAR(got.get<double>(), expected.get<double>(), tolerance);
  } else {
    EXPECT_EQ(got, expected);
  }
}

TEST(KnownAnswers, HoldForEveryCaseOfTheFile) {
  std::ifstream file(SHADW_TEST_VECTORS "/economy/capacity.json");
  const json vectors = json::parse(file);
  ASSERT_EQ(vectors.at("module"), "capacity");
  size_t cases = 0;
  for (const json& test : vectors.at("cases")) {
    SCOPED_TRACE(test.at("source").get<std::string>());
    const auto function = Functions().find(test.at("function"));
    ASSERT_NE(function, Functions().end()) << test.at("function");
    const Answer answer = function->second(test.at("arguments"));
    if (test.contains("error")) {
      const std::string code = absl::StatusCodeToString(answer.status().code());
      EXPECT_EQ(test.at("error"),
                code == "INVALID_ARGUMENT" ? "kInvalidArgument" : "kFailedPrecondition");
      EXPECT_FALSE(answer.ok());
    } else {
      ASSERT_TRUE(answer.ok()) << answer.status();
      ExpectNear(*answer, test.at("expect"), test.at("tolerance"));
    }
    ++cases;
  }
  EXPECT_GE(cases, 46);
}

}  // namespace
}  // namespace shadw::capacity
