// SPDX-License-Identifier: Apache-2.0
//
// A node's word about itself: its statistics and a sequence number, signed by its key.
// Whoever passes a report on cannot alter it, and an old one cannot take the place of a
// newer one.
//
//   base::Bytes bytes = *SignReport(signer, sequence, stats);
//   Report report = *OpenReport(bytes);            // the signature was right
//   report.node;                                   // the public key
//
// Layout, integers little-endian:
//   8  "shadwrep"   1  format = 1   32  public key   8  sequence   8  taken, ns since 1970
//   9 * 8  the statistics, in the order of NodeStats
//   64 Ed25519 over everything above
//
// Limits: that a report is signed does not make it true; `capacity` proves what it says.
//   Source   catalogue S67, G7
#ifndef LIBSHADW_TELEMETRY_REPORT_H_
#define LIBSHADW_TELEMETRY_REPORT_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"
#include "libshadw/crypto/ed25519.h"
#include "libshadw/telemetry/node_stats.h"

namespace shadw::telemetry {

inline constexpr size_t kReportBytes = 8 + 1 + 32 + 8 + 8 + 9 * 8 + 64;

using NodeKey = base::ByteArray<32>;

struct Report {
  NodeKey node{};
  uint64_t sequence = 0;
  NodeStats stats;

  friend bool operator==(const Report&, const Report&) = default;
};

//   Errors   kInvalidArgument  statistics that cannot be
absl::StatusOr<base::Bytes> SignReport(const crypto::Ed25519Signer& signer, uint64_t sequence,
                                       const NodeStats& stats);

// Reads a report without asking who signed it.
//   Shapes   bytes  any
//   Errors   kDataLoss         another length, no report at all, or statistics that cannot be
//            kUnimplemented    a format of another version
absl::StatusOr<Report> ParseReport(base::ByteSpan bytes);

//   Errors   as ParseReport; kPermissionDenied  the signature is not the node's
absl::StatusOr<Report> OpenReport(base::ByteSpan bytes);

}  // namespace shadw::telemetry

#endif  // LIBSHADW_TELEMETRY_REPORT_H_
