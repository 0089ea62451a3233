// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/tenants.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/dht/tenant_seal.h"

namespace shadw::dht {
namespace {

constexpr base::Duration kRateWindow = std::chrono::minutes(1);

absl::Status OverQuota(std::string_view quota, TenantId tenant, size_t got, size_t allowed,
                       TenantStats& stats) {
  ++stats.refused;
  return absl::ResourceExhaustedError(
      absl::StrCat("dht: got ", got, " of quota ", absl::string_view(quota.data(), quota.size()),
                   " of tenant ", tenant, ", need at most ", allowed));
}

absl::Status NoSuchTenant(TenantId tenant) {
  return absl::NotFoundError(absl::StrCat("dht: got tenant ", tenant, ", need one that was added"));
}

absl::Status CheckSizes(base::ByteSpan key, base::ByteSpan value) {
  if (key.size() <= kMaxTenantKeyBytes && value.size() <= kMaxTenantValueBytes) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("dht: got a tenant's key of ", key.size(), " bytes and value of ", value.size(),
                   ", need at most ", kMaxTenantKeyBytes, " and ", kMaxTenantValueBytes));
}

absl::Status CheckMost(std::string_view quota, size_t got, size_t most) {
  if (got <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("dht: got quota ",
                                                 absl::string_view(quota.data(), quota.size()), " ",
                                                 got, ", need at most ", most));
}

// The newest version that opens.
TenantValue OpenNewest(const Protocol& protocol, const TenantSeal& seal, const GetReport& report) {
  TenantValue found{.lookup = report.lookup};
  for (const GetReport::Version& version : report.versions) {
    const std::optional<base::Bytes> sealed = protocol.UnwrapBytes(version.record.value);
    std::optional<base::Bytes> value;
    if (sealed) value = seal.Open(*sealed, version.record.seq);
    if (!value) {
      ++found.unreadable;
    } else if (!found.value) {
      found.value = std::move(value);
      found.seq = version.record.seq;
      found.agreed = version.agreed;
    }
  }
  return found;
}

}  // namespace

absl::Status TenantQuota::Validate() const {
  SHADW_RETURN_IF_ERROR(CheckMost("operations_under_way", operations_under_way, kMaxOperations));
  SHADW_RETURN_IF_ERROR(CheckMost("operations_per_minute", operations_per_minute, kMaxTenantRate));
  return CheckMost("kept_records", kept_records, kMaxKept);
}

absl::StatusOr<TenantId> Tenants::Add(const crypto::SecretKey& secret, const TenantQuota& quota) {
  SHADW_RETURN_IF_ERROR(quota.Validate());
  if (tenants_.size() >= kMaxTenants) {
    return absl::ResourceExhaustedError(
        absl::StrCat("dht: got one tenant more than ", kMaxTenants));
  }
  tenants_.emplace(++last_tenant_, Tenant{.secret = secret.Clone(), .quota = quota});
  return last_tenant_;
}

absl::Status Tenants::Remove(TenantId tenant) {
  SHADW_ASSIGN_OR_RETURN(Tenant* const leaving, Find(tenant));
  while (!leaving->kept.empty()) Release(*leaving, leaving->kept.begin());
  tenants_.erase(tenant);
  return absl::OkStatus();
}

absl::StatusOr<Tenants::Tenant*> Tenants::Find(TenantId tenant) {
  const auto found = tenants_.find(tenant);
  if (found == tenants_.end()) return NoSuchTenant(tenant);
  return &found->second;
}

absl::Status Tenants::CheckRates(base::Time now, TenantId id, Tenant& tenant) {
  while (!tenant.begun.empty() && tenant.begun.front() + kRateWindow <= now) {
    tenant.begun.pop_front();
  }
  const size_t under_way = tenant.stats.operations_under_way + 1;
  if (under_way > tenant.quota.operations_under_way) {
    return OverQuota("operations_under_way", id, under_way, tenant.quota.operations_under_way,
                     tenant.stats);
  }
  const size_t in_a_minute = tenant.begun.size() + 1;
  if (in_a_minute > tenant.quota.operations_per_minute) {
    return OverQuota("operations_per_minute", id, in_a_minute, tenant.quota.operations_per_minute,
                     tenant.stats);
  }
  return absl::OkStatus();
}

absl::Status Tenants::CheckKept(TenantId id, Tenant& tenant, const base::Bytes& key, size_t bytes) {
  const auto before = tenant.kept.find(key);
  const bool replaces = before != tenant.kept.end();
  const size_t records = tenant.kept.size() + (replaces ? 0 : 1);
  if (records > tenant.quota.kept_records) {
    return OverQuota("kept_records", id, records, tenant.quota.kept_records, tenant.stats);
  }
  const size_t total = tenant.stats.kept_bytes + bytes - (replaces ? before->second.bytes : 0);
  if (total > tenant.quota.kept_bytes) {
    return OverQuota("kept_bytes", id, total, tenant.quota.kept_bytes, tenant.stats);
  }
  return absl::OkStatus();
}

uint64_t Tenants::Begin(base::Time now, TenantId id, Tenant& tenant, OperationId operation,
                        base::ByteSpan key) {
  tenant.begun.push_back(now);
  ++tenant.stats.operations_under_way;
  const uint64_t number = ++tenant.stats.operations;
  tasks_.emplace(operation, Task{.tenant = id, .operation = number, .key = base::ToBytes(key)});
  return number;
}

absl::StatusOr<uint64_t> Tenants::Put(base::Time now, TenantId tenant, base::ByteSpan key,
                                      base::ByteSpan value, const TenantPutOptions& options) {
  SHADW_ASSIGN_OR_RETURN(Tenant* const by, Find(tenant));
  SHADW_RETURN_IF_ERROR(CheckSizes(key, value));
  const base::Bytes owned_key = base::ToBytes(key);
  const size_t bytes =
      node_->protocol().WrapBytes(base::Bytes(value.size() + TenantSeal::kExtraBytes)).size();
  SHADW_RETURN_IF_ERROR(CheckRates(now, tenant, *by));
  if (options.keep) SHADW_RETURN_IF_ERROR(CheckKept(tenant, *by, owned_key, bytes));
  const int64_t millis =
      std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch()).count();
  const int64_t seq = std::max(by->last_seq + 1, millis);
  const TenantSeal seal(by->secret, key);
  SHADW_ASSIGN_OR_RETURN(const Record record,
                         SignRecord(node_->protocol(), seal.signer(),
                                    node_->protocol().WrapBytes(seal.Seal(value, seq)), {}, seq));
  SHADW_ASSIGN_OR_RETURN(const OperationId operation,
                         node_->Put(now, record, {}, options.how, options.keep));
  by->last_seq = seq;
  const uint64_t number = Begin(now, tenant, *by, operation, key);
  // Only now, so that a refusal leaves the old one kept.
  if (const auto before = by->kept.find(owned_key); before != by->kept.end()) {
    Release(*by, before);
  }
  if (options.keep) Keep(*by, owned_key, {.operation = operation, .bytes = bytes});
  return number;
}

absl::StatusOr<uint64_t> Tenants::Get(base::Time now, TenantId tenant, base::ByteSpan key,
                                      Approach how) {
  SHADW_ASSIGN_OR_RETURN(Tenant* const by, Find(tenant));
  SHADW_RETURN_IF_ERROR(CheckSizes(key, {}));
  SHADW_RETURN_IF_ERROR(CheckRates(now, tenant, *by));
  const TenantSeal seal(by->secret, key);
  SHADW_ASSIGN_OR_RETURN(const OperationId operation,
                         node_->GetMutable(now, seal.signer().public_key(), {}, how));
  return Begin(now, tenant, *by, operation, key);
}

void Tenants::Keep(Tenant& tenant, const base::Bytes& key, Kept kept) {
  tasks_.at(kept.operation).kept = true;
  tenant.kept.emplace(key, kept);
  ++tenant.stats.kept_records;
  tenant.stats.kept_bytes += kept.bytes;
}

void Tenants::Release(Tenant& tenant, KeptByKey::iterator kept) {
  const OperationId operation = kept->second.operation;
  node_->Forget(operation).IgnoreError();
  --tenant.stats.kept_records;
  tenant.stats.kept_bytes -= kept->second.bytes;
  tenant.kept.erase(kept);
  const auto task = tasks_.find(operation);
  if (task == tasks_.end()) return;
  task->second.kept = false;
  if (!task->second.under_way) tasks_.erase(task);
}

absl::Status Tenants::Forget(TenantId tenant, base::ByteSpan key) {
  SHADW_ASSIGN_OR_RETURN(Tenant* const by, Find(tenant));
  const auto kept = by->kept.find(base::ToBytes(key));
  if (kept == by->kept.end()) {
    return absl::NotFoundError(
        absl::StrCat("dht: got a key that tenant ", tenant, " does not keep, need one he keeps"));
  }
  Release(*by, kept);
  return absl::OkStatus();
}

bool Tenants::HandleEvent(const Event& event) {
  const auto* put = std::get_if<PutReport>(&event);
  const auto* get = std::get_if<GetReport>(&event);
  if (put == nullptr && get == nullptr) return false;
  const auto task = tasks_.find(put != nullptr ? put->operation : get->operation);
  if (task == tasks_.end()) return false;
  const auto owner = tenants_.find(task->second.tenant);
  if (owner != tenants_.end()) {
    Tenant& tenant = owner->second;
    TenantReport report{.operation = task->second.operation, .key = task->second.key};
    if (put != nullptr) {
      PutReport told = *put;
      told.operation = report.operation;
      report.result = std::move(told);
    } else {
      report.result = OpenNewest(node_->protocol(), TenantSeal(tenant.secret, report.key), *get);
    }
    if (std::exchange(task->second.under_way, false)) --tenant.stats.operations_under_way;
    if (tenant.reports.size() >= kMaxTenantReports) {
      tenant.reports.pop_front();
      ++tenant.stats.reports_dropped;
    }
    tenant.reports.push_back(std::move(report));
  }
  if (!task->second.kept) tasks_.erase(task);
  return true;
}

std::optional<TenantReport> Tenants::PollReport(TenantId tenant) {
  const auto found = tenants_.find(tenant);
  if (found == tenants_.end() || found->second.reports.empty()) return std::nullopt;
  TenantReport report = std::move(found->second.reports.front());
  found->second.reports.pop_front();
  return report;
}

absl::StatusOr<TenantStats> Tenants::stats(TenantId tenant) const {
  const auto found = tenants_.find(tenant);
  if (found == tenants_.end()) return NoSuchTenant(tenant);
  return found->second.stats;
}

}  // namespace shadw::dht
