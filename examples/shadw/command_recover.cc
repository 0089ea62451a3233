// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "commands.h"
#include "key_file.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/vault/recover.h"

namespace shadw::app {
namespace {

struct RecoverArguments {
  Access access;
  std::string out;
};

nlohmann::json Describe(const vault::RecoveredObject& object) {
  nlohmann::json described = {{"path", object.path.string()},
                              {"object_bytes", object.object_bytes},
                              {"sequence", object.sequence},
                              {"restored", object.restored}};
  SetName(described, object.name);
  if (!object.restored) described["why_not"] = object.why_not;
  return described;
}

absl::StatusOr<Outcome> Recover(const RecoverArguments& arguments, Console& console) {
  SHADW_ASSIGN_OR_RETURN(const shard::VaultKeys keys,
                         LoadKeyFile(arguments.access.key_file, console));
  vault::RecoverOptions options{.out = arguments.out};
  for (const std::string& directory : arguments.access.stores) {
    std::error_code ignored;
    if (std::filesystem::exists(directory, ignored)) {
      options.directories.emplace_back(directory);
    } else {
      console.Warn(absl::StrCat("store ", directory, " is missing"));
    }
  }
  SHADW_ASSIGN_OR_RETURN(const vault::RecoverReport report, vault::Recover(keys, options));
  Outcome outcome;
  auto objects = nlohmann::json::array();
  uint64_t restored = 0;
  for (const vault::RecoveredObject& object : report.objects) {
    absl::StrAppend(&outcome.text, object.restored ? "restored " : "not restored ",
                    Printable(object.name), ": version ", object.sequence, ", ",
                    FormatBytes(object.object_bytes), object.restored ? "" : ", ", object.why_not,
                    "\n");
    objects.push_back(Describe(object));
    restored += object.restored ? 1 : 0;
  }
  absl::StrAppend(&outcome.text, restored, " of ", Count(report.objects.size(), "object"), " from ",
                  Count(report.shards_found, "shard"), " in ", Count(report.files_scanned, "file"),
                  "\n");
  outcome.json = {{"files_scanned", report.files_scanned},
                  {"shards_found", report.shards_found},
                  {"restored", restored},
                  {"objects", std::move(objects)}};
  outcome.good = restored == report.objects.size() && restored > 0;
  return outcome;
}

}  // namespace

void AddRecoverCommand(CLI::App& app, Chosen& chosen) {
  auto recover = std::make_shared<RecoverArguments>();
  CLI::App* command = AddCommand<RecoverArguments>(
      app, chosen, "recover",
      "Restore all objects from any files, whatever their names, by the key alone", recover,
      Recover);
  AddKey(command, recover->access);
  AddStores(command, recover->access)
      ->description("A directory to search, with all that is below it; repeat it for each")
      ->required();
  command->add_option("--out", recover->out, "Where to restore; nothing there is overwritten")
      ->type_name("DIR")
      ->required();
  command->footer(
      "The exit code is 1 where an object could not be restored, or none was found.\n\n"
      "Example:\n"
      "  shadw recover --key KEY --store nodes --out restored");
}

}  // namespace shadw::app
