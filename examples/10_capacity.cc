// SPDX-License-Identifier: Apache-2.0
// A node proves that it fills free space, and how fast it computes; a verifier that keeps
// 136 bytes believes it, and refuses the same proof in the next epoch.
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "libshadw/capacity/fresh_plot.h"
#include "libshadw/capacity/plot_file.h"
#include "libshadw/capacity/proven_space.h"
#include "libshadw/capacity/score.h"
#include "libshadw/capacity/work_chain.h"

using namespace shadw;
using namespace shadw::capacity;

int main() {
  const std::filesystem::path path = std::filesystem::temp_directory_path() /
                                     ("shadw_example_" + std::to_string(getpid()) + ".plot");
  // The node plots 4 MiB and sends its commitment; only then the verifier draws.
  const NodeId node = {1, 2, 3};
  const FreshPlot plot = FreshPlot::Make({.node_id = node, .seed = {}, .labels_log2 = 17}).value();
  const base::Bytes commitment = EncodeCommitment(plot.commitment());
  const OriginChallenge drawn = {.seed = {42}};
  const base::Bytes first = EncodeOriginProof(plot.ProveOrigin(drawn).value());
  if (!plot.Write(path).ok()) return 1;

  const PlotCommitment kept = ParseCommitment(commitment).value();
  if (!VerifyOrigin(kept, drawn, ParseOriginProof(first).value()).ok()) return 1;
  std::printf("the verifier keeps %zu bytes after a first proof of %zu\n", commitment.size(),
              first.size());

  // Every epoch: fresh randomness, thirty openings.
  const PlotFile file = PlotFile::Open(path).value();
  std::filesystem::remove(path);
  SpaceChallenge challenge = {.seed = {43}, .epoch = 1};
  const base::Bytes proof = EncodeSpaceProof(file.Prove(challenge).value());
  if (!VerifySpace(kept, challenge, ParseSpaceProof(proof).value()).ok()) return 1;
  challenge.epoch = 2;
  if (VerifySpace(kept, challenge, ParseSpaceProof(proof).value()).ok()) return 1;

  const AuditedSpace audits[] = {{.node_id = node, .bytes = 3 << 20}};
  const PlottedSpace plots[] = {{kept.parameters}};
  // 4 MiB are made anew in a fifth of a second: in earnest leave it at 512 MiB.
  const SpaceRule rule = {.least_plot_bytes = 4 << 20};
  const ProvenSpace space = CombineSpace(node, audits, plots, rule).value();
  std::printf("space: %llu used + %llu plotted count as %llu bytes\n",
              static_cast<unsigned long long>(space.used_bytes),
              static_cast<unsigned long long>(space.free_bytes),
              static_cast<unsigned long long>(space.score_bytes));

  // Compute: a chain whose time the verifier takes, and of which it executes a few gaps.
  const WorkTask task = {.node_id = node, .seed = {44}, .spec = {.gaps = 256}};
  const WorkChain chain = WorkChain::Run(task).value();
  const GapChallenge gaps = {.seed = {45}, .gaps = 5};
  if (!VerifyWork(task, chain.root(), gaps, chain.Prove(gaps).value()).ok()) return 1;

  const CapacityInputs inputs = {.processors = 1,
                                 .cores_per_processor = 8,
                                 .reply_ms = 100,
                                 .overhead_cycles = OverheadCycles(1e6, 0.25).value(),
                                 .disk_reported = 8 << 20,
                                 .disk_taken = 1 << 20};
  const CapacityReferences references = {.compute = 200'000,
                                         .storage = static_cast<double>(space.score_bytes)};
  const CapacityScore score = Capacity(inputs, references).value();
  std::printf("capacity %.3f = compute %.3f + storage %.3f, index %.3f\n", score.total,
              score.compute, score.storage, CapacityIndex(score, references).value());
  return 0;
}
