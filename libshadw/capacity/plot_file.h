// SPDX-License-Identifier: Apache-2.0
//
// A plot on a disk, and the proofs that come from it. `FreshPlot::Write` makes the file.
//
//   SHADW_ASSIGN_OR_RETURN(const PlotFile plot, PlotFile::Open("space.plot"));
//   SHADW_ASSIGN_OR_RETURN(const SpaceProof proof, plot.Prove(challenge));
//
// Layout, integers little-endian:
//   4096   magic "sPf" · format 1 · the commitment as EncodeCommitment spells it
//          · 16 BLAKE2b-128 of all that · zeros
//   n * 32 the kept labels, n of them, in rows of eight: the rows' first words (8 bytes) of
//          each lane, then their second, third and fourth ones
//   n / 8  a Merkle root of each 256 labels
//
// The file is anybody's: what is opened was checked against its commitment, and what is
// proven from damaged labels is refused before it leaves.
#ifndef LIBSHADW_CAPACITY_PLOT_FILE_H_
#define LIBSHADW_CAPACITY_PLOT_FILE_H_

#include <filesystem>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"
#include "libshadw/capacity/plot.h"
#include "libshadw/capacity/space_proof.h"

namespace shadw::capacity {

// The header of a plot file.
//   Errors   kDataLoss       cut short, damaged, or no plot
//            kUnimplemented  a format of another version
//   Promise  safe on hostile input
absl::StatusOr<PlotCommitment> ParsePlotHeader(base::ByteSpan bytes);

class PlotFile {
 public:
  // Reads the header and the roots, not the labels.
  //   Errors   kDataLoss       as ParsePlotHeader, another length than the header says, or
  //                            roots that are not those of the commitment
  //            kUnimplemented  a format of another version
  //            kNotFound, kPermissionDenied, kUnavailable  as the system says
  //   Cost     memory of 1/128 of the plot
  static absl::StatusOr<PlotFile> Open(const std::filesystem::path& path);
  PlotFile(PlotFile&&) noexcept;
  PlotFile& operator=(PlotFile&&) noexcept;
  ~PlotFile();

  const PlotCommitment& commitment() const;

  //   Errors   kInvalidArgument  the challenge is out of range
  //            kDataLoss         the labels in the file are not those it was made with
  //            kUnavailable      the disk fails
  //   Cost     8 KiB to read and 256 hashes an opening
  absl::StatusOr<SpaceProof> Prove(const SpaceChallenge& challenge) const;

  // Reads all labels and compares them with the roots.
  //   Errors   kDataLoss, kUnavailable  as Prove
  absl::Status Check() const;

 private:
  struct Impl;
  explicit PlotFile(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace shadw::capacity

#endif  // LIBSHADW_CAPACITY_PLOT_FILE_H_
