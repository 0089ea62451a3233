// SPDX-License-Identifier: Apache-2.0
#include "libshadw/telemetry/report.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/coding.h"
#include "libshadw/base/status_macros.h"

namespace shadw::telemetry {
namespace {

constexpr std::string_view kMagic = "shadwrep";
constexpr uint8_t kFormat = 1;
constexpr uint64_t NodeStats::*kFields[] = {
    &NodeStats::uptime_s,           &NodeStats::cpu_total_milli,   &NodeStats::cpu_free_milli,
    &NodeStats::memory_total_bytes, &NodeStats::memory_free_bytes, &NodeStats::swap_total_bytes,
    &NodeStats::swap_free_bytes,    &NodeStats::disk_total_bytes,  &NodeStats::disk_free_bytes};

}  // namespace

absl::StatusOr<base::Bytes> SignReport(const crypto::Ed25519Signer& signer, uint64_t sequence,
                                       const NodeStats& stats) {
  SHADW_RETURN_IF_ERROR(stats.Validate());
  base::ByteWriter out;
  out.Raw(base::AsBytes(kMagic)).U8(kFormat).Raw(signer.public_key()).U64(sequence);
  out.U64(static_cast<uint64_t>(base::ToUnixNanos(stats.taken)));
  for (const auto field : kFields) out.U64(stats.*field);
  out.Raw(signer.Sign(out.bytes()));
  return std::move(out).Take();
}

absl::StatusOr<Report> ParseReport(base::ByteSpan bytes) {
  base::ByteReader in(bytes);
  if (bytes.size() != kReportBytes || base::AsText(in.View(kMagic.size())) != kMagic) {
    return absl::DataLossError(
        absl::StrCat("telemetry: got ", bytes.size(), " bytes, need a report of ", kReportBytes));
  }
  const uint8_t format = in.U8();
  if (format != kFormat) {
    return absl::UnimplementedError(
        absl::StrCat("telemetry: got a report of format ", format, ", need ", kFormat));
  }
  Report report;
  in.Raw(report.node);
  report.sequence = in.U64();
  report.stats.taken = base::FromUnixNanos(static_cast<int64_t>(in.U64()));
  for (const auto field : kFields) report.stats.*field = in.U64();
  if (const absl::Status status = report.stats.Validate(); !status.ok()) {
    return absl::DataLossError(status.message());
  }
  return report;
}

absl::StatusOr<Report> OpenReport(base::ByteSpan bytes) {
  SHADW_ASSIGN_OR_RETURN(const Report report, ParseReport(bytes));
  const size_t signed_bytes = kReportBytes - crypto::kEd25519SignatureBytes;
  if (!crypto::Ed25519Verify(report.node, bytes.first(signed_bytes), bytes.subspan(signed_bytes))) {
    return absl::PermissionDeniedError(absl::StrCat("telemetry: got a report that node ",
                                                    base::ToHex(report.node),
                                                    " did not sign, need its signature"));
  }
  return report;
}

}  // namespace shadw::telemetry
