// SPDX-License-Identifier: Apache-2.0
#include "libshadw/capacity/score.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"

namespace shadw::capacity {
namespace {

struct Bound {
  const char* name;
  double value;
  bool may_be_zero;
};

absl::Status Refuse(const Bound& bound) {
  return absl::InvalidArgumentError(absl::StrCat("capacity: got ", bound.name, " ", bound.value,
                                                 ", need a finite number ",
                                                 bound.may_be_zero ? "not below 0" : "above 0"));
}

bool Holds(const Bound& bound) {
  return std::isfinite(bound.value) && (bound.may_be_zero ? bound.value >= 0 : bound.value > 0);
}

absl::Status Check(const CapacityInputs& inputs) {
  const std::array<Bound, 6> bounds = {{{"processors", inputs.processors, false},
                                        {"cores_per_processor", inputs.cores_per_processor, false},
                                        {"reply_ms", inputs.reply_ms, false},
                                        {"overhead_cycles", inputs.overhead_cycles, true},
                                        {"disk_reported", inputs.disk_reported, true},
                                        {"disk_taken", inputs.disk_taken, true}}};
  for (const Bound& bound : bounds) {
    if (!Holds(bound)) return Refuse(bound);
  }
  if (inputs.disk_taken > inputs.disk_reported) {
    return absl::InvalidArgumentError(absl::StrCat("capacity: got disk_taken ", inputs.disk_taken,
                                                   ", need at most disk_reported ",
                                                   inputs.disk_reported));
  }
  return absl::OkStatus();
}

// Of inputs that Check lets through; of others, some numbers.
inline CapacityScore Evaluate(const CapacityInputs& in, const CapacityReferences& references,
                              CapacityMode mode) {
  const double root = std::sqrt(in.reply_ms);
  const double free = in.disk_reported - in.disk_taken;
  CapacityScore score{.total = 0, .compute = 0, .storage = free};
  switch (mode) {
    case CapacityMode::kPaperLiteral:
      score.compute = in.processors / in.cores_per_processor * (root * in.overhead_cycles);
      break;
    case CapacityMode::kPaperDenominator:
      score.compute = in.processors / (in.cores_per_processor * root * in.overhead_cycles);
      break;
    case CapacityMode::kSqrtProduct:
      score.compute =
          in.processors / in.cores_per_processor * std::sqrt(in.reply_ms * in.overhead_cycles);
      break;
    case CapacityMode::kCorrected:
      score.compute = references.compute_weight *
                      (in.processors * in.cores_per_processor * in.overhead_cycles / root) /
                      references.compute;
      score.storage = references.storage_weight * free / references.storage;
      break;
  }
  score.total = score.compute + score.storage;
  return score;
}

absl::Status CheckMode(CapacityMode mode) {
  if (mode > CapacityMode::kSqrtProduct) {
    return absl::InvalidArgumentError(
        absl::StrCat("capacity: got mode ", static_cast<int>(mode), ", need one of the four"));
  }
  return absl::OkStatus();
}

absl::StatusOr<CapacityScore> CheckedCapacity(const CapacityInputs& inputs,
                                              const CapacityReferences& references,
                                              CapacityMode mode) {
  SHADW_RETURN_IF_ERROR(Check(inputs));
  const CapacityScore score = Evaluate(inputs, references, mode);
  if (!std::isfinite(score.total)) {
    return absl::InvalidArgumentError(
        absl::StrCat("capacity: got inputs whose score is ", score.total, ", need a finite one"));
  }
  return score;
}

CapacityInputs RowOf(const CapacityColumns& columns, size_t i) {
  return {.processors = columns.processors[i],
          .cores_per_processor = columns.cores_per_processor[i],
          .reply_ms = columns.reply_ms[i],
          .overhead_cycles = columns.overhead_cycles[i],
          .disk_reported = columns.disk_reported[i],
          .disk_taken = columns.disk_taken[i]};
}

// As Check and as the result of CheckedCapacity: NaN fails every comparison, and what is not
// finite is above the largest double.
inline bool IsGood(const CapacityInputs& in, const CapacityScore& score) {
  constexpr double kLargest = std::numeric_limits<double>::max();
  const auto within = [](double value) { return (value >= 0) & (value <= kLargest); };
  return within(in.processors) & (in.processors > 0) & within(in.cores_per_processor) &
         (in.cores_per_processor > 0) & within(in.reply_ms) & (in.reply_ms > 0) &
         within(in.overhead_cycles) & within(in.disk_reported) & within(in.disk_taken) &
         (in.disk_taken <= in.disk_reported) & (std::fabs(score.total) <= kLargest);
}

template <CapacityMode kMode>
bool EvaluateMany(const CapacityColumns& columns, const CapacityReferences& references,
                  const CapacityResults& out) {
  bool good = true;
  for (size_t i = 0; i < out.total.size(); ++i) {
    const CapacityInputs in = RowOf(columns, i);
    const CapacityScore score = Evaluate(in, references, kMode);
    good &= IsGood(in, score);
    out.total[i] = score.total;
    if (!out.compute.empty()) out.compute[i] = score.compute;
    if (!out.storage.empty()) out.storage[i] = score.storage;
  }
  return good;
}

absl::Status FirstRefusal(const CapacityColumns& columns, const CapacityReferences& references,
                          CapacityMode mode) {
  for (size_t i = 0; i < columns.processors.size(); ++i) {
    const absl::Status status = CheckedCapacity(RowOf(columns, i), references, mode).status();
    if (!status.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(status.message(), " (row ", i, ")"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CapacityReferences::Validate() const {
  const std::array<Bound, 4> bounds = {{{"references.compute", compute, false},
                                        {"references.storage", storage, false},
                                        {"references.compute_weight", compute_weight, true},
                                        {"references.storage_weight", storage_weight, true}}};
  for (const Bound& bound : bounds) {
    if (!Holds(bound)) return Refuse(bound);
  }
  if (compute_weight == 0 && storage_weight == 0) {
    return absl::InvalidArgumentError("capacity: got two weights of 0, need one above 0");
  }
  return absl::OkStatus();
}

absl::StatusOr<CapacityScore> Capacity(const CapacityInputs& inputs,
                                       const CapacityReferences& references, CapacityMode mode) {
  SHADW_RETURN_IF_ERROR(CheckMode(mode));
  if (mode == CapacityMode::kCorrected) SHADW_RETURN_IF_ERROR(references.Validate());
  return CheckedCapacity(inputs, references, mode);
}

absl::Status CapacityOfMany(const CapacityColumns& columns, const CapacityReferences& references,
                            CapacityMode mode, const CapacityResults& out) {
  SHADW_RETURN_IF_ERROR(CheckMode(mode));
  if (mode == CapacityMode::kCorrected) SHADW_RETURN_IF_ERROR(references.Validate());
  const size_t rows = out.total.size();
  for (const size_t got :
       {columns.processors.size(), columns.cores_per_processor.size(), columns.reply_ms.size(),
        columns.overhead_cycles.size(), columns.disk_reported.size(), columns.disk_taken.size(),
        out.compute.empty() ? rows : out.compute.size(),
        out.storage.empty() ? rows : out.storage.size()}) {
    if (got != rows) {
      return absl::InvalidArgumentError(
          absl::StrCat("capacity: got a column of ", got, " rows, need ", rows));
    }
  }
  // Rows are judged together, so that no branch parts them; asked again, one by one, only
  // where one of them is bad.
  const bool good = mode == CapacityMode::kCorrected
                        ? EvaluateMany<CapacityMode::kCorrected>(columns, references, out)
                    : mode == CapacityMode::kPaperLiteral
                        ? EvaluateMany<CapacityMode::kPaperLiteral>(columns, references, out)
                    : mode == CapacityMode::kPaperDenominator
                        ? EvaluateMany<CapacityMode::kPaperDenominator>(columns, references, out)
                        : EvaluateMany<CapacityMode::kSqrtProduct>(columns, references, out);
  return good ? absl::OkStatus() : FirstRefusal(columns, references, mode);
}

absl::StatusOr<double> CapacityIndex(const CapacityScore& score,
                                     const CapacityReferences& references) {
  SHADW_RETURN_IF_ERROR(references.Validate());
  for (const Bound& bound :
       {Bound{"compute", score.compute, true}, Bound{"storage", score.storage, true}}) {
    if (!Holds(bound)) return Refuse(bound);
  }
  // x / (1 + x) of x = part / weight, which may itself be too large or too small for a number.
  const auto bent = [](double part, double weight) {
    if (part == 0 || weight == 0) return 0.0;
    return part < weight ? part / weight / (1 + part / weight) : 1 / (1 + weight / part);
  };
  const double larger = std::max(references.compute_weight, references.storage_weight);
  const double compute = references.compute_weight / larger;
  const double storage = references.storage_weight / larger;
  const double index = (compute * bent(score.compute, references.compute_weight) +
                        storage * bent(score.storage, references.storage_weight)) /
                       (compute + storage);
  return index < 1 ? index : std::nextafter(1.0, 0.0);
}

absl::StatusOr<double> OverheadCycles(double cycles_per_s, double share) {
  if (const Bound cycles{"cycles_per_s", cycles_per_s, true}; !Holds(cycles)) return Refuse(cycles);
  if (!(share >= 0 && share <= 1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("capacity: got share ", share, ", need one in [0, 1]"));
  }
  return cycles_per_s * share;
}

}  // namespace shadw::capacity
