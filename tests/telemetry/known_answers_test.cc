// SPDX-License-Identifier: Apache-2.0
//
// The known answers of tests/vectors/economy/telemetry.json; the names of functions and
// arguments are those of Python.
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "libshadw/telemetry/rtt_estimator.h"
#include "libshadw/telemetry/throughput.h"
#include "tests/vectors/known_steps.h"

namespace shadw::telemetry {
namespace {

using nlohmann::json;
using Call = std::function<absl::StatusOr<std::vector<double>>(const json&)>;

RateUnit UnitOf(const json& arguments) {
  const std::string name = arguments.value("unit", "second");
  return name == "hour"     ? RateUnit::kPerHour
         : name == "minute" ? RateUnit::kPerMinute
                            : RateUnit::kPerSecond;
}

absl::StatusOr<std::vector<double>> Throughput(const json& arguments) {
  const auto result =
      RequiredThroughput(arguments.at("light_clients"), arguments.at("full_clients"),
                         {.value = arguments.at("rate"), .unit = UnitOf(arguments)});
  if (!result.ok()) return result.status();
  return std::vector<double>{*result};
}

// srtt, rttvar and the timeout without a lower bound after the samples, in ms.
absl::StatusOr<std::vector<double>> Rtt(const json& arguments) {
  RttEstimator rtt;
  for (const int64_t ms : arguments.at("samples_ms")) rtt.Update(std::chrono::milliseconds(ms));
  const auto ms = [](base::Duration duration) {
    return static_cast<double>(duration.count()) / 1e6;
  };
  return std::vector<double>{ms(rtt.srtt()), ms(rtt.rttvar()),
                             ms(rtt.rto({.min = std::chrono::milliseconds(1)}))};
}

const std::map<std::string, Call> kCalls = {{"required_throughput", Throughput},
                                            {"rtt_estimate", Rtt}};

absl::StatusOr<KnownObject> MakeMeter(const json& a) {
  auto made = RateMeter::Create(
      {.window = base::Duration(a.at("window_ns").get<int64_t>()), .buckets = a.at("buckets")});
  if (!made.ok()) return made.status();
  const auto meter = std::make_shared<RateMeter>(*std::move(made));
  const auto at = [](const json& it) { return base::FromUnixNanos(it.at("now_ns")); };
  return KnownObject{
      {"record",
       [=](const json& it) -> absl::StatusOr<json> {
         const absl::Status status =
             meter->Record(at(it), it.at("client"), it.value("requests", 1U));
         return status.ok() ? absl::StatusOr<json>(json()) : status;
       }},
      {"register",
       [=](const json& it) -> absl::StatusOr<json> {
         const absl::Status status = meter->Register(it.at("client"));
         return status.ok() ? absl::StatusOr<json>(json()) : status;
       }},
      {"unregister",
       [=](const json& it) {
         meter->Unregister(it.at("client"));
         return json();
       }},
      {"clients", [=](const json& it) { return json(meter->Clients(at(it))); }},
      {"observed_rps", [=](const json& it) { return json(meter->ObservedRps(at(it))); }},
      {"average_rate_per_client",
       [=](const json& it) { return json(meter->AverageRatePerClient(at(it))); }},
      {"check", [=](const json& it) {
         const ThroughputStatus status = meter->Check(at(it), it.at("required_rps"));
         return json{status.ok, status.ratio};
       }}};
}

TEST(KnownAnswers, AreGiven) {
  std::ifstream file(SHADW_TEST_VECTORS "/economy/telemetry.json");
  const json vectors = json::parse(file);
  for (const json& entry : vectors.at("cases")) {
    if (entry.contains("class")) {
      TakeKnownSteps(entry, {{"RateMeter", MakeMeter}});
      continue;
    }
    const auto call = kCalls.find(entry.at("function"));
    ASSERT_NE(call, kCalls.end()) << entry;
    const auto result = call->second(entry.at("arguments"));
    if (entry.contains("error")) {
      EXPECT_EQ(KnownErrorOf(result.status()), entry["error"].get<std::string>()) << entry;
      continue;
    }
    ASSERT_TRUE(result.ok()) << result.status();
    const json& expect = entry.at("expect");
    const std::vector<double> expected =
        expect.is_array() ? expect.get<std::vector<double>>() : std::vector<double>{expect};
    ASSERT_EQ(result->size(), expected.size());
    for (size_t i = 0; i < expected.size(); ++i) {
      EXPECT_NEAR((*result)[i], expected[i], entry.value("tolerance", 0.0)) << entry;
    }
  }
}

}  // namespace
}  // namespace shadw::telemetry
