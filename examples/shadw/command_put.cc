// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "commands.h"
#include "files.h"
#include "libshadw/base/status_macros.h"
#include "progress_bar.h"
#include "trees.h"

namespace shadw::app {
namespace {

struct PutArguments {
  Access access;
  std::vector<std::string> files;  // one, unless `recursive`
  bool recursive = false;
  std::string name;
  std::string code = "10+4";
  std::string compress = "auto";
  std::string audit = "private";
  bool bound = false;
  bool resume = false;
  bool raise_generation = false;
  uint32_t lease_s = 600;
  size_t threads = 1;
};

std::string NameOf(const PutArguments& arguments) {
  if (!arguments.name.empty()) return arguments.name;
  return std::filesystem::path(arguments.files.front()).filename();
}

// What no option can check by itself, of put -r.
void CheckPutFolders(const PutArguments& arguments) {
  if (arguments.audit == "public") throw CLI::ExcludesError("--recursive", "--audit public");
  if (arguments.files.size() > 1 && !arguments.name.empty()) {
    throw CLI::ValidationError("--name", "is for one DIR");
  }
}

void CheckPut(const PutArguments& arguments) {
  if (arguments.recursive) return CheckPutFolders(arguments);
  if (arguments.files.size() > 1) throw CLI::ValidationError("FILE", "is one, without --recursive");
  if (arguments.files.front() == "-" && arguments.name.empty()) {
    throw CLI::ValidationError("--name", "is needed where FILE is -");
  }
  if (NameOf(arguments).empty())
    throw CLI::ValidationError("FILE", "has no base name: give --name");
}

std::string ValidateCode(const std::string& text) {
  const auto code = erasure::ParseCode(text);
  return code.ok() ? std::string() : std::string(code.status().message());
}

std::string Details(const vault::Progress& progress) {
  return absl::StrCat(" sealed, ", FormatBytes(progress.sent_bytes), " sent, ",
                      FormatBytes(progress.durable_bytes), " durable");
}

// Roots by which anyone may audit a node: whoever put them hands them out.
nlohmann::json PublicRoots(const vault::PutReceipt& receipt, const Nodes& nodes) {
  auto shards = nlohmann::json::array();
  for (const vault::ShardReceipt& shard : receipt.shards) {
    shards.push_back({{"segment", shard.segment},
                      {"shard", shard.index},
                      {"store", nodes.DirectoryOf(shard.node)},
                      {"node", base::ToHex(shard.node)},
                      {"id", base::ToHex(shard.id)},
                      {"public_root", base::ToHex(shard.public_root)}});
  }
  return shards;
}

Outcome Describe(const PutArguments& arguments, const vault::PutReceipt& receipt,
                 const Nodes& nodes) {
  Outcome outcome;
  outcome.text = absl::StrCat(
      "put ", Printable(NameOf(arguments)), ": version ", receipt.sequence, ", ",
      FormatBytes(receipt.object_bytes), " in ", Count(receipt.segments, "segment"), " of ",
      arguments.code, " shards, ", FormatBytes(receipt.stored_bytes), " stored",
      receipt.resumed_segments > 0
          ? absl::StrCat(", ", Count(receipt.resumed_segments, "segment"), " there already")
          : std::string(),
      "\n");
  outcome.json = {{"object", base::ToHex(receipt.id)},
                  {"generation", receipt.generation},
                  {"sequence", receipt.sequence},
                  {"version", base::ToHex(receipt.version)},
                  {"code", arguments.code},
                  {"object_bytes", receipt.object_bytes},
                  {"stored_bytes", receipt.stored_bytes},
                  {"segments", receipt.segments},
                  {"resumed_segments", receipt.resumed_segments},
                  {"head_copies", receipt.head_copies},
                  {"listed", receipt.listed.ok()}};
  SetName(outcome.json, NameOf(arguments));
  if (arguments.audit == "public") outcome.json["shards"] = PublicRoots(receipt, nodes);
  return outcome;
}

absl::StatusOr<Session> OpenToPut(const PutArguments& arguments, const erasure::Code& code,
                                  Console& console) {
  return Session::Open(arguments.access,
                       {.missing = Nodes::Missing::kMake,
                        .code = code,
                        .lease = std::chrono::seconds(arguments.lease_s),
                        .threads = arguments.threads},
                       console);
}

vault::PutOptions OptionsOf(const PutArguments& arguments, const erasure::Code& code) {
  return {.code = code,
          .compress = arguments.compress == "auto",
          .public_audit = arguments.audit == "public",
          .bound = arguments.bound,
          .resume = arguments.resume,
          .raise_generation = arguments.raise_generation};
}

absl::StatusOr<Outcome> PutRecursively(const PutArguments& arguments, const erasure::Code& code,
                                       Console& console) {
  std::string name = arguments.name;
  while (name.ends_with('/')) name.pop_back();
  vault::PutTreeOptions options{
      .roots = {}, .leave_out = arguments.access.stores, .put = OptionsOf(arguments, code)};
  for (const std::string& path : arguments.files) {
    // Before stores are made: a path that was mistyped is the likeliest mistake.
    SHADW_RETURN_IF_ERROR(vault::TreeWalk::Open(path, {}).status());
    options.roots.push_back({path, name.empty() ? vault::TreeName(path) : name});
  }
  SHADW_ASSIGN_OR_RETURN(Session session, OpenToPut(arguments, code, console));
  return PutFolders(*session.vault(), std::move(options), console);
}

absl::StatusOr<Outcome> Put(const PutArguments& arguments, Console& console) {
  SHADW_ASSIGN_OR_RETURN(const erasure::Code code, erasure::ParseCode(arguments.code));
  if (arguments.recursive) return PutRecursively(arguments, code, console);
  const std::string& file = arguments.files.front();
  SHADW_ASSIGN_OR_RETURN(Input input, Input::Open(file));
  SHADW_ASSIGN_OR_RETURN(Session session, OpenToPut(arguments, code, console));
  vault::PutOptions options = OptionsOf(arguments, code);
  options.mode = input.mode();
  options.mtime_ns = input.mtime_ns().value_or(base::ToUnixNanos(session.clock().Now()));
  absl::StatusOr<vault::PutReceipt> receipt;
  {
    ProgressBar bar("put", input.bytes());
    options.progress = [&](const vault::Progress& progress) {
      bar.Show(progress.sealed_bytes, Details(progress));
    };
    receipt = session.vault()->Put(
        NameOf(arguments), [&](base::MutableByteSpan out) { return input.Read(out); }, options);
  }
  SHADW_RETURN_IF_ERROR(receipt.status());
  if (input.Changed()) {
    console.Warn(absl::StrCat(file,
                              " changed while it was read: what was put may be "
                              "neither the old nor the new"));
  }
  if (!receipt->listed.ok()) {
    console.Warn(absl::StrCat(Printable(NameOf(arguments)),
                              " is stored and is found by its name, but `list` does not show it: ",
                              std::string(receipt->listed.message())));
  }
  return Describe(arguments, *receipt, session.nodes());
}

}  // namespace

void AddPutCommand(CLI::App& app, Chosen& chosen) {
  auto put = std::make_shared<PutArguments>();
  CLI::App* command = AddCommand<PutArguments>(app, chosen, "put",
                                               "Store a file as the newest version of an object",
                                               put, Put, [put] { CheckPut(*put); });
  AddKey(command, put->access);
  AddStores(command, put->access)->required();
  command
      ->add_option("FILE", put->files,
                   "What to store; - is standard input. With -r one folder or more")
      ->type_name("")
      ->required();
  command->add_flag("-r,--recursive", put->recursive,
                    "All that is in a folder, see below: small files share packs");
  command
      ->add_option("--name", put->name,
                   "The object's name, or the folder's; FILE's own where absent")
      ->type_name("NAME");
  command
      ->add_option("--code", put->code,
                   "Any K of K+M stores give the object back; 10+4 where absent")
      ->type_name("K+M")
      ->check(CLI::Validator(ValidateCode, ""));
  command->add_option("--compress", put->compress, "With zstd where it pays (auto), or never")
      ->type_name("auto|off")
      ->check(CLI::IsMember({"auto", "off"}).description(""));
  command
      ->add_option("--audit", put->audit,
                   "public: --json prints roots by which anybody can audit the stores")
      ->type_name("public|private")
      ->check(CLI::IsMember({"public", "private"}).description(""));
  command->add_flag("--bound", put->bound,
                    "Sign the content, so that whoever may read it cannot forge it");
  command->add_flag("--resume", put->resume, "Go on with a killed put of the same content");
  command->add_flag("--raise-generation", put->raise_generation,
                    "Capabilities shared so far open neither this version nor later ones");
  AddWhole(command, "--lease", put->lease_s,
           "How long others leave this put alone if it is killed; 600 where absent")
      ->type_name("SECONDS")
      ->check(CLI::Range(1, 30 * 24 * 3600).description(""));
  AddThreads(command, put->threads);
  command->footer(
      "Stores that do not exist are made.\n\n"
      "put -r puts files, folders and links with their modes and times. It follows no link below\n"
      "FILE and leaves out stores, pipes, sockets and devices. Objects are named as cp -r names\n"
      "copies: what is in a/photos or a/photos/ becomes photos/...; what is in . or a/photos/.\n"
      "gets no folder before its name. What cannot be read is named, the rest is put, and the\n"
      "exit code is 1.\n\n"
      "Examples:\n"
      "  shadw put --key KEY --store=nodes/{1..14} notes.txt\n"
      "  shadw put --key KEY --store=nodes/{1..14} -r photos\n"
      "  tar c photos | shadw put --key KEY --store=nodes/{1..6} --code 4+2 --name photos.tar -");
}

}  // namespace shadw::app
