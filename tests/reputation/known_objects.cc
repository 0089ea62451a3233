// SPDX-License-Identifier: Apache-2.0
#include "tests/reputation/known_objects.h"

#include <memory>
#include <vector>

#include "libshadw/reputation/book.h"
#include "libshadw/reputation/measurements.h"

namespace shadw::reputation {
namespace {

using nlohmann::json;
using JsonOr = absl::StatusOr<json>;

JsonOr Done(const absl::Status& status) { return status.ok() ? JsonOr(json()) : status; }

base::Time At(const json& a) { return base::FromUnixNanos(a.at("now_ns")); }

template <typename T>
std::vector<T> List(const json& a, const char* name) {
  return a.at(name).get<std::vector<T>>();
}

Weight WeightOf(const std::string& name) {
  return name == "weak"          ? Weight::kWeak
         : name == "strong"      ? Weight::kStrong
         : name == "very_strong" ? Weight::kVeryStrong
                                 : Weight::kProvable;
}

json OrNull(const std::optional<double>& value) { return value ? json(*value) : json(); }

json ReportOf(const PeerMeasurements& peer) {
  const Measurements it = peer.Report();
  return {{"latency_ms", OrNull(it.latency_ms)},
          {"interactions", OrNull(it.interactions)},
          {"inbound_bytes_per_ms", OrNull(it.inbound_bytes_per_ms)},
          {"outbound_bytes_per_ms", OrNull(it.outbound_bytes_per_ms)},
          {"bytes_received", OrNull(it.bytes_received)},
          {"bytes_sent", OrNull(it.bytes_sent)},
          {"uptime_percent", OrNull(it.uptime_percent)}};
}

}  // namespace

absl::StatusOr<KnownObject> MakeKnownBook(const json& arguments) {
  auto made = ReputationBook::Create({}, arguments.at("parties"));
  if (!made.ok()) return made.status();
  const auto book = std::make_shared<ReputationBook>(*std::move(made));
  return KnownObject{
      {"pay",
       [=](const json& a) {
         return Done(book->Pay(At(a), {List<Party>(a, "payers"), List<Party>(a, "providers"),
                                       List<base::Amount>(a, "amounts")}));
       }},
      {"apply",
       [=](const json& a) {
         std::vector<Delta> deltas;
         for (size_t i = 0; i < a.at("parties").size(); ++i) {
           deltas.push_back({a["parties"][i], a.at("units").at(i)});
         }
         return Done(book->Apply(At(a), deltas));
       }},
      {"penalize",
       [=](const json& a) -> JsonOr {
         const auto after =
             book->Penalize(At(a), a.at("sender"), a.at("target"), Points{a.at("spend")}, {});
         if (!after.ok()) return after.status();
         return json{after->sender.units, after->target.units};
       }},
      {"age", [=](const json& a) { return Done(book->Age(At(a), a.at("ppm"))); }},
      {"transfer",
       [=](const json& a) {
         return Done(book->Transfer(a.at("source"), a.at("target"), Points{a.at("units")}));
       }},
      {"units", [=](const json&) {
         std::vector<uint64_t> units(book->parties());
         book->CopyUnits(units);
         return json(units);
       }}};
}

absl::StatusOr<KnownObject> MakeKnownPeer(const json& /*arguments*/) {
  const auto peer = std::make_shared<PeerMeasurements>();
  return KnownObject{{"add_latency",
                      [=](const json& a) {
                        peer->AddLatency(a.at("ms"));
                        return json();
                      }},
                     {"add_interaction",
                      [=](const json& a) {
                        peer->AddInteraction(WeightOf(a.at("weight")), a.at("satisfied"));
                        return json();
                      }},
                     {"add_received",
                      [=](const json& a) {
                        peer->AddReceived(a.at("bytes"), a.at("ms").get<uint64_t>());
                        return json();
                      }},
                     {"add_sent",
                      [=](const json& a) {
                        peer->AddSent(a.at("bytes"), a.at("ms").get<uint64_t>());
                        return json();
                      }},
                     {"add_ping",
                      [=](const json& a) {
                        peer->AddPing(a.at("answered"));
                        return json();
                      }},
                     {"report", [=](const json&) { return ReportOf(*peer); }}};
}

JsonOr GlobalScoresAnswer(const json& a) {
  const std::string mode = a.value("mode", "corrected");
  std::vector<std::optional<uint8_t>> before;
  for (const int score : a.at("scores")) {
    before.push_back(score < 0 ? std::nullopt : std::optional<uint8_t>(score));
  }
  std::vector<PeerReport> reports(a.at("reporter").size());
  for (size_t i = 0; i < reports.size(); ++i) {
    reports[i] = {a["reporter"][i], a.at("subject").at(i), {}};
    const auto take = [&](const char* name, std::optional<double>& field) {
      if (a.contains(name)) field = a[name].at(i).get<double>();
    };
    take("latency_ms", reports[i].measurements.latency_ms);
    take("inbound_bytes_per_ms", reports[i].measurements.inbound_bytes_per_ms);
    take("uptime_percent", reports[i].measurements.uptime_percent);
  }
  const auto nodes = GlobalScores(reports, before, {.least_reports = a.value("least_reports", 4U)},
                                  mode == "reference"       ? base::FormulaMode::kReference
                                  : mode == "paper_literal" ? base::FormulaMode::kPaperLiteral
                                                            : base::FormulaMode::kCorrected);
  if (!nodes.ok()) return nodes.status();
  json lists = {json::array(), json::array(), json::array()};
  for (const NodeScore& node : *nodes) {
    lists[0].push_back(node.score);
    lists[1].push_back(node.this_round ? int{*node.this_round} : -1);
    lists[2].push_back(node.participates ? 1 : 0);
  }
  return lists;
}

}  // namespace shadw::reputation
