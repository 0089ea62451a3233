// SPDX-License-Identifier: Apache-2.0
//
// shadw.capacity: plots, chains of work and their proofs, which are bytes in Python.
#include <pybind11/stl/filesystem.h>

#include <filesystem>

#include "bindings/python/src/casters.h"
#include "bindings/python/src/vectorized.h"
#include "libshadw/capacity/fresh_plot.h"
#include "libshadw/capacity/plot_file.h"
#include "libshadw/capacity/proven_space.h"
#include "libshadw/capacity/useful_work.h"
#include "libshadw/capacity/work_chain.h"

namespace shadw::python {
namespace {

using capacity::FreshPlot;
using capacity::PlotCommitment;
using capacity::PlotFile;
using capacity::ProvenSpace;
using capacity::WorkChain;
using capacity::WorkTask;

base::ByteArray<32> Seed(const Bytes& seed) { return ToArray<32>(seed, "a seed"); }
base::ByteArray<32> NodeOf(const Bytes& node_id) { return ToArray<32>(node_id, "a node id"); }

capacity::SpaceChallenge SpaceChallenge(const Bytes& seed, uint64_t epoch, uint32_t openings) {
  return {.seed = Seed(seed), .epoch = epoch, .openings = openings};
}

void BindCommitment(py::module_& m) {
  auto bound =
      py::class_<PlotCommitment>(m, "PlotCommitment", "What a verifier keeps of a plot.")
          .def_static(
              "parse",
              [](const Bytes& data) { return Value(capacity::ParseCommitment(data.span())); },
              py::arg("data"), "Reads what to_bytes wrote.")
          .def(
              "to_bytes",
              [](const PlotCommitment& it) { return ToPython(capacity::EncodeCommitment(it)); },
              "136 bytes.")
          .def_property_readonly(
              "node_id", [](const PlotCommitment& it) { return ToPython(it.parameters.node_id); })
          .def_property_readonly(
              "seed", [](const PlotCommitment& it) { return ToPython(it.parameters.seed); })
          .def_property_readonly("labels_log2",
                                 [](const PlotCommitment& it) { return it.parameters.labels_log2; })
          .def_property_readonly("plot_bytes",
                                 [](const PlotCommitment& it) { return it.parameters.bytes(); })
          .def_property_readonly("labels_root",
                                 [](const PlotCommitment& it) { return ToPython(it.labels_root); })
          .def_property_readonly("origin_root",
                                 [](const PlotCommitment& it) { return ToPython(it.origin_root); });
  Show(bound);
}

void BindPlots(py::module_& m) {
  py::class_<FreshPlot>(m, "FreshPlot", "A plot just made, all four layers in memory.")
      .def(py::init([](const Bytes& node_id, const Bytes& seed, Int<uint32_t> labels_log2) {
             const capacity::PlotParameters parameters{
                 .node_id = NodeOf(node_id), .seed = Seed(seed), .labels_log2 = labels_log2};
             return Value(Unlocked([&] { return FreshPlot::Make(parameters); }));
           }),
           py::arg("node_id"), py::arg("seed"), py::arg("labels_log2"))
      .def_property_readonly("commitment", &FreshPlot::commitment)
      .def(
          "prove_origin",
          [](const FreshPlot& plot, const Bytes& seed, Int<uint32_t> openings) {
            const capacity::OriginChallenge challenge{.seed = Seed(seed), .openings = openings};
            return ToPython(capacity::EncodeOriginProof(
                Value(Unlocked([&] { return plot.ProveOrigin(challenge); }))));
          },
          py::arg("seed"), py::arg("openings") = capacity::kDefaultOriginOpenings,
          "Proves that the labels are the hashes of their parents.")
      .def(
          "write",
          [](const FreshPlot& plot, const std::filesystem::path& path) {
            Check(Unlocked([&] { return plot.Write(path); }));
          },
          py::arg("path"), "Writes a file that PlotFile opens; it must not be there yet.");
  py::class_<PlotFile>(m, "PlotFile", "A plot on a disk.")
      .def(py::init([](const std::filesystem::path& path) {
             return Value(Unlocked([&] { return PlotFile::Open(path); }));
           }),
           py::arg("path"))
      .def_property_readonly("commitment", &PlotFile::commitment)
      .def(
          "prove",
          [](const PlotFile& plot, const Bytes& seed, Int<uint64_t> epoch, Int<uint32_t> openings) {
            const auto challenge = SpaceChallenge(seed, epoch, openings);
            return ToPython(
                capacity::EncodeSpaceProof(Value(Unlocked([&] { return plot.Prove(challenge); }))));
          },
          py::arg("seed"), py::arg("epoch"), py::arg("openings") = capacity::kDefaultOpenings,
          "Proves that the labels are still kept.")
      .def(
          "check", [](const PlotFile& plot) { Check(Unlocked([&] { return plot.Check(); })); },
          "Reads all labels and compares them with the roots.");
}

void BindPlotVerifiers(py::module_& m) {
  m.def(
      "verify_space",
      [](const PlotCommitment& commitment, const Bytes& proof, const Bytes& seed,
         Int<uint64_t> epoch, Int<uint32_t> openings) {
        const auto parsed = Value(capacity::ParseSpaceProof(proof.span()));
        Check(Unlocked([&] {
          return capacity::VerifySpace(commitment, SpaceChallenge(seed, epoch, openings), parsed);
        }));
      },
      py::arg("commitment"), py::arg("proof"), py::arg("seed"), py::arg("epoch"),
      py::arg("openings") = capacity::kDefaultOpenings, "Raises unless the epoch's proof holds.");
  m.def(
      "verify_origin",
      [](const PlotCommitment& commitment, const Bytes& proof, const Bytes& seed,
         Int<uint32_t> openings) {
        const auto parsed = Value(capacity::ParseOriginProof(proof.span()));
        const capacity::OriginChallenge challenge{.seed = Seed(seed), .openings = openings};
        Check(Unlocked([&] { return capacity::VerifyOrigin(commitment, challenge, parsed); }));
      },
      py::arg("commitment"), py::arg("proof"), py::arg("seed"),
      py::arg("openings") = capacity::kDefaultOriginOpenings,
      "Raises unless the first proof holds.");
}

void BindSpace(py::module_& m) {
  auto bound =
      py::class_<ProvenSpace>(m, "ProvenSpace", "What the evidence says of one node.")
          .def_property_readonly("used_bytes", [](const ProvenSpace& it) { return it.used_bytes; })
          .def_property_readonly("free_bytes", [](const ProvenSpace& it) { return it.free_bytes; })
          .def_property_readonly("score_bytes",
                                 [](const ProvenSpace& it) { return it.score_bytes; });
  Show(bound);
  m.def(
      "combine_space",
      [](const Bytes& node_id, const std::vector<std::pair<Bytes, Int<uint64_t>>>& used,
         const std::vector<PlotCommitment>& plots, Int<uint32_t> free_weight_ppm,
         Int<uint64_t> least_plot_bytes) {
        std::vector<capacity::AuditedSpace> audited;
        for (const auto& [node, bytes] : used) audited.push_back({NodeOf(node), bytes});
        std::vector<capacity::PlottedSpace> plotted;
        for (const PlotCommitment& plot : plots) plotted.push_back({plot.parameters});
        return Value(capacity::CombineSpace(
            NodeOf(node_id), audited, plotted,
            {.free_weight_ppm = free_weight_ppm, .least_plot_bytes = least_plot_bytes}));
      },
      py::arg("node_id"), py::arg("used"), py::arg("plots"), py::kw_only(),
      py::arg("free_weight_ppm") = 250'000,
      py::arg("least_plot_bytes") = capacity::SpaceRule{}.least_plot_bytes,
      "Audited used bytes, and plotted free bytes at a weight under 1.");
  m.def(
      "least_plot_bytes",
      [](const Column<uint32_t>& deadline_ms, const Out& out) {
        return Vectorized(out, capacity::LeastPlotBytes, deadline_ms);
      },
      py::arg("deadline_ms"), py::arg("out") = py::none(),
      "The least plot that takes ten deadlines to make anew.");
}

capacity::WorkKind KindNamed(const std::string& name) {
  if (name == "hash_chain") return capacity::WorkKind::kHashChain;
  if (name == "memory_hard") return capacity::WorkKind::kMemoryHard;
  Refuse("capacity: got kind '" + name + "', need one of: hash_chain memory_hard");
}

void BindWork(py::module_& m) {
  py::class_<WorkTask>(m, "WorkTask", "What a chain of work is made for.")
      .def(py::init([](const Bytes& node_id, const Bytes& seed, Int<uint32_t> lane,
                       const std::string& kind, Int<uint32_t> gaps, Int<uint32_t> steps_per_gap,
                       Int<uint64_t> memory_bytes) {
             const WorkTask task{.node_id = NodeOf(node_id),
                                 .seed = Seed(seed),
                                 .lane = lane,
                                 .spec = {.kind = KindNamed(kind),
                                          .gaps = gaps,
                                          .steps_per_gap = steps_per_gap,
                                          .memory_bytes = memory_bytes}};
             Check(task.spec.Validate());
             return task;
           }),
           py::arg("node_id"), py::arg("seed"), py::kw_only(), py::arg("lane") = 0,
           py::arg("kind") = "hash_chain", py::arg("gaps") = 4096, py::arg("steps_per_gap") = 256,
           py::arg("memory_bytes") = 64 * base::kMiB)
      .def_property_readonly("steps", [](const WorkTask& task) { return task.spec.steps(); });
  py::class_<WorkChain>(m, "WorkChain", "A chain of steps that was done, and commits to its gaps.")
      .def(py::init([](const WorkTask& task) {
             return Value(Unlocked([&] { return WorkChain::Run(task); }));
           }),
           py::arg("task"))
      .def_property_readonly("root", [](const WorkChain& it) { return ToPython(it.root()); })
      .def(
          "prove",
          [](const WorkChain& chain, const Bytes& seed, Int<uint32_t> gaps) {
            return ToPython(
                capacity::EncodeWorkProof(Value(chain.Prove({.seed = Seed(seed), .gaps = gaps}))));
          },
          py::arg("seed"), py::arg("gaps") = 30, "Opens gap 0 and those that the seed draws.");
  m.def(
      "verify_work",
      [](const WorkTask& task, const Bytes& root, const Bytes& proof, const Bytes& seed,
         Int<uint32_t> gaps) {
        const auto parsed = Value(capacity::ParseWorkProof(proof.span()));
        const auto hash = ToArray<32>(root, "a root");
        const capacity::GapChallenge challenge{.seed = Seed(seed), .gaps = gaps};
        Check(Unlocked([&] { return capacity::VerifyWork(task, hash, challenge, parsed); }));
      },
      py::arg("task"), py::arg("root"), py::arg("proof"), py::arg("seed"), py::arg("gaps") = 30,
      "Raises unless the opened gaps are what their steps give.");
  m.def(
      "useful_work",
      [](const Bytes& node_id, const Bytes& seed, Int<uint16_t> data_shards,
         Int<uint16_t> parity_shards, Int<uint64_t> shard_bytes) {
        const capacity::UsefulTask task{.node_id = NodeOf(node_id),
                                        .seed = Seed(seed),
                                        .code = {data_shards, parity_shards},
                                        .shard_bytes = shard_bytes};
        return ToPython(Value(Unlocked([&] { return capacity::DoUsefulWork(task); })));
      },
      py::arg("node_id"), py::arg("seed"), py::kw_only(), py::arg("data_shards") = 10,
      py::arg("parity_shards") = 4, py::arg("shard_bytes") = base::kMiB,
      "The hash, of the parity of a buffer made from node and seed.");
}

}  // namespace

void BindCapacityProofs(py::module_& capacity) {
  BindCommitment(capacity);
  BindPlots(capacity);
  BindPlotVerifiers(capacity);
  BindSpace(capacity);
  BindWork(capacity);
}

}  // namespace shadw::python
