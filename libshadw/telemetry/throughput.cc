// SPDX-License-Identifier: Apache-2.0
#include "libshadw/telemetry/throughput.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/base/units.h"

namespace shadw::telemetry {
namespace {

absl::Status CheckRate(const Rate& rate) {
  if (rate.value >= 0 && std::isfinite(rate.value)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("telemetry: got rate ", rate.value, ", need a finite one of 0 or more"));
}

// Each rate was finite; their sum may not be.
absl::StatusOr<double> Finite(double rps) {
  if (std::isfinite(rps)) return rps;
  return absl::OutOfRangeError("telemetry: got infinite requests a second, need a finite number");
}

}  // namespace

double Rate::PerSecond() const {
  switch (unit) {
    case RateUnit::kPerMinute:
      return value / 60;
    case RateUnit::kPerHour:
      return value / 3600;
    default:
      return value;
  }
}

absl::StatusOr<double> RequiredThroughput(uint64_t light_clients, uint64_t full_clients,
                                          const Rate& rate) {
  SHADW_RETURN_IF_ERROR(CheckRate(rate));
  const auto clients = base::CheckedAdd(light_clients, full_clients);
  if (!clients) {
    return absl::OutOfRangeError(absl::StrCat("telemetry: got ", light_clients, " and ",
                                              full_clients,
                                              " clients, need fewer than 2^64 in all"));
  }
  return Finite(static_cast<double>(*clients) * rate.PerSecond());
}

absl::StatusOr<double> RequiredThroughput(std::span<const ClientClass> classes) {
  double sum = 0;
  for (size_t row = 0; row < classes.size(); ++row) {
    if (const absl::Status status = CheckRate(classes[row].rate); !status.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(status.message(), ", in row ", row));
    }
    sum += static_cast<double>(classes[row].clients) * classes[row].rate.PerSecond();
  }
  return Finite(sum);
}

absl::Status RateMeter::Options::Validate() const {
  if (buckets == 0 || buckets > kMaxBuckets) {
    return absl::InvalidArgumentError(
        absl::StrCat("telemetry: got ", buckets, " buckets, need 1 to ", kMaxBuckets));
  }
  if (window.count() < buckets) {
    return absl::InvalidArgumentError(absl::StrCat("telemetry: got a window of ", window.count(),
                                                   " ns, need at least 1 for each of ", buckets,
                                                   " buckets"));
  }
  return absl::OkStatus();
}

absl::StatusOr<RateMeter> RateMeter::Create(const Options& options) {
  SHADW_RETURN_IF_ERROR(options.Validate());
  return RateMeter(options);
}

RateMeter::RateMeter(const Options& options)
    : width_(options.window / options.buckets),
      window_(width_ * options.buckets),
      buckets_(options.buckets) {}

void RateMeter::MoveTo(int64_t newest) {
  if (newest <= newest_) return;
  const int64_t steps = std::min(newest - newest_, static_cast<int64_t>(buckets_.size()));
  newest_ = newest;
  for (int64_t i = 0; i < steps; ++i) {
    Bucket& bucket = At(newest - i);
    live_ -= bucket.clients;
    bucket = {.number = newest - i};
  }
}

// Those who left the window are swept out when they are as many as may be in it: each sweep
// is paid for by the clients that came since the last.
RateMeter::Client* RateMeter::Place(uint64_t client) {
  const auto found = clients_.find(client);
  if (found != clients_.end() && (found->second.registered || InWindow(found->second))) {
    return &found->second;
  }
  if (live_ + registered_ >= kMaxClients) return nullptr;
  if (found != clients_.end()) return &found->second;
  if (clients_.size() >= 2 * kMaxClients) {
    std::erase_if(clients_, [&](const auto& entry) {
      return !entry.second.registered && !InWindow(entry.second);
    });
  }
  return &clients_[client];
}

absl::Status RateMeter::Record(base::Time now, uint64_t client, uint32_t requests) {
  const int64_t number = NumberOf(now);
  if (number < 0 || number <= newest_ - static_cast<int64_t>(buckets_.size())) {
    return absl::InvalidArgumentError(absl::StrCat(
        "telemetry: got bucket ", number, ", need one within ", buckets_.size(), " of ", newest_));
  }
  MoveTo(number);
  Bucket& bucket = At(number);
  bucket.number = number;
  bucket.requests += requests;
  Client* const place = Place(client);
  if (place == nullptr) {
    return absl::ResourceExhaustedError(
        absl::StrCat("telemetry: got one client more, need at most ", kMaxClients));
  }
  if (number <= place->bucket) return absl::OkStatus();
  if (!place->registered) {
    if (InWindow(*place)) {
      --At(place->bucket).clients;
    } else {
      ++live_;
    }
    ++bucket.clients;
  }
  place->bucket = number;
  return absl::OkStatus();
}

absl::Status RateMeter::Register(uint64_t client) {
  Client* const place = Place(client);
  if (place == nullptr) {
    return absl::ResourceExhaustedError(
        absl::StrCat("telemetry: got one client more, need at most ", kMaxClients));
  }
  if (place->registered) return absl::OkStatus();
  place->registered = true;
  ++registered_;
  if (InWindow(*place)) {
    --At(place->bucket).clients;
    --live_;
  }
  return absl::OkStatus();
}

void RateMeter::Unregister(uint64_t client) {
  const auto found = clients_.find(client);
  if (found == clients_.end() || !found->second.registered) return;
  --registered_;
  found->second.registered = false;
  if (InWindow(found->second)) {
    ++At(found->second.bucket).clients;
    ++live_;
  } else {
    clients_.erase(found);
  }
}

// Over the buckets of the window that ends with `now`.
template <typename Add>
uint64_t RateMeter::Sum(base::Time now, Add add) const {
  const int64_t last = NumberOf(now);
  const int64_t first = last - static_cast<int64_t>(buckets_.size()) + 1;
  uint64_t sum = 0;
  for (const Bucket& bucket : buckets_) {
    if (bucket.number >= first && bucket.number <= last) sum += add(bucket);
  }
  return sum;
}

uint64_t RateMeter::Clients(base::Time now) const {
  return registered_ + Sum(now, [](const Bucket& bucket) { return bucket.clients; });
}

double RateMeter::ObservedRps(base::Time now) const {
  const uint64_t requests = Sum(now, [](const Bucket& bucket) { return bucket.requests; });
  return static_cast<double>(requests) * 1e9 / static_cast<double>(window_.count());
}

double RateMeter::AverageRatePerClient(base::Time now) const {
  const uint64_t clients = Clients(now);
  return clients == 0 ? 0 : ObservedRps(now) / static_cast<double>(clients);
}

ThroughputStatus RateMeter::Check(base::Time now, double required_rps) const {
  const double observed = ObservedRps(now);
  return {.ok = observed >= required_rps,
          .ratio =
              required_rps > 0 ? observed / required_rps : std::numeric_limits<double>::infinity()};
}

}  // namespace shadw::telemetry
