// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "commands.h"
#include "csv.h"
#include "files.h"
#include "libshadw/base/status_macros.h"
#include "progress_bar.h"
#include "trees.h"

namespace shadw::app {
namespace {

constexpr int kMaxAttempts = 3;
constexpr size_t kMaxShownFaults = 20;

struct GetArguments {
  Access access;
  std::string name;
  std::string out;
  std::string range;
  bool recursive = false;
  size_t threads = 1;
};

struct Range {
  uint64_t offset = 0;
  uint64_t bytes = vault::kWholeObject;
};

// FIRST-LAST, both included, or FIRST-, to the end. Nothing for what is neither.
std::optional<Range> ParseRange(std::string_view text) {
  const size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  Range range;
  if (!ParseWhole(text.substr(0, dash), range.offset)) return std::nullopt;
  const std::string_view last_text = text.substr(dash + 1);
  if (last_text.empty()) return range;
  uint64_t last = 0;
  if (!ParseWhole(last_text, last) || last < range.offset) return std::nullopt;
  const uint64_t distance = last - range.offset;
  if (distance < vault::kWholeObject) range.bytes = distance + 1;
  return range;
}

std::string ValidateRange(const std::string& text) {
  if (ParseRange(text)) return {};
  return "got " + text + ", need FIRST-LAST with FIRST <= LAST, or FIRST-";
}

const char* ToString(shard::CellFault::Kind kind) {
  switch (kind) {
    case shard::CellFault::Kind::kMissing:
      return "missing";
    case shard::CellFault::Kind::kCorrupt:
      return "corrupt";
    case shard::CellFault::Kind::kForged:
      return "forged";
  }
  return "damaged";
}

// Damage that was overcome, by shard: a warning each and an array.
nlohmann::json ReportFaults(const vault::ReadReport& report, const Nodes& nodes, Console& console) {
  std::map<std::tuple<uint32_t, uint16_t, store::NodeId, std::string>, uint64_t> cells;
  for (const vault::ReadFault& fault : report.faults) {
    ++cells[{fault.segment, fault.cell.index, fault.node, ToString(fault.cell.kind)}];
  }
  auto faults = nlohmann::json::array();
  for (const auto& [where, count] : cells) {
    const auto& [segment, index, node, kind] = where;
    if (faults.size() < kMaxShownFaults) {
      console.Warn(absl::StrCat("segment ", segment, " shard ", index, nodes.On(node), ": ",
                                Count(count, "cell"), " ", kind, ", rebuilt from the others"));
    }
    faults.push_back({{"segment", segment},
                      {"shard", index},
                      {"store", nodes.DirectoryOf(node)},
                      {"kind", kind},
                      {"cells", count}});
  }
  if (faults.size() > kMaxShownFaults) {
    console.Warn(absl::StrCat("and ", faults.size() - kMaxShownFaults,
                              " more shards: shadw verify names them all"));
  }
  return faults;
}

struct Got {
  vault::ObjectInfo info;
  vault::ReadReport report;
};

// One attempt. kAborted: a newer version came, and with it the one that was being read
// went away.
absl::StatusOr<Got> GetOnce(Session& session, const GetArguments& arguments, const Range& range,
                            Output& output) {
  SHADW_ASSIGN_OR_RETURN(vault::ObjectInfo info, session.Info(arguments.name));
  if (info.kind == shard::ObjectKind::kDirectory) {
    return absl::FailedPreconditionError(
        absl::StrCat(Printable(info.name), " is a folder: get -r"));
  }
  const uint64_t rest = info.object_bytes - std::min(info.object_bytes, range.offset);
  ProgressBar bar("get", std::min(range.bytes, rest));
  uint64_t done = 0;
  const auto sink = [&](base::ByteSpan bytes) {
    done += bytes.size();
    bar.Show(done, "");
    return output.Write(bytes);
  };
  auto report = session.Get(arguments.name, sink, range.offset, range.bytes);
  const auto after = session.Info(arguments.name);
  if (after.ok() && after->version != info.version) {
    return absl::AbortedError("the object was replaced while it was read: try again");
  }
  SHADW_RETURN_IF_ERROR(report.status());
  return Got{std::move(info), *std::move(report)};
}

absl::StatusOr<Outcome> Get(const GetArguments& arguments, Console& console) {
  const Range range = arguments.range.empty() ? Range{} : *ParseRange(arguments.range);
  SHADW_ASSIGN_OR_RETURN(Session session,
                         Session::Open(arguments.access, {.threads = arguments.threads}, console));
  if (arguments.recursive) {
    return GetFolder(*session.vault(), arguments.name, arguments.out, console);
  }
  SHADW_ASSIGN_OR_RETURN(Output output, Output::Open(arguments.out));
  absl::StatusOr<Got> got = GetOnce(session, arguments, range, output);
  for (int attempt = 1; absl::IsAborted(got.status()) && attempt < kMaxAttempts; ++attempt) {
    if (output.is_stream()) break;  // what is out cannot be taken back
    SHADW_RETURN_IF_ERROR(output.Restart());
    got = GetOnce(session, arguments, range, output);
  }
  SHADW_RETURN_IF_ERROR(got.status());
  const auto& [info, report] = *got;
  // A part of a file is a file of its own.
  const bool whole = arguments.range.empty();
  SHADW_RETURN_IF_ERROR(output.Finish(whole ? info.mode : std::nullopt,
                                      whole ? std::optional(info.mtime_ns) : std::nullopt));
  Outcome outcome;
  if (arguments.out != "-") {
    outcome.text = absl::StrCat("got ", Printable(info.name), ": version ", info.sequence, ", ",
                                FormatBytes(report.bytes), "\n");
  }
  outcome.json = {{"out", arguments.out},
                  {"sequence", info.sequence},
                  {"version", base::ToHex(info.version)},
                  {"bytes", report.bytes},
                  {"object_bytes", info.object_bytes},
                  {"faults", ReportFaults(report, session.nodes(), console)}};
  SetName(outcome.json, info.name);
  return outcome;
}

void CheckGet(const GetArguments& arguments) {
  if (!arguments.recursive) return RequireName(arguments.name, arguments.access);
  if (arguments.access.key_file.empty()) throw CLI::RequiredError("--key");
  if (!arguments.range.empty()) throw CLI::ExcludesError("--recursive", "--range");
  if (arguments.out == "-") throw CLI::ValidationError("--out", "is a folder, with --recursive");
}

}  // namespace

void AddGetCommand(CLI::App& app, Chosen& chosen) {
  auto get = std::make_shared<GetArguments>();
  CLI::App* command = AddCommand<GetArguments>(
      app, chosen, "get", "Write an object, or a range of it, to a file", get, Get, [get, &chosen] {
        CheckGet(*get);
        chosen.data_on_standard_output = get->out == "-";
      });
  AddKeyOrCapability(command, get->access);
  AddStores(command, get->access)->required();
  AddName(command, get->name);
  command
      ->add_option("--out", get->out, "The file to write; - is standard output. With -r a folder")
      ->type_name("FILE")
      ->required();
  command->add_flag("-r,--recursive", get->recursive,
                    "NAME and all whose names begin with NAME/; all there is without NAME");
  command
      ->add_option("--range", get->range,
                   "Only these bytes, counted from 0, both included; FIRST- to the end")
      ->type_name("FIRST-LAST")
      ->check(CLI::Validator(ValidateRange, ""));
  AddThreads(command, get->threads);
  command->footer(
      "With --out - and --json, the JSON object is the last line on standard error.\n\n"
      "get -r makes files, folders and links below the folder --out, by their whole names, with\n"
      "modes and times. It overwrites nothing and writes nowhere else. What cannot be restored\n"
      "is named, the rest is restored, and the exit code is 1.\n\n"
      "Examples:\n"
      "  shadw get --key KEY --store=nodes/{1..14} -r photos --out restored\n"
      "  shadw get --key KEY --store=nodes/{1..14} notes.txt --out copy.txt\n"
      "  shadw get --key KEY --store=nodes/{1..6} photos.tar --out - | tar x");
}

}  // namespace shadw::app
