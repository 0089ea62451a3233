// SPDX-License-Identifier: Apache-2.0
//
// The known answers of tests/vectors/economy/reputation.json; the names of functions and
// arguments are those of Python.
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "libshadw/reputation/attacks.h"
#include "libshadw/reputation/beta.h"
#include "libshadw/reputation/book.h"
#include "libshadw/reputation/change_record.h"
#include "libshadw/reputation/measurements.h"
#include "libshadw/reputation/rules.h"
#include "libshadw/reputation/statistics.h"
#include "libshadw/reputation/trust_score.h"
#include "tests/reputation/known_objects.h"

namespace shadw::reputation {
namespace {

using base::FormulaMode;
using nlohmann::json;
using Numbers = std::vector<double>;
using Call = std::function<absl::StatusOr<json>(const json&)>;

FormulaMode ModeOf(const json& arguments) {
  const std::string name = arguments.value("mode", "corrected");
  return name == "reference"       ? FormulaMode::kReference
         : name == "paper_literal" ? FormulaMode::kPaperLiteral
                                   : FormulaMode::kCorrected;
}

json ToJson(double value) { return value; }
json ToJson(uint32_t value) { return value; }
json ToJson(const Points& points) { return points.units; }
json ToJson(const Penalty& penalty) { return {penalty.sender.units, penalty.target.units}; }
json ToJson(const FeeSplit& split) {
  return {split.payer_pays, split.provider_net, split.fee, split.dao, split.rest};
}
json ToJson(const TrustScore& score) { return {score.points, score.flags}; }
json ToJson(const SybilSplitReport& report) {
  return {report.weight_of_one, report.weight_of_many, report.factor};
}
json ToJson(const std::optional<double>& value) { return value ? json(*value) : json(); }

template <typename T>
absl::StatusOr<json> Answer(const absl::StatusOr<T>& result) {
  if (!result.ok()) return result.status();
  return ToJson(*result);
}

Conduct ConductOf(const json& it) {
  Conduct conduct;
  const auto take = [&](const char* name, auto& field) {
    if (it.contains(name)) field = it.at(name);
  };
  take("early_cancelled", conduct.early_cancelled);
  take("provisioning_failed", conduct.provisioning_failed);
  take("rejected", conduct.rejected);
  take("response_hours", conduct.response_hours);
  take("points_90_days", conduct.points_90_days);
  take("stuck_value_usd", conduct.stuck_value_usd);
  take("active_contracts", conduct.active_contracts);
  take("days_since_check_in", conduct.days_since_check_in);
  take("reviews", conduct.reviews);
  take("would_rent_again", conduct.would_rent_again);
  take("matched_description", conduct.matched_description);
  conduct.has_contact = it.value("has_contact", 1) != 0;
  return conduct;
}

json OutliersOf(const Numbers& values) {
  std::vector<uint8_t> keep(values.size());
  FindOutliers(values, keep);
  json rows = json::array();
  for (size_t i = 0; i < keep.size(); ++i) {
    if (keep[i] == 0) rows.push_back(i);
  }
  return rows;
}

const std::map<std::string, Call> kRules = {
    {"charge_payment",
     [](const json& a) {
       return Answer(ChargePayment(a.at("amount"),
                                   {.fee_bps = a.value("fee_bps", uint64_t{200}),
                                    .dao_share_ppm = a.value("dao_share_ppm", uint64_t{1'000'000})},
                                   ModeOf(a)));
     }},
    {"payment_gain",
     [](const json& a) {
       return Answer(PaymentGain(a.at("amount"), {a.value("current", uint64_t{0})}, {}, ModeOf(a)));
     }},
    {"penalize",
     [](const json& a) {
       return Answer(Penalize({a.at("sender")}, {a.at("target")}, {a.at("spend")},
                              {.multiplier_bps = a.value("multiplier_bps", 20'000U)}));
     }},
    {"age", [](const json& a) { return Answer(Age({a.at("points")}, a.at("ppm"), ModeOf(a))); }},
    {"health",
     [](const json& a) {
       return Health({.increases = a.at("increases"), .decreases = a.at("decreases")});
     }},
    {"trust_score", [](const json& a) { return Answer(ScoreConduct(ConductOf(a))); }},
    {"failures_until_disqualified",
     [](const json& a) { return Answer(FailuresUntilDisqualified({}, a.at("successes"))); }},
    {"split_into_sybils",
     [](const json& a) { return Answer(SplitIntoSybils(a.at("points"), a.at("names"))); }},
};

absl::StatusOr<json> HistoryAnswer(const json& a) {
  const auto it = HistoryOf(a.at("units").get<std::vector<int64_t>>());
  if (!it.ok()) return it.status();
  return json{it->increases, it->decreases, it->gained.units, it->lost.units};
}

absl::StatusOr<json> FakeAnswer(const json& a) {
  const auto it =
      RunFakePayments({.members = a.at("members"),
                       .windows = a.at("windows"),
                       .payments_per_window = a.at("payments_per_window"),
                       .payment = a.at("payment"),
                       .fee = {.dao_share_ppm = a.value("dao_share_ppm", uint64_t{1'000'000})}});
  if (!it.ok()) return it.status();
  return json{{"moved", it->moved},
              {"lost", it->lost},
              {"kept", it->kept},
              {"gained", it->gained.units},
              {"tokens_per_point", it->tokens_per_point}};
}

absl::StatusOr<json> EncodeAnswer(const json& a) {
  std::vector<NamedChange> changes;
  for (size_t i = 0; i < a.at("ids").size(); ++i) {
    changes.push_back({BytesOf(a["ids"][i]), a.at("units").at(i)});
  }
  const auto bytes = EncodeChanges(changes);
  if (!bytes.ok()) return bytes.status();
  return HexOf(*bytes);
}

const std::map<std::string, Call> kStatistics = {
    {"history", HistoryAnswer},
    {"fake_payments", FakeAnswer},
    {"encode_changes", EncodeAnswer},
    {"global_scores", GlobalScoresAnswer},
    {"weighted_sum",
     [](const json& a) {
       return WeightedSum(a.at("values").get<Numbers>(), a.at("weights").get<Numbers>());
     }},
    {"filtered_mean",
     [](const json& a) {
       return Answer(
           FilteredMean(a.at("values").get<Numbers>(), a.at("weights").get<Numbers>(), ModeOf(a)));
     }},
    {"outliers", [](const json& a) { return OutliersOf(a.at("values").get<Numbers>()); }},
    {"min_max",
     [](const json& a) { return ToJson(MinMax(a.at("value"), a.at("least"), a.at("greatest"))); }},
    {"quantile",
     [](const json& a) { return ToJson(Quantile(a.at("values").get<Numbers>(), a.at("q"))); }},
    {"mean", [](const json& a) { return Mean(a.at("values").get<Numbers>()); }},
    {"sample_variance",
     [](const json& a) { return SampleVariance(a.at("values").get<Numbers>()); }},
    {"smooth_score",
     [](const json& a) { return Answer(SmoothScore(a.at("old_score"), a.at("new_score"))); }},
    {"reporter_weights",
     [](const json& a) {
       return json(ReporterWeights(a.at("scores").get<Numbers>(), a.value("inverted", false)));
     }},
};

void ExpectNear(const json& got, const json& expected, double tolerance, const json& entry) {
  if (expected.is_object() && !expected.contains("hex")) {
    for (const auto& [name, value] : expected.items()) EXPECT_EQ(got.at(name), value) << entry;
    return;
  }
  if (expected.is_array()) {
    ASSERT_EQ(got.size(), expected.size()) << entry;
    for (size_t i = 0; i < got.size(); ++i) ExpectNear(got[i], expected[i], tolerance, entry);
  } else if (expected.is_number() && tolerance > 0) {
    EXPECT_NEAR(got.get<double>(), expected.get<double>(), tolerance) << entry;
  } else {
    EXPECT_EQ(got, expected) << entry;
  }
}

TEST(KnownAnswers, AreGiven) {
  std::ifstream file(SHADW_TEST_VECTORS "/economy/reputation.json");
  const json vectors = json::parse(file);
  for (const json& entry : vectors.at("cases")) {
    if (entry.contains("class")) {
      TakeKnownSteps(entry,
                     {{"ReputationBook", MakeKnownBook}, {"PeerMeasurements", MakeKnownPeer}});
      continue;
    }
    const std::string name = entry.at("function");
    const auto& calls = kRules.contains(name) ? kRules : kStatistics;
    const auto call = calls.find(name);
    ASSERT_NE(call, calls.end()) << entry;
    const absl::StatusOr<json> result = call->second(entry.at("arguments"));
    if (entry.contains("error")) {
      EXPECT_EQ(KnownErrorOf(result.status()), entry["error"].get<std::string>()) << entry;
      continue;
    }
    ASSERT_TRUE(result.ok()) << result.status();
    ExpectNear(*result, entry.at("expect"), entry.value("tolerance", 0.0), entry);
  }
}

}  // namespace
}  // namespace shadw::reputation
