// SPDX-License-Identifier: Apache-2.0
#include "capacity_verbs.h"

#include <sys/statvfs.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <filesystem>
#include <iostream>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "files.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/base/system_clock.h"
#include "libshadw/capacity/fresh_plot.h"
#include "libshadw/capacity/plot_file.h"
#include "libshadw/capacity/proven_space.h"
#include "libshadw/capacity/score.h"
#include "libshadw/capacity/useful_work.h"
#include "libshadw/capacity/work_chain.h"
#include "progress_bar.h"

namespace shadw::app {
namespace {

constexpr size_t kMaxProofFileBytes = 64 << 20;

absl::StatusOr<base::ByteArray<32>> ReadHex(const std::string& text, const char* what) {
  base::ByteArray<32> array{};
  const absl::StatusOr<base::Bytes> bytes = base::FromHex(text);
  if (!bytes.ok() || bytes->size() != array.size()) {
    return absl::InvalidArgumentError(absl::StrCat("capacity: got ", Printable(text), " as ", what,
                                                   ", need 64 hexadecimal digits"));
  }
  std::ranges::copy(*bytes, array.begin());
  return array;
}

// Zeros where the option is absent.
absl::StatusOr<base::ByteArray<32>> ReadHexIfAny(const std::string& text, const char* what) {
  if (text.empty()) return base::ByteArray<32>{};
  return ReadHex(text, what);
}

absl::StatusOr<base::Bytes> ReadWhole(const std::string& path) {
  SHADW_ASSIGN_OR_RETURN(Input input, Input::Open(path));
  base::Bytes bytes;
  base::Bytes part(1 << 16);
  while (true) {
    SHADW_ASSIGN_OR_RETURN(const size_t got, input.Read(part));
    if (got == 0) return bytes;
    if (bytes.size() + got > kMaxProofFileBytes) {
      return absl::ResourceExhaustedError(absl::StrCat("capacity: got more than ",
                                                       FormatBytes(kMaxProofFileBytes), " in ",
                                                       path, ", need less"));
    }
    bytes.insert(bytes.end(), part.begin(), part.begin() + static_cast<std::ptrdiff_t>(got));
  }
}

absl::Status WriteWhole(Output& output, base::ByteSpan bytes) {
  SHADW_RETURN_IF_ERROR(output.Write(bytes));
  return output.Finish(std::nullopt, std::nullopt);
}

// --- measure -------------------------------------------------------------------------

struct Disk {
  uint64_t reported_bytes;
  uint64_t taken_bytes;
};

absl::StatusOr<Disk> LookAtDisk(const std::string& path) {
  struct statvfs about {};
  if (statvfs(path.c_str(), &about) != 0) return SystemError(path, errno);
  const uint64_t reported = uint64_t{about.f_blocks} * about.f_frsize;
  const uint64_t available = std::min(uint64_t{about.f_bavail} * about.f_frsize, reported);
  return Disk{.reported_bytes = reported, .taken_bytes = reported - available};
}

// Bytes a second that one core encodes.
absl::StatusOr<double> UsefulBytesPerSecond(const capacity::WorkTask& task) {
  const base::SystemClock clock;
  const capacity::UsefulTask useful{.node_id = task.node_id, .seed = task.seed};
  const base::Time start = clock.Now();
  SHADW_RETURN_IF_ERROR(capacity::DoUsefulWork(useful).status());
  const auto took = std::chrono::duration<double>(clock.Now() - start).count();
  return static_cast<double>(useful.shard_bytes * useful.code.data_shards) / std::max(took, 1e-9);
}

struct Measured {
  capacity::WorkMeasurement chain;
  capacity::WorkMeasurement memory_hard;
  double useful_bytes_per_s;
  double cores;
  double reply_ms;
  double overhead_cycles;
  Disk disk;
};

absl::StatusOr<Measured> Measure(const CapacityMeasureArguments& arguments) {
  const base::SystemClock clock;
  const auto deadline = std::chrono::seconds(arguments.deadline_s);
  capacity::WorkTask task;
  SHADW_ASSIGN_OR_RETURN(task.node_id, ReadHexIfAny(arguments.node, "a node id"));
  SHADW_ASSIGN_OR_RETURN(task.seed, ReadHexIfAny(arguments.seed, "a seed"));
  Measured measured{};
  SHADW_ASSIGN_OR_RETURN(measured.chain, capacity::MeasureWork(task, deadline, clock));
  measured.reply_ms =
      1000 * static_cast<double>(task.spec.steps()) / measured.chain.median_cycles_per_s;
  SHADW_ASSIGN_OR_RETURN(measured.useful_bytes_per_s, UsefulBytesPerSecond(task));
  task.spec = {.kind = capacity::WorkKind::kMemoryHard, .gaps = 2, .steps_per_gap = 1};
  SHADW_ASSIGN_OR_RETURN(measured.memory_hard, capacity::MeasureWork(task, deadline, clock));
  measured.cores = std::max(1U, std::thread::hardware_concurrency());
  SHADW_ASSIGN_OR_RETURN(
      measured.overhead_cycles,
      capacity::OverheadCycles(measured.chain.median_cycles_per_s, arguments.share));
  SHADW_ASSIGN_OR_RETURN(measured.disk, LookAtDisk(arguments.disk));
  return measured;
}

nlohmann::json JsonOf(const Measured& measured) {
  return {{"cores", measured.cores},
          {"cycles_per_s", measured.chain.cycles_per_s},
          {"median_cycles_per_s", measured.chain.median_cycles_per_s},
          {"memory_hard_per_s", measured.memory_hard.median_cycles_per_s},
          {"useful_bytes_per_s", measured.useful_bytes_per_s},
          {"reply_ms", measured.reply_ms},
          {"overhead_cycles", measured.overhead_cycles},
          {"disk_reported_bytes", measured.disk.reported_bytes},
          {"disk_taken_bytes", measured.disk.taken_bytes},
          {"capacity", nullptr}};
}

std::string TableOf(const Measured& measured) {
  const Disk& disk = measured.disk;
  return absl::StrFormat(
      "hash chain        %12.0f steps/s, median of five, one core\n"
      "memory-hard       %12.1f steps/s of 64 MiB\n"
      "useful work       %12s/s encoded\n"
      "cores             %12.0f\n"
      "reply             %12.1f ms\n"
      "overhead cycles   %12.0f /s offered\n"
      "disk              %12s free of %s\n",
      measured.chain.median_cycles_per_s, measured.memory_hard.median_cycles_per_s,
      FormatBytes(static_cast<uint64_t>(measured.useful_bytes_per_s)), measured.cores,
      measured.reply_ms, measured.overhead_cycles,
      FormatBytes(disk.reported_bytes - disk.taken_bytes), FormatBytes(disk.reported_bytes));
}

absl::Status AddScore(const CapacityMeasureArguments& arguments, const Measured& measured,
                      Outcome& outcome) {
  if (arguments.reference_compute == 0 && arguments.reference_storage == 0) {
    return absl::OkStatus();
  }
  const capacity::CapacityReferences references = {.compute = arguments.reference_compute,
                                                   .storage = arguments.reference_storage};
  SHADW_ASSIGN_OR_RETURN(
      const capacity::CapacityScore score,
      capacity::Capacity({.processors = 1,
                          .cores_per_processor = measured.cores,
                          .reply_ms = measured.reply_ms,
                          .overhead_cycles = measured.overhead_cycles,
                          .disk_reported = static_cast<double>(measured.disk.reported_bytes),
                          .disk_taken = static_cast<double>(measured.disk.taken_bytes)},
                         references));
  SHADW_ASSIGN_OR_RETURN(const double index, capacity::CapacityIndex(score, references));
  outcome.json["capacity"] = {{"total", score.total},
                              {"compute", score.compute},
                              {"storage", score.storage},
                              {"index", index}};
  absl::StrAppendFormat(&outcome.text, "capacity          %12.4f = compute %.4f + storage %.4f\n",
                        score.total, score.compute, score.storage);
  absl::StrAppendFormat(&outcome.text, "index             %12.4f of 1\n", index);
  return absl::OkStatus();
}

// --- prove ---------------------------------------------------------------------------

std::string DescribePlot(const capacity::PlotCommitment& commitment) {
  return absl::StrCat("plot of ", FormatBytes(commitment.parameters.bytes()), " of node ",
                      base::ToHex(commitment.parameters.node_id));
}

nlohmann::json JsonOf(const capacity::PlotCommitment& commitment) {
  return {{"node", base::ToHex(commitment.parameters.node_id)},
          {"plot_bytes", commitment.parameters.bytes()},
          {"commitment", base::ToHex(capacity::EncodeCommitment(commitment))}};
}

std::string CommitmentPath(const CapacityProveArguments& arguments) {
  return arguments.plot + ".commitment";
}

// What the verifier drew; `-` waits for it on standard input, where the commitment was told
// before.
absl::StatusOr<base::ByteArray<32>> ReadChallenge(const std::string& text) {
  if (text != "-") return ReadHex(text, "a challenge");
  std::string line;
  std::getline(std::cin, line);
  return ReadHex(line, "a challenge");
}

// Where a proof goes, unless it would replace the plot that it is about.
absl::StatusOr<Output> OpenProof(const CapacityProveArguments& arguments) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const fs::path out = fs::weakly_canonical(arguments.out, ignored);
  for (const std::string& other : {arguments.plot, CommitmentPath(arguments)}) {
    if (out == fs::weakly_canonical(other, ignored)) {
      return absl::InvalidArgumentError(
          absl::StrCat("got ", Printable(other), " for the proof, need another file"));
    }
  }
  return Output::Open(arguments.out);
}

absl::StatusOr<capacity::FreshPlot> MakePlot(const CapacityProveArguments& arguments) {
  if (!std::has_single_bit(arguments.make_bytes)) {
    return absl::InvalidArgumentError(absl::StrCat("capacity: got a plot of ", arguments.make_bytes,
                                                   " bytes, need a power of two"));
  }
  capacity::PlotParameters parameters;
  parameters.labels_log2 =
      static_cast<uint32_t>(std::countr_zero(arguments.make_bytes / capacity::kLabelBytes));
  SHADW_ASSIGN_OR_RETURN(parameters.node_id, ReadHex(arguments.node, "a node id"));
  SHADW_ASSIGN_OR_RETURN(parameters.seed, ReadHexIfAny(arguments.seed, "a seed"));
  ProgressBar bar("plotting", arguments.make_bytes);
  return capacity::FreshPlot::Make(parameters, [&](uint64_t labels) {
    bar.Show(labels * capacity::kLabelBytes / capacity::kLayers, "");
    return true;
  });
}

// All that is known before is checked before: plotting takes minutes. What fails leaves
// nothing behind.
absl::StatusOr<Outcome> MakeAndProve(const CapacityProveArguments& arguments, Console& console) {
  capacity::OriginChallenge challenge;
  if (arguments.openings != 0) challenge.openings = arguments.openings;
  SHADW_RETURN_IF_ERROR(challenge.Validate());
  const bool drawn_later = arguments.challenge == "-";
  if (!drawn_later) {
    SHADW_ASSIGN_OR_RETURN(challenge.seed, ReadChallenge(arguments.challenge));
  }
  if (std::error_code error; std::filesystem::exists(arguments.plot, error)) {
    return absl::AlreadyExistsError(absl::StrCat(Printable(arguments.plot), " exists already"));
  }
  SHADW_ASSIGN_OR_RETURN(Output proof_file, OpenProof(arguments));
  SHADW_ASSIGN_OR_RETURN(Output commitment_file, Output::Open(CommitmentPath(arguments)));
  SHADW_ASSIGN_OR_RETURN(const capacity::FreshPlot plot, MakePlot(arguments));
  SHADW_RETURN_IF_ERROR(plot.Write(arguments.plot));
  absl::Cleanup forget = [&] {
    std::error_code ignored;
    std::filesystem::remove(arguments.plot, ignored);
    std::filesystem::remove(CommitmentPath(arguments), ignored);
  };
  const base::Bytes commitment = capacity::EncodeCommitment(plot.commitment());
  SHADW_RETURN_IF_ERROR(WriteWhole(commitment_file, commitment));
  if (drawn_later) {
    console.Tell({{"commitment", base::ToHex(commitment)}},
                 absl::StrCat("commitment ", base::ToHex(commitment), "\n"));
    SHADW_ASSIGN_OR_RETURN(challenge.seed, ReadChallenge(arguments.challenge));
  }
  SHADW_ASSIGN_OR_RETURN(const capacity::OriginProof proof, plot.ProveOrigin(challenge));
  const base::Bytes bytes = capacity::EncodeOriginProof(proof);
  SHADW_RETURN_IF_ERROR(WriteWhole(proof_file, bytes));
  std::move(forget).Cancel();
  Outcome outcome{.text = absl::StrCat("made a ", DescribePlot(plot.commitment()),
                                       "\nproof of its origin: ", FormatBytes(bytes.size()), "\n"),
                  .json = JsonOf(plot.commitment())};
  outcome.json.update({{"kind", "origin"}, {"proof_bytes", bytes.size()}});
  return outcome;
}

// --- verify --------------------------------------------------------------------------

constexpr char kNoOwner[] = "whose plot it is was not checked: --node says whose it must be\n";

// The proof of a plot that is too small holds and proves nothing.
std::string TooSmall(const capacity::PlotCommitment& commitment) {
  const uint64_t least = capacity::SpaceRule{}.least_plot_bytes;
  if (commitment.parameters.bytes() >= least) return "";
  return absl::StrCat("too small to count: made anew within ", capacity::kRemakeDeadlines,
                      " deadlines of ", capacity::kDefaultDeadlineMs, " ms; need ",
                      FormatBytes(least), "\n");
}

struct Verdict {
  const char* kind;
  absl::Status status;
};

absl::StatusOr<Verdict> Verify(const CapacityVerifyArguments& arguments,
                               const capacity::PlotCommitment& commitment) {
  SHADW_ASSIGN_OR_RETURN(const base::Bytes bytes, ReadWhole(arguments.proof));
  SHADW_ASSIGN_OR_RETURN(const auto seed, ReadHex(arguments.challenge, "a challenge"));
  const absl::StatusOr<capacity::OriginProof> origin = capacity::ParseOriginProof(bytes);
  if (origin.ok()) {
    capacity::OriginChallenge challenge{.seed = seed};
    if (arguments.openings != 0) challenge.openings = arguments.openings;
    return Verdict{"origin", capacity::VerifyOrigin(commitment, challenge, *origin)};
  }
  const absl::StatusOr<capacity::SpaceProof> space = capacity::ParseSpaceProof(bytes);
  if (!space.ok()) return Verdict{"space", space.status()};
  capacity::SpaceChallenge challenge{.seed = seed, .epoch = arguments.epoch};
  if (arguments.openings != 0) challenge.openings = arguments.openings;
  return Verdict{"space", capacity::VerifySpace(commitment, challenge, *space)};
}

}  // namespace

absl::StatusOr<Outcome> CapacityMeasure(const CapacityMeasureArguments& arguments, Console&) {
  SHADW_ASSIGN_OR_RETURN(const Measured measured, Measure(arguments));
  Outcome outcome{.text = TableOf(measured), .json = JsonOf(measured)};
  SHADW_RETURN_IF_ERROR(AddScore(arguments, measured, outcome));
  return outcome;
}

absl::StatusOr<Outcome> CapacityProve(const CapacityProveArguments& arguments, Console& console) {
  if (arguments.make_bytes != 0) return MakeAndProve(arguments, console);
  SHADW_ASSIGN_OR_RETURN(const capacity::PlotFile plot, capacity::PlotFile::Open(arguments.plot));
  capacity::SpaceChallenge challenge{.epoch = arguments.epoch};
  if (arguments.openings != 0) challenge.openings = arguments.openings;
  SHADW_ASSIGN_OR_RETURN(challenge.seed, ReadChallenge(arguments.challenge));
  SHADW_ASSIGN_OR_RETURN(Output proof_file, OpenProof(arguments));
  SHADW_ASSIGN_OR_RETURN(const capacity::SpaceProof proof, plot.Prove(challenge));
  const base::Bytes bytes = capacity::EncodeSpaceProof(proof);
  SHADW_RETURN_IF_ERROR(WriteWhole(proof_file, bytes));
  Outcome outcome{.text = absl::StrCat("proved a ", DescribePlot(plot.commitment()), " in epoch ",
                                       challenge.epoch, ": ", FormatBytes(bytes.size()), "\n"),
                  .json = JsonOf(plot.commitment())};
  outcome.json.update(
      {{"kind", "space"}, {"epoch", challenge.epoch}, {"proof_bytes", bytes.size()}});
  return outcome;
}

absl::StatusOr<Outcome> CapacityVerify(const CapacityVerifyArguments& arguments, Console&) {
  SHADW_ASSIGN_OR_RETURN(const base::Bytes bytes, ReadWhole(arguments.commitment));
  SHADW_ASSIGN_OR_RETURN(const auto commitment, capacity::ParseCommitment(bytes));
  SHADW_ASSIGN_OR_RETURN(const capacity::NodeId node, ReadHexIfAny(arguments.node, "a node id"));
  const bool owner_checked = !arguments.node.empty();
  SHADW_ASSIGN_OR_RETURN(Verdict verdict, Verify(arguments, commitment));
  if (owner_checked && node != commitment.parameters.node_id) {
    verdict.status = absl::PermissionDeniedError(
        absl::StrCat("capacity: got the plot of node ", base::ToHex(commitment.parameters.node_id),
                     ", need that of ", base::ToHex(node)));
  }
  const std::string why(verdict.status.message());
  const char* word = verdict.status.ok() ? "accepted" : "refused";
  const std::string too_small = TooSmall(commitment);
  Outcome outcome{.text = absl::StrCat(word, " ", verdict.kind, ": ", DescribePlot(commitment),
                                       why.empty() ? "" : "\n", why, "\n", too_small,
                                       owner_checked ? "" : kNoOwner),
                  .json = JsonOf(commitment),
                  .good = verdict.status.ok()};
  outcome.json.update({{"accepted", verdict.status.ok()},
                       {"kind", verdict.kind},
                       {"why_not", why},
                       {"counts", verdict.status.ok() && too_small.empty()},
                       {"owner_checked", owner_checked}});
  return outcome;
}

}  // namespace shadw::app
