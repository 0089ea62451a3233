// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "commands.h"
#include "libshadw/base/status_macros.h"

namespace shadw::app {
namespace {

struct NameArguments {
  Access access;
  std::string name;
  std::string prefix;
};

void SetMode(nlohmann::json& object, std::optional<uint32_t> mode) {
  object["mode"] = mode ? nlohmann::json(FormatMode(*mode)) : nlohmann::json();
}

const char* ToString(shard::ObjectKind kind) {
  if (kind == shard::ObjectKind::kDirectory) return "directory";
  return kind == shard::ObjectKind::kSymlink ? "symlink" : "file";
}

nlohmann::json Describe(const vault::CatalogueEntry& entry) {
  nlohmann::json object = {{"object", base::ToHex(entry.id)}, {"generation", entry.generation},
                           {"sequence", entry.sequence},      {"object_bytes", entry.object_bytes},
                           {"mtime_ns", entry.mtime_ns},      {"put_time_ns", entry.put_time_ns}};
  SetName(object, entry.name);
  SetMode(object, entry.mode);
  object["kind"] = ToString(entry.kind);
  object["packed"] = entry.packed.has_value();
  return object;
}

char Letter(shard::ObjectKind kind) {
  if (kind == shard::ObjectKind::kDirectory) return 'd';
  return kind == shard::ObjectKind::kSymlink ? 'l' : '-';
}

absl::StatusOr<Outcome> List(const NameArguments& arguments, Console& console) {
  SHADW_ASSIGN_OR_RETURN(Session session, Session::Open(arguments.access, {}, console));
  SHADW_ASSIGN_OR_RETURN(const auto entries, session.vault()->List(arguments.prefix));
  auto objects = nlohmann::json::array();
  Outcome outcome;
  for (const vault::CatalogueEntry& entry : entries) {
    if (console.json()) {
      objects.push_back(Describe(entry));
    } else {
      absl::StrAppendFormat(&outcome.text, "%c%14d  %s  %s\n", Letter(entry.kind),
                            entry.object_bytes, FormatTime(entry.mtime_ns), Printable(entry.name));
    }
  }
  outcome.json = {{"objects", std::move(objects)}};
  return outcome;
}

std::string DescribeInWords(const vault::ObjectInfo& info, bool readable) {
  std::string text;
  if (readable) {
    absl::StrAppend(&text, "name        ", Printable(info.name), "\nkind        ",
                    ToString(info.kind), info.packed ? ", shares a pack" : "", "\nbytes       ",
                    info.object_bytes, "\nmodified    ", FormatTime(info.mtime_ns), " UTC\n");
    if (info.mode) absl::StrAppend(&text, "mode        ", FormatMode(*info.mode), "\n");
  }
  absl::StrAppend(
      &text, "version     ", info.sequence, ", put ", FormatTime(info.put_time_ns),
      " UTC\ngeneration  ", info.generation, "\ncode        ", erasure::ToString(info.code),
      "\nsegments    ", info.segments, " of ", info.cell_bytes, "-byte cells\nsealed      ",
      info.sealed_bytes, " bytes\nbound       ", info.bound ? "yes" : "no", "\naudit       ",
      info.public_audit ? "public" : "private", "\nheads       ", info.head_copies, " copies\n");
  return text;
}

absl::StatusOr<Outcome> Info(const NameArguments& arguments, Console& console) {
  SHADW_ASSIGN_OR_RETURN(Session session, Session::Open(arguments.access, {}, console));
  SHADW_ASSIGN_OR_RETURN(const vault::ObjectInfo info, session.Info(arguments.name));
  // With the right to verify alone, the shape is all there is to see.
  const bool readable = !info.name.empty();
  Outcome outcome{.text = DescribeInWords(info, readable),
                  .json = {{"object", base::ToHex(info.id)},
                           {"generation", info.generation},
                           {"sequence", info.sequence},
                           {"version", base::ToHex(info.version)},
                           {"put_time_ns", info.put_time_ns},
                           {"code", erasure::ToString(info.code)},
                           {"cell_bytes", info.cell_bytes},
                           {"segments", info.segments},
                           {"sealed_bytes", info.sealed_bytes},
                           {"bound", info.bound},
                           {"audit", info.public_audit ? "public" : "private"},
                           {"head_copies", info.head_copies}}};
  if (readable) {
    SetName(outcome.json, info.name);
    SetMode(outcome.json, info.mode);
    outcome.json["kind"] = ToString(info.kind);
    outcome.json["packed"] = info.packed;
    outcome.json["object_bytes"] = info.object_bytes;
    outcome.json["mtime_ns"] = info.mtime_ns;
  }
  return outcome;
}

absl::StatusOr<Outcome> Remove(const NameArguments& arguments, Console& console) {
  SHADW_ASSIGN_OR_RETURN(Session session, Session::Open(arguments.access, {}, console));
  SHADW_RETURN_IF_ERROR(session.vault()->Remove(arguments.name));
  Outcome outcome{.text = absl::StrCat("removed ", Printable(arguments.name), "\n")};
  SetName(outcome.json, arguments.name);
  return outcome;
}

}  // namespace

void AddNameCommands(CLI::App& app, Chosen& chosen) {
  auto list = std::make_shared<NameArguments>();
  CLI::App* command = AddCommand<NameArguments>(
      app, chosen, "list",
      "List objects: kind (- file, d folder, l link), bytes, time of change, name", list, List);
  AddKey(command, list->access);
  AddStores(command, list->access)->required();
  command->add_option("--prefix", list->prefix, "Only names that begin so")->type_name("TEXT");
  command->footer(
      "Example:\n"
      "  shadw list --key KEY --store=nodes/{1..14} --prefix photos/");

  auto info = std::make_shared<NameArguments>();
  command = AddCommand<NameArguments>(app, chosen, "info", "Show what is known of an object", info,
                                      Info, [info] { RequireName(info->name, info->access); });
  AddKeyOrCapability(command, info->access);
  AddStores(command, info->access)->required();
  AddName(command, info->name);
  command->footer(
      "Example:\n"
      "  shadw info --key KEY --store=nodes/{1..14} notes.txt");

  auto remove = std::make_shared<NameArguments>();
  command = AddCommand<NameArguments>(app, chosen, "remove", "Remove an object and its shards",
                                      remove, Remove);
  AddKey(command, remove->access);
  AddStores(command, remove->access)->required();
  command->add_option("NAME", remove->name, "The object's name")->type_name("")->required();
  command->footer(
      "Example:\n"
      "  shadw remove --key KEY --store=nodes/{1..14} notes.txt");
}

}  // namespace shadw::app
