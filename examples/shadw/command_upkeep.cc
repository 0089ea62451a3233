// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "commands.h"
#include "libshadw/base/status_macros.h"

namespace shadw::app {
namespace {

constexpr size_t kMaxShownCells = 8;

struct UpkeepArguments {
  Access access;
  std::string name;
  bool all = false;
  std::optional<uint16_t> shard;
};

const char* ToString(vault::ShardCondition::State state) {
  using State = vault::ShardCondition::State;
  switch (state) {
    case State::kWhole:
      return "whole";
    case State::kDamaged:
      return "damaged";
    case State::kHeaderDamaged:
      return "header damaged";
    case State::kMissing:
      return "missing";
  }
  return "unknown";
}

std::string DescribeCells(const std::vector<uint32_t>& cells) {
  if (cells.empty()) return {};
  const auto end = cells.begin() + static_cast<ptrdiff_t>(std::min(cells.size(), kMaxShownCells));
  std::string text = absl::StrCat(", cells ", absl::StrJoin(cells.begin(), end, " "));
  if (cells.size() > kMaxShownCells) {
    absl::StrAppend(&text, " and ", cells.size() - kMaxShownCells, " more");
  }
  return text;
}

std::string DescribeInWords(const vault::ShardCondition& fault, const Nodes& nodes) {
  return absl::StrCat("segment ", fault.segment, " shard ", fault.index, nodes.On(fault.node), ": ",
                      ToString(fault.state), DescribeCells(fault.bad_cells),
                      fault.remark.empty() ? "" : ", ", fault.remark, "\n");
}

nlohmann::json Describe(const vault::ShardCondition& fault, const Nodes& nodes) {
  nlohmann::json object = {{"segment", fault.segment},
                           {"shard", fault.index},
                           {"state", ToString(fault.state)},
                           {"bad_cells", fault.bad_cells},
                           {"remark", fault.remark}};
  if (fault.node != store::NodeId{}) {
    object["store"] = nodes.DirectoryOf(fault.node);
    object["node"] = base::ToHex(fault.node);
    object["id"] = base::ToHex(fault.id);
  }
  return object;
}

// Why not, or null where all is well.
nlohmann::json Reason(const absl::Status& status) {
  return status.ok() ? nlohmann::json() : nlohmann::json(std::string(status.message()));
}

absl::StatusOr<Outcome> Verify(const UpkeepArguments& arguments, Console& console) {
  SHADW_ASSIGN_OR_RETURN(Session session, Session::Open(arguments.access, {}, console));
  SHADW_ASSIGN_OR_RETURN(const vault::VerifyReport report, session.Verify(arguments.name));
  Outcome outcome{.good = report.whole()};
  auto faults = nlohmann::json::array();
  for (const vault::ShardCondition& fault : report.faults) {
    outcome.text += DescribeInWords(fault, session.nodes());
    faults.push_back(Describe(fault, session.nodes()));
  }
  if (!report.endangered_segments.empty()) {
    absl::StrAppend(&outcome.text, "segments with fewer whole shards than a get needs: ",
                    absl::StrJoin(report.endangered_segments, " "), "\n");
  }
  if (!report.catalogue.ok()) {
    absl::StrAppend(&outcome.text,
                    "the catalogue on the way to the name: ", report.catalogue.message(), "\n");
  }
  absl::StrAppend(&outcome.text, report.whole() ? "whole: " : "not whole: ", report.shards_whole,
                  " of ", Count(report.shards_expected, "shard"), " in ",
                  Count(report.segments, "segment"), ", ", report.head_copies, " of ",
                  Count(report.head_copies_expected, "head"), "\n");
  outcome.json = {{"whole", report.whole()},
                  {"segments", report.segments},
                  {"shards_expected", report.shards_expected},
                  {"shards_whole", report.shards_whole},
                  {"head_copies", report.head_copies},
                  {"head_copies_expected", report.head_copies_expected},
                  {"faults", std::move(faults)},
                  {"endangered_segments", report.endangered_segments},
                  {"catalogue_fault", Reason(report.catalogue)}};
  return outcome;
}

bool IsListed(vault::Vault& vault, const vault::CatalogueEntry& entry) {
  const auto entries = vault.List(entry.name);
  return entries.ok() && std::ranges::find(*entries, entry) != entries->end();
}

// The catalogue first: it tells which objects there are. A pack is repaired once for all
// objects in it.
absl::StatusOr<vault::RepairReport> RepairAll(vault::Vault& vault, std::vector<std::string>& failed,
                                              Console& console) {
  vault::RepairReport sum = vault.RepairCatalogue();
  SHADW_ASSIGN_OR_RETURN(const std::vector<vault::CatalogueEntry> entries, vault.List());
  std::map<shard::ObjectId, bool> packs;  // whether it was repaired
  for (const vault::CatalogueEntry& entry : entries) {
    if (const auto pack = packs.find(entry.id); entry.packed && pack != packs.end()) {
      if (!pack->second) failed.push_back(entry.name);
      continue;
    }
    const auto report = vault.Repair(entry.name);
    // Somebody may have removed it since it was listed.
    if (absl::IsNotFound(report.status()) && !(entry.packed && IsListed(vault, entry))) continue;
    if (entry.packed) packs[entry.id] = report.ok();
    if (!report.ok()) {
      failed.push_back(entry.name);
      console.Warn(absl::StrCat(Printable(entry.name), " is not repaired",
                                entry.packed ? ", nor what shares its pack: " : ": ",
                                std::string(report.status().message())));
      continue;
    }
    sum.Add(*report);
    sum.catalogue.Update(report->catalogue);
  }
  return sum;
}

absl::StatusOr<Outcome> Repair(const UpkeepArguments& arguments, Console& console) {
  // Directories that are not there yet are the fresh nodes that lost shards go to.
  SHADW_ASSIGN_OR_RETURN(
      Session session,
      Session::Open(arguments.access, {.missing = Nodes::Missing::kMake}, console));
  std::vector<std::string> failed;
  SHADW_ASSIGN_OR_RETURN(const vault::RepairReport report,
                         arguments.all ? RepairAll(*session.vault(), failed, console)
                                       : session.Repair(arguments.name));
  if (report.shards_stuck > 0) {
    console.Warn(absl::StrCat(Count(report.shards_stuck, "damaged or surplus shard"),
                              " stayed: the stores did not remove what they were told to"));
  }
  if (!report.catalogue.ok()) {
    console.Warn(absl::StrCat("the catalogue is not repaired: ", report.catalogue.message()));
  }
  return Outcome{
      .text = absl::StrCat("repaired: ", Count(report.shards_rebuilt, "shard"), " rebuilt, ",
                           report.shards_removed, " removed, ", Count(report.heads_written, "head"),
                           " and ", FormatBytes(report.bytes_written), " written\n"),
      .json = {{"shards_rebuilt", report.shards_rebuilt},
               {"shards_removed", report.shards_removed},
               {"shards_stuck", report.shards_stuck},
               {"heads_written", report.heads_written},
               {"bytes_written", report.bytes_written},
               {"failed", failed},
               {"catalogue_fault", Reason(report.catalogue)}},
      .good = report.shards_stuck == 0 && report.catalogue.ok() && failed.empty()};
}

absl::StatusOr<Outcome> Rotate(const UpkeepArguments& arguments, Console& console) {
  SHADW_ASSIGN_OR_RETURN(Session session, Session::Open(arguments.access, {}, console));
  SHADW_ASSIGN_OR_RETURN(const vault::RotateReport report,
                         session.Rotate(arguments.name, arguments.shard));
  if (report.shards_left > 0) {
    console.Warn(absl::StrCat(Count(report.shards_left, "shard"),
                              " stayed, the first because: ", report.first_left.message()));
  }
  return Outcome{.text = absl::StrCat("rotated: ", Count(report.shards_rotated, "shard"), ", ",
                                      FormatBytes(report.bytes_written), " written\n"),
                 .json = {{"shards_rotated", report.shards_rotated},
                          {"shards_left", report.shards_left},
                          {"why_left", Reason(report.first_left)},
                          {"bytes_written", report.bytes_written}},
                 .good = report.shards_left == 0};
}

absl::StatusOr<Outcome> Compact(const UpkeepArguments& arguments, Console& console) {
  SHADW_ASSIGN_OR_RETURN(Session session, Session::Open(arguments.access, {}, console));
  SHADW_ASSIGN_OR_RETURN(const vault::CompactReport report, session.vault()->Compact());
  return Outcome{
      .text = absl::StrCat("compacted: ", Count(report.packs_rewritten, "pack"), " rewritten, ",
                           report.packs_removed, " removed, ", FormatBytes(report.bytes_before),
                           " became ", FormatBytes(report.bytes_after), "\n"),
      .json = {{"packs_rewritten", report.packs_rewritten},
               {"packs_removed", report.packs_removed},
               {"bytes_before", report.bytes_before},
               {"bytes_after", report.bytes_after}}};
}

void CheckWhat(const UpkeepArguments& arguments) {
  if (!arguments.all) return RequireName(arguments.name, arguments.access);
  if (!arguments.name.empty()) throw CLI::ExcludesError("--all", "NAME");
  if (arguments.access.key_file.empty()) throw CLI::RequiredError("--key");
}

CLI::App* AddUpkeep(CLI::App& app, Chosen& chosen, const std::string& name,
                    const std::string& description,
                    absl::StatusOr<Outcome> (*run)(const UpkeepArguments&, Console&),
                    const std::shared_ptr<UpkeepArguments>& arguments) {
  CLI::App* command = AddCommand<UpkeepArguments>(app, chosen, name, description, arguments, run,
                                                  [arguments] { CheckWhat(*arguments); });
  AddKeyOrCapability(command, arguments->access);
  AddStores(command, arguments->access)->required();
  AddName(command, arguments->name);
  return command;
}

}  // namespace

void AddUpkeepCommands(CLI::App& app, Chosen& chosen) {
  AddUpkeep(app, chosen, "verify", "Read every stored byte of an object and name what is not whole",
            Verify, std::make_shared<UpkeepArguments>())
      ->footer(
          "The exit code is 1 where something is not whole.\n\n"
          "Example:\n"
          "  shadw verify --key KEY --store=nodes/{1..14} notes.txt");
  auto repair = std::make_shared<UpkeepArguments>();
  CLI::App* repairing = AddUpkeep(app, chosen, "repair",
                                  "Rebuild lost and damaged shards of an object", Repair, repair);
  repairing->add_flag("--all", repair->all, "Every object that is listed, and the list itself");
  repairing->footer(
      "Stores that do not exist are made and take what was lost. The exit code is 1 where\n"
      "something could not be put right.\n\n"
      "Example, after nodes 3 and 7 were lost:\n"
      "  shadw repair --key KEY --store=nodes/{1..14} --all");
  auto compact = std::make_shared<UpkeepArguments>();
  CLI::App* compacting = AddCommand<UpkeepArguments>(
      app, chosen, "compact", "Write packs anew without what was removed", compact, Compact);
  AddKey(compacting, compact->access);
  AddStores(compacting, compact->access)->required();
  compacting->footer(
      "Small objects of put -r share packs. What is removed stays in its pack until half of that\n"
      "is gone; this command rewrites packs of which an eighth is.\n\n"
      "Example:\n"
      "  shadw compact --key KEY --store=nodes/{1..14}");
  auto rotate = std::make_shared<UpkeepArguments>();
  CLI::App* command = AddUpkeep(
      app, chosen, "rotate",
      "Encrypt stored shards anew, so that nothing links them to older copies", Rotate, rotate);
  command->add_option("--shard", rotate->shard, "Only this shard of every segment, counted from 0")
      ->type_name("J")
      ->check(CLI::Validator([](const std::string& text) { return NeedWhole(text); }, ""));
  command->footer(
      "The exit code is 1 where a shard could not be rotated: repair makes it anew.\n\n"
      "Example:\n"
      "  shadw rotate --key KEY --store=nodes/{1..14} notes.txt");
}

}  // namespace shadw::app
