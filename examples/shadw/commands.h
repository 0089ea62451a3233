// SPDX-License-Identifier: Apache-2.0
//
// The commands of `shadw`. Each function adds some to the command line; parsing it
// chooses one.
#ifndef EXAMPLES_SHADW_COMMANDS_H_
#define EXAMPLES_SHADW_COMMANDS_H_

#include <CLI/CLI.hpp>
#include <concepts>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "outcome.h"
#include "session.h"

namespace shadw::app {

struct Chosen {
  bool json = false;
  bool data_on_standard_output = false;
  std::function<absl::StatusOr<Outcome>(Console&)> run;
};

void AddKeygenCommand(CLI::App& app, Chosen& chosen);
void AddPutCommand(CLI::App& app, Chosen& chosen);
void AddGetCommand(CLI::App& app, Chosen& chosen);
void AddNameCommands(CLI::App& app, Chosen& chosen);    // list, info, remove
void AddUpkeepCommands(CLI::App& app, Chosen& chosen);  // verify, repair, compact, rotate
void AddShareCommand(CLI::App& app, Chosen& chosen);
void AddRecoverCommand(CLI::App& app, Chosen& chosen);
void AddCapacityCommands(CLI::App& app, Chosen& chosen);  // capacity measure, prove, verify
void AddDhtCommands(CLI::App& app, Chosen& chosen);       // dht node, dht ping, …
void AddPriceCommands(CLI::App& app, Chosen& chosen);     // price curve, price buy, …
void AddRewardsCommand(CLI::App& app, Chosen& chosen);
void AddDurabilityCommand(CLI::App& app, Chosen& chosen);

// What several commands take.
void AddKey(CLI::App* command, Access& access);
void AddKeyOrCapability(CLI::App* command, Access& access);
CLI::Option* AddStores(CLI::App* command, Access& access);
// With a capability it may be left out.
void AddName(CLI::App* command, std::string& name);
void AddThreads(CLI::App* command, size_t& threads);

// Nothing, or what a text lacks to be a whole number below 2^64 in decimal digits. CLI11
// alone reads -5 as 2^64 - 5.
std::string NeedWhole(const std::string& text);
// An option whose value is one.
template <std::unsigned_integral Number>
CLI::Option* AddWhole(CLI::App* command, const std::string& name, Number& value,
                      const std::string& help) {
  return command->add_option(name, value, help)
      ->check(CLI::Validator([](const std::string& text) { return NeedWhole(text); }, ""));
}
// Refuses an empty text, which is not what leaving an option out means.
CLI::Option* NeedText(CLI::Option* option);

// Call in the command's callback: without --cap there must be a name.
void RequireName(const std::string& name, const Access& access);

// A subcommand with the options that all have. `Arguments` outlives the parsing;
// `check` throws a CLI::ParseError for what no single option can check.
template <typename Arguments>
CLI::App* AddCommand(CLI::App& app, Chosen& chosen, const std::string& name,
                     const std::string& description, std::shared_ptr<Arguments> arguments,
                     absl::StatusOr<Outcome> (*run)(const Arguments&, Console&),
                     std::function<void()> check = {}) {
  CLI::App* command = app.add_subcommand(name, description)->group("Commands");
  command->add_flag("--json", chosen.json, "Print one JSON object instead of text");
  command->callback([&chosen, arguments, run, check] {
    if (check) check();
    chosen.run = [arguments, run](Console& console) { return run(*arguments, console); };
  });
  return command;
}

}  // namespace shadw::app

#endif  // EXAMPLES_SHADW_COMMANDS_H_
