// SPDX-License-Identifier: Apache-2.0
// shadw: keeps files on stores that cannot read them. README.md says how.
#include <sys/resource.h>

#include <string_view>

#include "commands.h"

namespace {

using namespace shadw::app;

Console::Shape ShapeOf(bool json, bool data_on_standard_output) {
  if (!json) return Console::Shape::kText;
  return data_on_standard_output ? Console::Shape::kJsonBesideData : Console::Shape::kJson;
}

// Of errors in a command line that could not be understood.
Console::Shape GuessShape(int argc, char** argv) {
  bool json = false;
  bool data = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    json |= argument == "--json";
    data |= argument == "--out=-" || (argument == "-" && std::string_view(argv[i - 1]) == "--out");
  }
  return ShapeOf(json, data);
}

constexpr char kDescription[] =
    "Keeps files as shards in directories, each standing for a node that nobody needs to trust.\n"
    "Any K of K+M of them give a file back, none can read it, and one key finds everything.";

constexpr char kFooter[] =
    "Examples (bash spells 14 stores by nodes/{1..14}):\n"
    "  shadw keygen --out KEY\n"
    "  shadw put    --key KEY --store=nodes/{1..14} notes.txt\n"
    "  shadw list   --key KEY --store=nodes/{1..14}\n"
    "  shadw get    --key KEY --store=nodes/{1..14} notes.txt --out copy.txt\n"
    "  shadw verify --key KEY --store=nodes/{1..14} notes.txt\n\n"
    "Exit codes: 0 done, 1 failed or not whole, 2 the command line was wrong.\n"
    "shadw COMMAND --help says more of each.";

const CLI::App* FindCommand(const CLI::App& app, std::string_view name) {
  const auto found =
      app.get_subcommands([&](const CLI::App* command) { return command->get_name() == name; });
  return found.empty() ? nullptr : found.front();
}

// What was wrong with the command line, and whose help tells how it should be.
std::string Explain(const CLI::ParseError& error, const CLI::App& app, int argc, char** argv) {
  const std::string_view first = argc > 1 ? argv[1] : "";
  const CLI::App* command = FindCommand(app, first);
  std::string message = error.what();
  if (command == nullptr) {
    const bool named = !first.empty() && first.front() != '-';
    message = named ? "there is no command " + Printable(first) : "a command must come first";
  }
  return message + " (shadw " + (command == nullptr ? "" : command->get_name() + " ") +
         "--help says more)";
}

// A core dump would hold what passes through: plaintext.
void ForbidCoreDumps() {
  const rlimit none{};
  setrlimit(RLIMIT_CORE, &none);
}

int Main(int argc, char** argv) {
  ForbidCoreDumps();
  CLI::App app(kDescription, "shadw");
  app.set_help_flag("-h,--help", "Show this help");
  app.set_version_flag("--version", "shadw " SHADW_VERSION, "Show the version");
  app.get_formatter()->label("REQUIRED", "(required)");
  app.get_formatter()->label("SUBCOMMAND", "COMMAND");
  app.get_formatter()->label("Excludes", "or");
  app.require_subcommand(1);
  Chosen chosen;
  AddKeygenCommand(app, chosen);
  AddPutCommand(app, chosen);
  AddGetCommand(app, chosen);
  AddNameCommands(app, chosen);
  AddUpkeepCommands(app, chosen);
  AddShareCommand(app, chosen);
  AddRecoverCommand(app, chosen);
  AddDhtCommands(app, chosen);
  AddPriceCommands(app, chosen);
  AddRewardsCommand(app, chosen);
  AddDurabilityCommand(app, chosen);
  app.footer(kFooter);  // last, lest the commands inherit it
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    return Console(GuessShape(argc, argv)).ShowUsageError(Explain(error, app, argc, argv));
  }
  Console console(ShapeOf(chosen.json, chosen.data_on_standard_output));
  const auto outcome = chosen.run(console);
  return outcome.ok() ? console.Show(*outcome) : console.ShowError(outcome.status());
}

}  // namespace

int main(int argc, char** argv) { return Main(argc, argv); }
