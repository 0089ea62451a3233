// SPDX-License-Identifier: Apache-2.0
//
// shadw.capacity: scores and conditions over numbers and arrays. Plots and chains are in
// bind_capacity_proofs.cc.
#include <algorithm>
#include <array>
#include <memory>

#include "bindings/python/src/series.h"
#include "libshadw/capacity/detection.h"
#include "libshadw/capacity/proven_space.h"
#include "libshadw/capacity/score.h"
#include "libshadw/capacity/shortcut.h"
#include "libshadw/capacity/storage_condition.h"
#include "libshadw/capacity/window.h"

namespace shadw::python {
namespace {

using capacity::CapacityInputs;
using capacity::CapacityMode;
using capacity::CapacityReferences;

template <typename Enum, size_t kNames>
Enum Named(const std::string& got, const char* what, const std::array<const char*, kNames>& names) {
  std::string known;
  for (size_t i = 0; i < kNames; ++i) {
    if (got == names[i]) return static_cast<Enum>(i);
    known += std::string(" ") + names[i];
  }
  Refuse(std::string("capacity: got ") + what + " '" + got + "', need one of:" + known);
}

CapacityMode ModeNamed(const std::string& name) {
  return Named<CapacityMode, 4>(
      name, "mode", {"corrected", "paper_literal", "paper_denominator", "sqrt_product"});
}

CapacityReferences References(double compute, double storage, double compute_weight,
                              double storage_weight) {
  return {.compute = compute,
          .storage = storage,
          .compute_weight = compute_weight,
          .storage_weight = storage_weight};
}

// --- scores ------------------------------------------------------------------------

using Numbers = Column<double>;

py::object Capacity(const Numbers& processors, const Numbers& cores_per_processor,
                    const Numbers& reply_ms, const Numbers& overhead_cycles,
                    const Numbers& disk_reported, const Numbers& disk_taken,
                    double reference_compute, double reference_storage, double compute_weight,
                    double storage_weight, const std::string& mode, const Out& out) {
  const CapacityMode chosen = ModeNamed(mode);
  const CapacityReferences references =
      References(reference_compute, reference_storage, compute_weight, storage_weight);
  return VectorizedBatch(
      out,
      [&](double p, double q, double t, double o, double reported,
          double taken) -> absl::StatusOr<double> {
        const auto score = capacity::Capacity({p, q, t, o, reported, taken}, references, chosen);
        if (!score.ok()) return score.status();
        return score->total;
      },
      [&](auto p, auto q, auto t, auto o, auto reported, auto taken, std::span<double> total) {
        return capacity::CapacityOfMany({p, q, t, o, reported, taken}, references, chosen,
                                        {.total = total, .compute = {}, .storage = {}});
      },
      processors, cores_per_processor, reply_ms, overhead_cycles, disk_reported, disk_taken);
}

py::object CapacityParts(const Numbers& processors, const Numbers& cores_per_processor,
                         const Numbers& reply_ms, const Numbers& overhead_cycles,
                         const Numbers& disk_reported, const Numbers& disk_taken,
                         double reference_compute, double reference_storage, double compute_weight,
                         double storage_weight, const std::string& mode) {
  const CapacityMode chosen = ModeNamed(mode);
  const CapacityReferences references =
      References(reference_compute, reference_storage, compute_weight, storage_weight);
  using Parts = std::tuple<double, double, double>;
  return Vectorized(
      {},
      [&](double p, double q, double t, double o, double reported,
          double taken) -> absl::StatusOr<Parts> {
        const auto score = capacity::Capacity({p, q, t, o, reported, taken}, references, chosen);
        if (!score.ok()) return score.status();
        return Parts{score->total, score->compute, score->storage};
      },
      processors, cores_per_processor, reply_ms, overhead_cycles, disk_reported, disk_taken);
}

py::object CapacityIndex(const Numbers& compute, const Numbers& storage, double compute_weight,
                         double storage_weight, const Out& out) {
  const CapacityReferences references = References(1, 1, compute_weight, storage_weight);
  return Vectorized(
      out,
      [&](double c, double s) {
        return capacity::CapacityIndex({.total = c + s, .compute = c, .storage = s}, references);
      },
      compute, storage);
}

// --- conditions ----------------------------------------------------------------------

double DailyCapacity(const std::vector<Int<int64_t>>& times_ns, const Numbers& capacities,
                     Int<int64_t> day) {
  std::vector<base::Time> times;
  times.reserve(times_ns.size());
  for (const int64_t ns : times_ns) times.push_back(base::FromUnixNanos(ns));
  const auto all = All(capacities);
  return Value(Unlocked([&] { return capacity::DailyCapacity(times, all.span(), day); }));
}

std::string StorageCondition(Int<int64_t> report_time_ns, Int<uint64_t> disk_reported_bytes,
                             Int<uint64_t> disk_taken_bytes, Int<int64_t> audit_time_ns,
                             const std::string& outcome, Int<uint64_t> proven_bytes,
                             Int<int64_t> now_ns, Int<uint64_t> shard_bytes) {
  constexpr std::array kVerdicts = {"accepted", "audit_not_accepted", "more_than_reported",
                                    "no_room"};
  const auto verdict = Value(capacity::CheckStorage(
      {.time = base::FromUnixNanos(report_time_ns),
       .disk_reported_bytes = disk_reported_bytes,
       .disk_taken_bytes = disk_taken_bytes},
      {.time = base::FromUnixNanos(audit_time_ns),
       .outcome = Named<capacity::AuditOutcome, 5>(
           outcome, "outcome", {"accepted", "failed", "unknown_error", "offline", "timed_out"}),
       .proven_bytes = proven_bytes},
      {.now = base::FromUnixNanos(now_ns), .shard_bytes = shard_bytes}));
  return kVerdicts.at(static_cast<size_t>(verdict));
}

py::tuple ShareByCapacity(const Numbers& capacities, const std::vector<bool>& passed,
                          const std::string& failed) {
  const auto rule = Named<capacity::FailedShare, 2>(failed, "rule", {"carry", "redistribute"});
  const auto all = All(capacities);
  const auto flags = std::make_unique<bool[]>(passed.size());
  std::ranges::copy(passed, flags.get());
  capacity::CapacityShares shares = Value(Unlocked([&] {
    return capacity::ShareByCapacity(all.span(), {flags.get(), passed.size()}, rule);
  }));
  return py::make_tuple(AdoptColumn(std::move(shares.shares)), shares.carried);
}

uint64_t LabelsToRemake(Int<uint32_t> labels_log2, const std::vector<bool>& kept,
                        const std::vector<Int<uint64_t>>& places) {
  const std::vector<uint64_t> wanted(places.begin(), places.end());
  return Value(Unlocked([&] { return capacity::LabelsToRemake(labels_log2, kept, wanted); }));
}

void BindScores(py::module_& m) {
  m.def("capacity", &Capacity, py::arg("processors"), py::arg("cores_per_processor"),
        py::arg("reply_ms"), py::arg("overhead_cycles"), py::arg("disk_reported"),
        py::arg("disk_taken"), py::kw_only(), py::arg("reference_compute"),
        py::arg("reference_storage"), py::arg("compute_weight") = 1.0,
        py::arg("storage_weight") = 1.0, py::arg("mode") = "corrected", py::arg("out") = py::none(),
        "The capacity C of nodes.");
  m.def("capacity_parts", &CapacityParts, py::arg("processors"), py::arg("cores_per_processor"),
        py::arg("reply_ms"), py::arg("overhead_cycles"), py::arg("disk_reported"),
        py::arg("disk_taken"), py::kw_only(), py::arg("reference_compute"),
        py::arg("reference_storage"), py::arg("compute_weight") = 1.0,
        py::arg("storage_weight") = 1.0, py::arg("mode") = "corrected",
        "Total, compute and storage.");
  m.def("capacity_index", &CapacityIndex, py::arg("compute"), py::arg("storage"), py::kw_only(),
        py::arg("compute_weight") = 1.0, py::arg("storage_weight") = 1.0,
        py::arg("out") = py::none(), "Both parts as a number in [0, 1).");
  m.def(
      "overhead_cycles",
      [](const Numbers& cycles_per_s, const Numbers& share, const Out& out) {
        return Vectorized(out, capacity::OverheadCycles, cycles_per_s, share);
      },
      py::arg("cycles_per_s"), py::arg("share"), py::arg("out") = py::none(),
      "The cycles to be had of a node that offers a share of its processors.");
}

void BindChances(py::module_& m) {
  m.def(
      "detection_probability",
      [](const Numbers& lost, const Column<uint64_t>& challenges, const Out& out) {
        return Vectorized(out, capacity::DetectionProbability, lost, challenges);
      },
      py::arg("lost"), py::arg("challenges"), py::arg("out") = py::none(),
      "The chance that one of so many spot checks hits what is lost.");
  m.def(
      "challenges_for",
      [](const Numbers& lost, const Numbers& probability, const Out& out) {
        return Vectorized(out, capacity::ChallengesFor, lost, probability);
      },
      py::arg("lost"), py::arg("probability"), py::arg("out") = py::none(),
      "The fewest spot checks that find a loss with that probability.");
  m.def("labels_to_remake", &LabelsToRemake, py::arg("labels_log2"), py::arg("kept"),
        py::arg("places"),
        "How many labels a prover has to make anew who kept only some of the last layer.");
}

void BindConditions(py::module_& m) {
  m.def("daily_capacity", &DailyCapacity, py::arg("times_ns"), py::arg("capacities"),
        py::arg("day"), "The mean of a day over all reports, seconds without one at 0.");
  m.def("storage_condition", &StorageCondition, py::arg("report_time_ns"),
        py::arg("disk_reported_bytes"), py::arg("disk_taken_bytes"), py::arg("audit_time_ns"),
        py::arg("outcome"), py::arg("proven_bytes"), py::arg("now_ns"), py::arg("shard_bytes"),
        "Whether a node may be given another shard.");
  m.def(
      "storage_is_larger_than_share",
      [](const Numbers& capacity, const Numbers& total_capacity, const Out& out) {
        return Vectorized(out, capacity::StorageIsLargerThanShare, capacity, total_capacity);
      },
      py::arg("capacity"), py::arg("total_capacity"), py::arg("out") = py::none(),
      "The condition as printed: 1 > C / sum of C.");
  m.def("share_by_capacity", &ShareByCapacity, py::arg("capacities"), py::arg("passed"),
        py::arg("failed") = "carry", "Each node's share, and what is carried to the next round.");
}

}  // namespace

void BindCapacity(py::module_& root) {
  py::module_ m = Submodule(root, "capacity", "Proven resources: space, compute, and their score.");
  BindScores(m);
  BindChances(m);
  BindConditions(m);
  BindCapacityProofs(m);
}

}  // namespace shadw::python
