// SPDX-License-Identifier: Apache-2.0
#include "commands.h"

namespace shadw::app {
namespace {

CLI::Option* AddKeyOption(CLI::App* command, Access& access) {
  return command->add_option("--key", access.key_file, "The vault's key, as keygen wrote it")
      ->type_name("KEY");
}

}  // namespace

void AddKey(CLI::App* command, Access& access) { AddKeyOption(command, access)->required(); }

void AddKeyOrCapability(CLI::App* command, Access& access) {
  CLI::Option* key = AddKeyOption(command, access);
  CLI::Option* capability =
      command
          ->add_option("--cap", access.capability,
                       "A capability that share printed, or @FILE that holds it")
          ->type_name("CAP");
  key->excludes(capability);
}

CLI::Option* AddStores(CLI::App* command, Access& access) {
  // One directory an option: what follows may be the object's name.
  return command
      ->add_option("--store", access.stores,
                   "A directory that is one node; give as many as there are")
      ->type_name("DIR")
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void RequireName(const std::string& name, const Access& access) {
  if (access.capability.empty() && access.key_file.empty()) {
    throw CLI::RequiredError("--key or --cap");
  }
  if (access.capability.empty() && name.empty()) throw CLI::RequiredError("N");
}

}  // namespace shadw::app
