// SPDX-License-Identifier: Apache-2.0
//
// `shadw price …`: what something would cost. Amounts are given and shown in tokens, and
// computed in base units.
#include <array>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "commands.h"
#include "libshadw/base/amount.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/econ/emission.h"
#include "libshadw/econ/exact_curve.h"
#include "libshadw/econ/resource_price.h"
#include "money.h"
#include "usage_table.h"

namespace shadw::app {
namespace {

using base::Amount;

// --- along a curve ----------------------------------------------------------------

struct CurveArguments {
  std::vector<std::string> points;
  uint64_t max_supply = 0;
  std::string mode = "corrected";
  uint64_t steps = 10;
  uint64_t supply = 0;
  uint64_t units = 0;
  uint32_t fee_bps = 0;
};

absl::StatusOr<econ::ExactCurve> MakeCurve(const CurveArguments& arguments) {
  std::array<Amount, 4> points = {};
  for (size_t i = 0; i < points.size(); ++i) {
    SHADW_ASSIGN_OR_RETURN(points[i], ParseTokens(arguments.points.at(i), "price: got --points"));
  }
  const bool literal = arguments.mode == "paper_literal";
  return econ::ExactCurve::Create(
      {.points = points,
       .max_supply = arguments.max_supply,
       .mode = literal ? base::FormulaMode::kPaperLiteral : base::FormulaMode::kCorrected});
}

absl::StatusOr<Outcome> ShowCurve(const CurveArguments& arguments, Console&) {
  SHADW_ASSIGN_OR_RETURN(const econ::ExactCurve curve, MakeCurve(arguments));
  Outcome outcome{.text = absl::StrFormat("%12s %20s %20s\n", "supply", "price", "cost from 0"),
                  .json = {{"rows", nlohmann::json::array()}}};
  for (uint64_t step = 0; step <= arguments.steps; ++step) {
    const uint64_t supply = *base::MultiplyDivideFloor(arguments.max_supply, step, arguments.steps);
    SHADW_ASSIGN_OR_RETURN(const Amount price, curve.PriceAt(supply));
    SHADW_ASSIGN_OR_RETURN(const Amount cost, curve.BuyCost({0, supply}));
    absl::StrAppendFormat(&outcome.text, "%12d %20s %20s\n", supply, FormatTokens(price),
                          FormatTokens(cost));
    outcome.json["rows"].push_back({{"supply", supply}, {"price", price}, {"cost", cost}});
  }
  return outcome;
}

absl::StatusOr<Outcome> Buy(const CurveArguments& arguments, Console&) {
  SHADW_ASSIGN_OR_RETURN(const econ::ExactCurve curve, MakeCurve(arguments));
  SHADW_ASSIGN_OR_RETURN(const Amount cost, curve.BuyCost({arguments.supply, arguments.units}));
  SHADW_ASSIGN_OR_RETURN(const Amount price, curve.PriceAt(arguments.supply + arguments.units));
  return Outcome{.text = absl::StrCat("cost        ", FormatTokens(cost), "\nprice after ",
                                      FormatTokens(price), "\n"),
                 .json = {{"cost", cost}, {"price_after", price}}};
}

absl::StatusOr<Outcome> Sell(const CurveArguments& arguments, Console&) {
  SHADW_ASSIGN_OR_RETURN(const econ::ExactCurve curve, MakeCurve(arguments));
  const econ::ExactTrade trade = {arguments.supply, arguments.units};
  SHADW_ASSIGN_OR_RETURN(const Amount gross, curve.SellRefund(trade, 0));
  SHADW_ASSIGN_OR_RETURN(const Amount refund, curve.SellRefund(trade, arguments.fee_bps));
  SHADW_ASSIGN_OR_RETURN(const Amount price, curve.PriceAt(arguments.supply - arguments.units));
  return Outcome{.text = absl::StrCat("refund      ", FormatTokens(refund), "\nfee         ",
                                      FormatTokens(gross - refund), "\nprice after ",
                                      FormatTokens(price), "\n"),
                 .json = {{"refund", refund}, {"fee", gross - refund}, {"price_after", price}}};
}

CLI::App* AddCurveCommand(CLI::App& price, Chosen& chosen, const char* name, const char* what,
                          absl::StatusOr<Outcome> (*run)(const CurveArguments&, Console&),
                          std::shared_ptr<CurveArguments> arguments) {
  CLI::App* command = AddCommand<CurveArguments>(price, chosen, name, what, arguments, run);
  command->add_option("--points", arguments->points, "P0,P1,P2,P3: prices of a unit, in tokens")
      ->delimiter(',')
      ->expected(4)
      ->required();
  AddWhole(command, "--max-supply", arguments->max_supply, "Units there are in all")->required();
  command->add_option("--mode", arguments->mode, "Form of the formula")
      ->check(CLI::IsMember({"corrected", "paper_literal"}))
      ->capture_default_str();
  return command;
}

void AddCurveCommands(CLI::App& price, Chosen& chosen) {
  auto table = std::make_shared<CurveArguments>();
  CLI::App* curve =
      AddCurveCommand(price, chosen, "curve", "A table of a bonding curve", ShowCurve, table);
  AddWhole(curve, "--steps", table->steps, "Rows of the table")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  for (const bool buy : {true, false}) {
    auto trade = std::make_shared<CurveArguments>();
    CLI::App* command =
        buy ? AddCurveCommand(price, chosen, "buy", "What units cost along a curve", Buy, trade)
            : AddCurveCommand(price, chosen, "sell", "What selling units back pays", Sell, trade);
    AddWhole(command, "--supply", trade->supply, "Units that are sold already")->required();
    AddWhole(command, "--units", trade->units, "Units of this trade")->required();
    if (!buy) AddWhole(command, "--fee-bps", trade->fee_bps, "Fee in basis points");
  }
}

// --- resources --------------------------------------------------------------------

struct ResourceArguments {
  econ::ComputeUsage usage;
  econ::EnergyModel model;
  double seconds = 0;
  double tariff = 0;
  econ::NetUsage net;
  econ::NetRates rates;
  econ::NetTargets targets;
};

absl::StatusOr<Outcome> ComputeCost(const ResourceArguments& a, Console&) {
  SHADW_ASSIGN_OR_RETURN(const double kwh, econ::EnergyKwh(a.usage, a.model, a.seconds));
  SHADW_ASSIGN_OR_RETURN(const double price,
                         econ::EnergyPrice(a.usage, a.model, a.seconds, a.tariff));
  return Outcome{.text = absl::StrFormat("energy %.12g kWh\nprice  %.12g\n", kwh, price),
                 .json = {{"kwh", kwh}, {"price", price}}};
}

absl::StatusOr<Outcome> BandwidthCost(const ResourceArguments& a, Console&) {
  SHADW_ASSIGN_OR_RETURN(const double price, econ::BandwidthPrice(a.net, a.rates, a.targets));
  SHADW_ASSIGN_OR_RETURN(
      const double literal,
      econ::BandwidthPrice(a.net, a.rates, {}, base::FormulaMode::kPaperLiteral));
  return Outcome{.text = absl::StrFormat("price              %.12g\nas the paper says  %.12g\n",
                                         price, literal),
                 .json = {{"price", price}, {"paper_literal", literal}}};
}

void AddResourceCommands(CLI::App& price, Chosen& chosen) {
  auto a = std::make_shared<ResourceArguments>();
  CLI::App* compute = AddCommand<ResourceArguments>(
      price, chosen, "compute", "Computing, by the energy it takes", a, ComputeCost);
  compute->add_option("--bit-ops", a->usage.bit_ops, "Bit operations");
  compute->add_option("--flops", a->usage.flops, "Floating-point operations");
  compute->add_option("--joules-per-bit-op", a->model.joules_per_bit_op,
                      "Energy of a bit operation");
  compute->add_option("--joules-per-flop", a->model.joules_per_flop,
                      "Energy of a floating-point operation");
  compute->add_option("--idle-watts", a->model.idle_watts, "Power while nothing is computed");
  compute->add_option("--seconds", a->seconds, "Time booked");
  compute->add_option("--tariff", a->tariff, "Price of a kilowatt-hour")->required();
  CLI::App* net = AddCommand<ResourceArguments>(
      price, chosen, "bandwidth", "A transfer, less what is slower than agreed", a, BandwidthCost);
  net->add_option("--megabytes", a->net.megabytes, "Of 10^6 bytes")->required();
  net->add_option("--seconds", a->net.seconds, "Time booked");
  net->add_option("--latency-ms", a->net.latency_ms, "One way");
  net->add_option("--ping-ms", a->net.ping_ms, "There and back");
  net->add_option("--per-megabyte", a->rates.per_megabyte, "Price of a megabyte")->required();
  net->add_option("--per-second", a->rates.per_second, "Price of a second booked");
  net->add_option("--per-latency-ms", a->rates.per_latency_ms,
                  "Taken off for each ms one way over what was agreed");
  net->add_option("--per-ping-ms", a->rates.per_ping_ms,
                  "Taken off for each ms there and back over what was agreed");
  net->add_option("--target-latency-ms", a->targets.latency_ms, "What was agreed");
  net->add_option("--target-ping-ms", a->targets.ping_ms, "What was agreed");
}

// --- invoices and emission -----------------------------------------------------------

struct InvoiceArguments {
  std::string input;
};

absl::StatusOr<Outcome> ShowInvoice(const InvoiceArguments& arguments, Console&) {
  SHADW_ASSIGN_OR_RETURN(const std::vector<InvoicedLine> lines, InvoiceOfFile(arguments.input));
  Outcome outcome{.text = absl::StrFormat("%-20s %20s %20s\n", "line", "units", "amount"),
                  .json = {{"lines", nlohmann::json::array()}}};
  Amount total = 0;
  for (const InvoicedLine& line : lines) {
    if (__builtin_add_overflow(total, line.amount, &total)) {
      return absl::OutOfRangeError("price: got an invoice of 2^64 base units or more, need less");
    }
    absl::StrAppendFormat(&outcome.text, "%-20s %20d %20s\n", Printable(line.name), line.units,
                          FormatTokens(line.amount));
    nlohmann::json row = {{"units", line.units}, {"amount", line.amount}};
    SetName(row, line.name);
    outcome.json["lines"].push_back(std::move(row));
  }
  absl::StrAppendFormat(&outcome.text, "%-20s %20s %20s\n", "total", "", FormatTokens(total));
  outcome.json["total"] = total;
  return outcome;
}

struct EmissionArguments {
  econ::HalvingSchedule schedule;
  uint64_t eras = 10;
};

absl::StatusOr<Outcome> ShowEmission(const EmissionArguments& arguments, Console&) {
  Outcome outcome{.text = absl::StrFormat("%12s %20s %20s\n", "first block", "reward", "supply"),
                  .json = {{"rows", nlohmann::json::array()}}};
  for (uint64_t era = 0; era < arguments.eras; ++era) {
    uint64_t block = 0;
    if (__builtin_mul_overflow(era, arguments.schedule.halve_every_blocks, &block)) break;
    SHADW_ASSIGN_OR_RETURN(const Amount reward, econ::RewardAt(arguments.schedule, block));
    SHADW_ASSIGN_OR_RETURN(const Amount supply, econ::SupplyAfter(arguments.schedule, block));
    absl::StrAppendFormat(&outcome.text, "%12d %20s %20s\n", block, FormatTokens(reward),
                          FormatTokens(supply));
    outcome.json["rows"].push_back({{"block", block}, {"reward", reward}, {"supply", supply}});
  }
  return outcome;
}

void AddMoneyCommands(CLI::App& price, Chosen& chosen) {
  auto invoice = std::make_shared<InvoiceArguments>();
  AddCommand<InvoiceArguments>(price, chosen, "invoice", "The invoice for a CSV file of usage",
                               invoice, ShowInvoice)
      ->add_option("--input", invoice->input,
                   "Columns line,units,price,per_units: base units for so many units")
      ->required()
      ->check(CLI::ExistingFile);
  auto emission = std::make_shared<EmissionArguments>();
  CLI::App* command = AddCommand<EmissionArguments>(
      price, chosen, "emission", "Rewards and supply, era by era", emission, ShowEmission);
  AddWhole(command, "--initial-reward", emission->schedule.initial_reward, "Base units")
      ->capture_default_str();
  AddWhole(command, "--halve-every", emission->schedule.halve_every_blocks, "Blocks")
      ->capture_default_str();
  AddWhole(command, "--tail", emission->schedule.tail, "Least reward, in base units");
  AddWhole(command, "--eras", emission->eras, "Rows of the table")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
}

}  // namespace

void AddPriceCommands(CLI::App& app, Chosen& chosen) {
  CLI::App* price = app.add_subcommand("price", "What something would cost")->group("Commands");
  price->require_subcommand(1);
  AddCurveCommands(*price, chosen);
  AddResourceCommands(*price, chosen);
  AddMoneyCommands(*price, chosen);
  price->footer(
      "Examples:\n"
      "  shadw price curve --points 1,2,4,8 --max-supply 1000\n"
      "  shadw price sell --points 1,2,4,8 --max-supply 1000 --supply 500 --units 500 --fee-bps "
      "200\n"
      "  shadw price compute --bit-ops 1e12 --joules-per-bit-op 1e-12 --tariff 0.3\n"
      "  shadw price invoice --input usage.csv --json");
}

}  // namespace shadw::app
