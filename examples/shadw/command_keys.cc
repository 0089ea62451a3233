// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/str_cat.h"
#include "commands.h"
#include "key_file.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/crypto/random.h"

namespace shadw::app {
namespace {

struct KeygenArguments {
  std::string out;
};

absl::StatusOr<Outcome> Keygen(const KeygenArguments& arguments, Console&) {
  crypto::SystemRandom random;
  SHADW_ASSIGN_OR_RETURN(const shard::VaultKeys keys, MakeKeyFile(arguments.out, random));
  const std::string fingerprint = Fingerprint(keys);
  return Outcome{.text = absl::StrCat("fingerprint ", fingerprint, "\n"),
                 .json = {{"key", arguments.out}, {"fingerprint", fingerprint}}};
}

struct ShareArguments {
  Access access;
  std::string name;
  std::string right;
};

shard::Right ParseRight(const std::string& text) {
  if (text == "read") return shard::Right::kRead;
  return text == "verify" ? shard::Right::kVerify : shard::Right::kAudit;
}

constexpr char kForgeable[] =
    "holders of this capability can, together with k stores, forge what other holders read";

// Weakens a capability further.
absl::StatusOr<std::string> ShareFromCapability(const ShareArguments& arguments, Console& console) {
  SHADW_ASSIGN_OR_RETURN(const Capability capability,
                         LoadCapability(arguments.access.capability, console));
  const shard::Right right = ParseRight(arguments.right);
  if (const auto* keys = std::get_if<shard::ObjectKeys>(&capability)) {
    return shard::EncodeCapability(*keys, right);
  }
  const auto& member = std::get<shard::MemberKeys>(capability);
  if (right == shard::Right::kRead) return shard::EncodeMemberCapability(member);
  return shard::EncodeCapability(member.pack, right);
}

// A name and the key are enough while no generation was raised.
absl::StatusOr<std::string> ShareFromKeyAlone(const ShareArguments& arguments, Console& console) {
  SHADW_ASSIGN_OR_RETURN(const shard::VaultKeys keys,
                         LoadKeyFile(arguments.access.key_file, console));
  console.Warn(
      "without --store this capability is of generation 0: it opens nothing that was put "
      "with --raise-generation, nor what shares a pack (small objects of put -r)");
  if (arguments.right == "read") {
    console.Warn(absl::StrCat(kForgeable, ", unless the object was put with --bound"));
  }
  return shard::EncodeCapability(keys.ForName(arguments.name, 0), ParseRight(arguments.right));
}

absl::StatusOr<std::string> ShareFromStores(const ShareArguments& arguments, Console& console) {
  SHADW_ASSIGN_OR_RETURN(Session session, Session::Open(arguments.access, {}, console));
  SHADW_ASSIGN_OR_RETURN(const vault::ObjectInfo info, session.Info(arguments.name));
  if (arguments.right == "read" && !info.bound) console.Warn(kForgeable);
  return session.vault()->Share(arguments.name, ParseRight(arguments.right));
}

absl::StatusOr<Outcome> Share(const ShareArguments& arguments, Console& console) {
  const bool from_capability = !arguments.access.capability.empty();
  const auto capability = from_capability ? ShareFromCapability(arguments, console)
                          : arguments.access.stores.empty() ? ShareFromKeyAlone(arguments, console)
                                                            : ShareFromStores(arguments, console);
  SHADW_RETURN_IF_ERROR(capability.status());
  Outcome outcome{.text = *capability + "\n",
                  .json = {{"right", arguments.right}, {"capability", *capability}}};
  if (!arguments.name.empty()) SetName(outcome.json, arguments.name);
  return outcome;
}

}  // namespace

void AddKeygenCommand(CLI::App& app, Chosen& chosen) {
  auto keygen = std::make_shared<KeygenArguments>();
  CLI::App* command = AddCommand<KeygenArguments>(
      app, chosen, "keygen", "Make the key of a new vault: all that has to be kept", keygen,
      Keygen);
  command
      ->add_option("--out", keygen->out,
                   "The file to write; one that is there is never overwritten")
      ->type_name("KEY")
      ->required();
  command->footer(
      "Whoever has the key has everything, and without it nothing comes back: keep a copy.\n\n"
      "Example:\n"
      "  shadw keygen --out KEY");
}

void AddShareCommand(CLI::App& app, Chosen& chosen) {
  auto share = std::make_shared<ShareArguments>();
  CLI::App* command = AddCommand<ShareArguments>(
      app, chosen, "share", "Print a capability: a right to one object, as a string", share, Share,
      [share] { RequireName(share->name, share->access); });
  AddKeyOrCapability(command, share->access);
  AddStores(command, share->access);
  AddName(command, share->name);
  command->add_option("--right", share->right, "What its holder may do, see below")
      ->type_name("RIGHT")
      ->required()
      ->check(CLI::IsMember({"read", "verify", "audit"}).description(""));
  command->footer(
      "Rights:\n"
      "  read    get, info, verify\n"
      "  verify  verify, repair, rotate, and info without the name\n"
      "  audit   verify\n\n"
      "Of a small object that shares a pack (put -r), read opens this object alone; verify and\n"
      "audit are of the whole pack. Without --store, the capability opens neither such an object\n"
      "nor what was put with --raise-generation.\n\n"
      "Examples:\n"
      "  (umask 077; shadw share --key KEY --store=nodes/{1..14} notes.txt --right read > CAP)\n"
      "  shadw get --cap @CAP --store=nodes/{1..14} --out notes.txt");
}

}  // namespace shadw::app
