// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "commands.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/econ/durability.h"

namespace shadw::app {
namespace {

using econ::LossModel;

struct DurabilityArguments {
  std::string code;
  std::string node_life;
  std::string repair_time = "1d";
  uint32_t repair_at = 0;
  std::vector<std::string> groups;
};

absl::Status Refuse(std::string_view what, const std::string& got, std::string_view need) {
  return absl::InvalidArgumentError(absl::StrCat("durability: got ", std::string(what), " '",
                                                 Printable(got), "', need ", std::string(need)));
}

template <typename Number>
bool ParseNumber(std::string_view text, Number& number) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stop == end && !text.empty();
}

absl::StatusOr<econ::ErasureCode> ParseCode(const std::string& text) {
  const std::string_view view = text;
  const size_t plus = view.find('+');
  econ::ErasureCode code;
  if (plus == std::string_view::npos || !ParseNumber(view.substr(0, plus), code.data_shards) ||
      !ParseNumber(view.substr(plus + 1), code.parity_shards)) {
    return Refuse("--code", text, "K+M, such as 29+51");
  }
  return code;
}

// "6mo" is half a year of 365 days.
absl::StatusOr<double> ParseDays(std::string_view option, const std::string& text) {
  constexpr std::array<std::pair<std::string_view, double>, 6> kUnits = {
      {{"mo", 365.0 / 12}, {"min", 1.0 / 1440}, {"h", 1.0 / 24}, {"d", 1}, {"w", 7}, {"y", 365}}};
  const std::string_view view = text;
  for (const auto& [unit, days] : kUnits) {
    double count = 0;
    if (view.ends_with(unit) && ParseNumber(view.substr(0, view.size() - unit.size()), count) &&
        std::isfinite(count) && count > 0) {
      return count * days;
    }
  }
  return Refuse(option, text, "a number and one of min, h, d, w, mo, y");
}

// "4@0.001": four shards that fail together with that chance within a repair time.
absl::StatusOr<std::vector<econ::FailureGroup>> ParseGroups(const std::vector<std::string>& texts) {
  std::vector<econ::FailureGroup> groups;
  for (const std::string& text : texts) {
    const std::string_view view = text;
    const size_t at = view.find('@');
    econ::FailureGroup group;
    if (at == std::string_view::npos || !ParseNumber(view.substr(0, at), group.shards) ||
        !ParseNumber(view.substr(at + 1), group.probability)) {
      return Refuse("--group", text, "SHARDS@PROBABILITY, such as 4@0.001");
    }
    groups.push_back(group);
  }
  return groups;
}

struct Line {
  std::string model;
  double annual_loss;
  double nines;  // those of the annual loss, or -log10(365 d / MTTDL)
};

Line LineOf(std::string model, double annual_loss) {
  return {std::move(model), annual_loss, 0 - std::log10(annual_loss)};
}

Outcome Show(const std::vector<Line>& lines, nlohmann::json inputs) {
  Outcome outcome;
  outcome.text = absl::StrFormat("%-18s %14s %8s\n", "model", "annual loss", "nines");
  auto models = nlohmann::json::array();
  for (const Line& line : lines) {
    const bool never = line.annual_loss == 0;
    absl::StrAppend(
        &outcome.text,
        absl::StrFormat("%-18s %14.4g %8s\n", line.model, line.annual_loss,
                        std::isfinite(line.nines) ? absl::StrFormat("%.1f", line.nines) : "-"));
    nlohmann::json one = {{"model", line.model}, {"annual_loss", line.annual_loss}};
    if (!never || std::isfinite(line.nines)) one["nines"] = line.nines;
    models.push_back(std::move(one));
  }
  outcome.json = std::move(inputs);
  outcome.json["models"] = std::move(models);
  return outcome;
}

absl::StatusOr<Outcome> Durability(const DurabilityArguments& arguments, Console& /*console*/) {
  SHADW_ASSIGN_OR_RETURN(const econ::ErasureCode code, ParseCode(arguments.code));
  SHADW_ASSIGN_OR_RETURN(const double life_days, ParseDays("--node-life", arguments.node_life));
  SHADW_ASSIGN_OR_RETURN(const double repair_days,
                         ParseDays("--repair-time", arguments.repair_time));
  SHADW_ASSIGN_OR_RETURN(const auto groups, ParseGroups(arguments.groups));
  const econ::ShardFailures failures = {econ::kDaysPerYear / life_days, repair_days};
  std::vector<Line> lines;
  constexpr std::array<std::pair<const char*, LossModel>, 3> kModels = {
      {{"binomial", LossModel::kBinomial},
       {"binomial, linear", LossModel::kBinomialLinear},
       {"poisson", LossModel::kPoisson}}};
  const bool linear_holds = repair_days <= life_days;
  for (const auto& [name, model] : kModels) {
    if (model == LossModel::kBinomialLinear && !linear_holds) continue;
    SHADW_ASSIGN_OR_RETURN(const double loss, econ::AnnualLoss(code, failures, model));
    lines.push_back(LineOf(name, loss));
  }
  const uint32_t total = code.data_shards + code.parity_shards;
  const uint32_t repair_at =
      arguments.repair_at != 0 ? arguments.repair_at : std::max(code.data_shards, total - 1);
  SHADW_ASSIGN_OR_RETURN(
      const econ::LazyRepairResult chain,
      econ::LazyRepair({code.data_shards, repair_at, total, life_days, repair_days}));
  lines.push_back({absl::StrCat("markov, at ", repair_at), chain.annual_loss, chain.nines});
  if (!groups.empty()) {
    const double alone = -std::expm1(-repair_days / life_days);
    SHADW_ASSIGN_OR_RETURN(const double loss, econ::CorrelatedLoss(code, groups, alone));
    lines.push_back(LineOf("with groups", std::min(1.0, loss * econ::kDaysPerYear / repair_days)));
  }
  return Show(lines, {{"data_shards", code.data_shards},
                      {"parity_shards", code.parity_shards},
                      {"node_life_days", life_days},
                      {"repair_days", repair_days},
                      {"repair_at", repair_at},
                      {"mttdl_days", chain.mttdl_days}});
}

}  // namespace

void AddDurabilityCommand(CLI::App& app, Chosen& chosen) {
  auto durability = std::make_shared<DurabilityArguments>();
  CLI::App* command = AddCommand<DurabilityArguments>(
      app, chosen, "durability", "Say how likely an object is lost, by several models", durability,
      Durability);
  command->add_option("--code", durability->code, "Data and parity shards")
      ->type_name("K+M")
      ->required();
  command->add_option("--node-life", durability->node_life, "How long a node stays on average: 6mo")
      ->type_name("TIME")
      ->required();
  command->add_option("--repair-time", durability->repair_time, "How long a repair takes; 1d")
      ->type_name("TIME");
  AddWhole(command, "--repair-at", durability->repair_at,
           "Repair when so many shards are left; K+M-1 where absent")
      ->type_name("SHARDS");
  command
      ->add_option("--group", durability->groups,
                   "Shards that fail together, with that chance within a repair; repeatable")
      ->type_name("SHARDS@CHANCE")
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->footer(
      "All models but the last take failures for independent, which they are not: give what\n"
      "one owner, subnet or client version holds as a --group.\n\n"
      "Example:\n"
      "  shadw durability --code 29+51 --node-life 6mo --repair-at 35 --group 8@1e-4");
}

}  // namespace shadw::app
