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

// A core dump would hold what passes through: plaintext.
void ForbidCoreDumps() {
  const rlimit none{};
  setrlimit(RLIMIT_CORE, &none);
}

int Main(int argc, char** argv) {
  ForbidCoreDumps();
  CLI::App app("Keeps files on stores that cannot read them, finds everything from one key.",
               "shadw");
  app.set_version_flag("--version", "shadw " SHADW_VERSION);
  app.require_subcommand(1);
  Chosen chosen;
  AddKeyCommands(app, chosen);
  AddPutCommand(app, chosen);
  AddGetCommand(app, chosen);
  AddNameCommands(app, chosen);
  AddUpkeepCommands(app, chosen);
  AddRecoverCommand(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    return Console(GuessShape(argc, argv))
        .ShowUsageError(std::string(error.what()) + " (shadw --help says more)");
  }
  Console console(ShapeOf(chosen.json, chosen.data_on_standard_output));
  const auto outcome = chosen.run(console);
  return outcome.ok() ? console.Show(*outcome) : console.ShowError(outcome.status());
}

}  // namespace

int main(int argc, char** argv) { return Main(argc, argv); }
