// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "commands.h"
#include "files.h"
#include "ledger_file.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/econ/split.h"
#include "money.h"

namespace shadw::app {
namespace {

struct RewardsArguments {
  std::string input;
  std::string pool;
  std::string rule = "sqrt";
  std::string remainder = "largest";
  bool bootstrap = false;
  std::string out;
};

econ::Remainder RemainderOf(const std::string& name) {
  if (name == "burn") return econ::Remainder::kBurn;
  return name == "carry" ? econ::Remainder::kCarry : econ::Remainder::kLargestRemainder;
}

absl::StatusOr<econ::SplitTotals> Split(const RewardsArguments& arguments, base::Amount pool,
                                        const Participants& participants,
                                        std::span<base::Amount> shares) {
  const econ::Remainder remainder = RemainderOf(arguments.remainder);
  if (arguments.rule == "equal") return econ::SplitEqually(pool, remainder, shares);
  if (arguments.rule == "linear") {
    return econ::SplitByWeight(pool, participants.reputations, remainder, shares);
  }
  return econ::SplitBySqrt(pool, participants.reputations,
                           {.remainder = remainder, .bootstrap = arguments.bootstrap}, shares);
}

absl::Status WriteShares(const std::string& path, const Participants& participants,
                         const std::vector<base::Amount>& shares) {
  std::string text = "id,reputation,reward\n";
  for (size_t i = 0; i < shares.size(); ++i) {
    absl::StrAppend(&text, participants.ids[i], ",", participants.reputations[i], ",", shares[i],
                    "\n");
  }
  SHADW_ASSIGN_OR_RETURN(Output output, Output::Open(path));
  SHADW_RETURN_IF_ERROR(output.Write(base::AsBytes(text)));
  return output.Finish(std::nullopt, std::nullopt);
}

std::string Table(const Participants& participants, const std::vector<base::Amount>& shares) {
  size_t width = 2;
  for (const std::string& id : participants.ids) width = std::max(width, Printable(id).size());
  std::string text = absl::StrFormat("%-*s %20s %21s\n", width, "id", "reputation", "tokens");
  for (size_t i = 0; i < shares.size(); ++i) {
    absl::StrAppend(&text,
                    absl::StrFormat("%-*s %20d %21s\n", width, Printable(participants.ids[i]),
                                    participants.reputations[i], FormatTokens(shares[i])));
  }
  return text;
}

// Before anything is read: a ledger is not written over by what is made of it.
absl::Status CheckOut(const RewardsArguments& arguments) {
  std::error_code ignored;  // one of the two is no file
  if (!arguments.out.empty() &&
      std::filesystem::equivalent(arguments.input, arguments.out, ignored)) {
    return absl::InvalidArgumentError(
        absl::StrCat("rewards: got --out '", arguments.out, "', need another file than --input"));
  }
  return absl::OkStatus();
}

absl::StatusOr<Outcome> Reward(const RewardsArguments& arguments, Console& console) {
  SHADW_RETURN_IF_ERROR(CheckOut(arguments));
  SHADW_ASSIGN_OR_RETURN(const base::Amount pool,
                         ParseTokens(arguments.pool, "rewards: got --pool"));
  SHADW_ASSIGN_OR_RETURN(const Participants participants, ReadLedger(arguments.input));
  std::vector<base::Amount> shares(participants.ids.size());
  SHADW_ASSIGN_OR_RETURN(const econ::SplitTotals totals,
                         Split(arguments, pool, participants, shares));
  if (!arguments.out.empty()) {
    SHADW_RETURN_IF_ERROR(WriteShares(arguments.out, participants, shares));
  }
  Outcome outcome;
  if (!console.json()) {
    outcome.text =
        absl::StrCat(arguments.out.empty() ? Table(participants, shares) : "", "paid ",
                     FormatTokens(totals.paid), ", burned ", FormatTokens(totals.burned),
                     ", carried ", FormatTokens(totals.carried), " of ", FormatTokens(pool),
                     " tokens to ", Count(shares.size(), "participant"), "\n");
    return outcome;
  }
  outcome.json = {
      {"pool", pool},        {"rule", arguments.rule},  {"remainder", arguments.remainder},
      {"paid", totals.paid}, {"burned", totals.burned}, {"carried", totals.carried}};
  auto rewards = nlohmann::json::array();
  for (size_t i = 0; arguments.out.empty() && i < shares.size(); ++i) {
    nlohmann::json one = {{"reputation", participants.reputations[i]}, {"reward", shares[i]}};
    SetName(one, participants.ids[i]);
    rewards.push_back(std::move(one));
  }
  if (arguments.out.empty()) outcome.json["rewards"] = std::move(rewards);
  return outcome;
}

}  // namespace

void AddRewardsCommand(CLI::App& app, Chosen& chosen) {
  auto rewards = std::make_shared<RewardsArguments>();
  CLI::App* command = AddCommand<RewardsArguments>(
      app, chosen, "rewards", "Split a pool among the participants of a ledger, to the last unit",
      rewards, Reward);
  NeedText(command->add_option("--input", rewards->input,
                               "Rows of id,reputation below that header; or -"))
      ->type_name("FILE")
      ->required();
  command->add_option("--pool", rewards->pool, "What is split, with at most 9 decimals")
      ->type_name("TOKENS")
      ->required();
  command->add_option("--rule", rewards->rule, "sqrt, linear or equal; sqrt where absent")
      ->check(CLI::IsMember({"sqrt", "linear", "equal"}).description(""))
      ->type_name("NAME");
  command
      ->add_option("--remainder", rewards->remainder,
                   "Who gets what rounding leaves over: largest, burn or carry")
      ->check(CLI::IsMember({"largest", "burn", "carry"}).description(""))
      ->type_name("NAME");
  command->add_flag("--bootstrap", rewards->bootstrap,
                    "Split equally where nobody has a reputation yet");
  NeedText(
      command->add_option("--out", rewards->out, "Write id,reputation,reward in base units here"))
      ->type_name("FILE");
  command->footer(
      "A bad row is named with its column and the reason, and nothing is written.\n\n"
      "Example:\n"
      "  shadw rewards --input ledger.csv --pool 50 --remainder burn");
}

}  // namespace shadw::app
