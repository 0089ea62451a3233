// SPDX-License-Identifier: Apache-2.0
// shadw: keeps files on stores that cannot read them. README.md says how.
#include <sys/resource.h>

#include <string_view>

#include "commands.h"

namespace {

using namespace shadw::app;

// For the shape of errors, before the command line is understood.
bool AsksForJson(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--json") return true;
  }
  return false;
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
    return Console(AsksForJson(argc, argv))
        .ShowUsageError(std::string(error.what()) + " (shadw --help says more)");
  }
  Console console(chosen.json);
  const auto outcome = chosen.run(console);
  return outcome.ok() ? console.Show(*outcome) : console.ShowError(outcome.status());
}

}  // namespace

int main(int argc, char** argv) { return Main(argc, argv); }
