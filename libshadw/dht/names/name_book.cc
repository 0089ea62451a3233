// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/names/name_book.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/dht/names/name_slot.h"

namespace shadw::dht::names {
namespace {

bool InForce(base::Time now, const NameRecord& record) { return now < record.facts.expires; }

absl::Status CheckTimes(base::Time now, const NameRecord& record) {
  const auto seconds = [](base::Time time) { return base::ToUnixSeconds(time); };
  if (record.facts.created > now + kMaxNameSkew) {
    return absl::FailedPreconditionError(absl::StrCat("dht: got a name record not valid before ",
                                                      seconds(record.facts.created),
                                                      ", need one valid at ", seconds(now)));
  }
  if (!InForce(now, record)) {
    return absl::FailedPreconditionError(absl::StrCat("dht: got a name record expired at ",
                                                      seconds(record.facts.expires),
                                                      ", need one valid at ", seconds(now)));
  }
  return absl::OkStatus();
}

absl::Status CheckRank(base::Time now, const NameRecord& known, const NameRecord& candidate) {
  if (candidate.revoked && !known.revoked) return absl::OkStatus();
  if (known.revoked && !candidate.revoked && InForce(now, known)) {
    return absl::FailedPreconditionError(
        "dht: got a record of a revoked name, need one whose tombstone expired");
  }
  if (candidate.seq < known.seq) {
    return absl::AbortedError(absl::StrCat("dht: got a name record of lower sequence ",
                                           candidate.seq, ", need at least ", known.seq));
  }
  if (candidate.seq == known.seq && candidate != known) {
    return absl::AlreadyExistsError(
        absl::StrCat("dht: got a name record of the same sequence with other content, ",
                     candidate.seq, ", need a higher one"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Accept(base::Time now, const Name& asked, const NameRecord* known,
                    const NameRecord& candidate) {
  if (candidate.name.owner != asked.owner) {
    return absl::PermissionDeniedError(
        absl::StrCat("dht: got a name record of another owner, ",
                     base::ToHex(base::ByteSpan(candidate.name.owner).first(4)), ", need ",
                     base::ToHex(base::ByteSpan(asked.owner).first(4))));
  }
  if (candidate.name.label != asked.label) {
    return absl::PermissionDeniedError(
        "dht: got a name record of another label, need the one asked for");
  }
  SHADW_RETURN_IF_ERROR(VerifyRecord(candidate));
  SHADW_RETURN_IF_ERROR(CheckTimes(now, candidate));
  return known == nullptr ? absl::OkStatus() : CheckRank(now, *known, candidate);
}

absl::Status NameBook::Offer(base::Time now, const Name& asked, const NameRecord& candidate) {
  const NamespaceId id = asked.id();
  const auto known = known_.find(id);
  SHADW_RETURN_IF_ERROR(
      Accept(now, asked, known == known_.end() ? nullptr : &known->second, candidate));
  if (known != known_.end()) {
    known->second = candidate;
    return absl::OkStatus();
  }
  if (known_.size() >= kMaxKnownNames) ForgetExpired(now);
  if (known_.size() >= kMaxKnownNames) {
    return absl::ResourceExhaustedError(
        absl::StrCat("dht: got one name more than ", kMaxKnownNames));
  }
  known_.emplace(id, candidate);
  return absl::OkStatus();
}

Resolution NameBook::Take(base::Time now, const Protocol& protocol, const Name& asked,
                          const GetReport& report) {
  Resolution resolution;
  std::vector<NameRecord> candidates;
  for (const GetReport::Version& version : report.versions) {
    absl::StatusOr<NameRecord> record = FromDhtRecord(protocol, asked, version.record);
    if (record.ok()) {
      candidates.push_back(*std::move(record));
    } else {
      resolution.refused.push_back(std::move(record).status());
    }
  }
  // The best first; what is equal in rank by its bytes, so that peers cannot choose.
  std::ranges::sort(candidates, [](const NameRecord& a, const NameRecord& b) {
    return std::tie(b.revoked, b.seq, a.signature) < std::tie(a.revoked, a.seq, b.signature);
  });
  for (const NameRecord& candidate : candidates) {
    if (absl::Status status = Offer(now, asked, candidate); !status.ok()) {
      resolution.refused.push_back(std::move(status));
    }
  }
  const NameRecord* latest = Latest(asked);
  if (latest == nullptr || !InForce(now, *latest)) return resolution;
  resolution.revoked = latest->revoked;
  if (!latest->revoked) resolution.record = *latest;
  return resolution;
}

absl::StatusOr<NameRecord> NameBook::Find(base::Time now, const Name& name) const {
  const NameRecord* latest = Latest(name);
  if (latest == nullptr) {
    return absl::NotFoundError("dht: got a name without a known record, need one resolved before");
  }
  SHADW_RETURN_IF_ERROR(CheckTimes(now, *latest));
  if (latest->revoked) {
    return absl::FailedPreconditionError("dht: got a revoked name, need one that stands");
  }
  return *latest;
}

const NameRecord* NameBook::Latest(const Name& name) const {
  const auto known = known_.find(name.id());
  return known == known_.end() ? nullptr : &known->second;
}

void NameBook::ForgetExpired(base::Time now) {
  std::erase_if(known_, [&](const auto& entry) { return !InForce(now, entry.second); });
}

}  // namespace shadw::dht::names
