// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "csv.h"

namespace shadw::app {
namespace {

CLI::Option* AddKeyOption(CLI::App* command, Access& access) {
  return command->add_option("--key", access.key_file, "The key file that keygen wrote")
      ->type_name("KEY");
}

}  // namespace

void AddKey(CLI::App* command, Access& access) { AddKeyOption(command, access)->required(); }

void AddKeyOrCapability(CLI::App* command, Access& access) {
  CLI::Option* key = AddKeyOption(command, access);
  CLI::Option* capability =
      command->add_option("--cap", access.capability, "What share printed, or @FILE that holds it")
          ->type_name("CAP");
  key->excludes(capability);
}

CLI::Option* AddStores(CLI::App* command, Access& access) {
  // One directory an option: what follows may be the object's name.
  return command
      ->add_option("--store", access.stores, "A directory that is one node; repeat it for each")
      ->type_name("DIR")
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void AddName(CLI::App* command, std::string& name) {
  command->add_option("NAME", name, "The object's name; not needed with --cap")->type_name("");
}

void AddThreads(CLI::App* command, size_t& threads) {
  AddWhole(command, "--threads", threads, "How many threads may work at once; 1 where absent")
      ->type_name("N")
      ->check(CLI::Range(size_t{1}, base::kMaxThreads).description(""));
}

std::string NeedWhole(const std::string& text) {
  uint64_t value = 0;
  if (ParseWhole(text, value)) return {};
  return "got " + Printable(text) + ", need a whole number below 2^64";
}

CLI::Option* NeedText(CLI::Option* option) {
  return option->check(CLI::Validator(
      [](const std::string& text) { return text.empty() ? "got nothing, need a value" : ""; }, ""));
}

void RequireName(const std::string& name, const Access& access) {
  if (access.capability.empty() && access.key_file.empty()) {
    throw CLI::RequiredError("--key or --cap");
  }
  if (access.capability.empty() && name.empty()) throw CLI::RequiredError("NAME");
}

}  // namespace shadw::app
