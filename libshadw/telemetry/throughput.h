// SPDX-License-Identifier: Apache-2.0
//
// How many requests a second a network must be able to answer, and how many it does:
// clients times the rate of each, and a meter over a sliding window to compare with.
//
//   double needed = *RequiredThroughput(50, 50, {.value = 100});       // 10,000 a second
//   RateMeter meter = *RateMeter::Create({});
//   meter.Record(now, client);
//   meter.Check(now, needed).ok;
//
// Limits: a meter knows kMaxClients clients; its window is cut into buckets, and a rate is
// exact to one of them.
//   Source   catalogue S1, S2
#ifndef LIBSHADW_TELEMETRY_THROUGHPUT_H_
#define LIBSHADW_TELEMETRY_THROUGHPUT_H_

#include <chrono>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/base/time.h"

namespace shadw::telemetry {

enum class RateUnit : uint8_t { kPerSecond, kPerMinute, kPerHour };

struct Rate {
  double value = 0;
  RateUnit unit = RateUnit::kPerSecond;

  double PerSecond() const;
};

// Clients of one kind.
struct ClientClass {
  uint64_t clients = 0;
  Rate rate;  // of each
};

// Requests a second: (light + full) * rate.
//   Range    0 and more
//   Monotone in  light_clients, full_clients, rate; linear in each
//   Units    clients; requests a second
//   Errors   kInvalidArgument  a rate that is negative, infinite or no number
//            kOutOfRange       more than 2^64 clients
//   Modes    as RequiredThroughput(ClientClass)
//   Source   catalogue S1; shadw and deMEC lite papers
absl::StatusOr<double> RequiredThroughput(uint64_t light_clients, uint64_t full_clients,
                                          const Rate& rate);

// The same where kinds of clients differ: the sum of clients * rate.
//   Errors   as above, with the row
//   Paper    one average rate for light and full clients
//   Defect   they ask differently often
//   Modes    (light, full, rate)  as printed
//            (classes)            a rate for each kind; with equal rates both agree
//   Source   catalogue S1; shadw and deMEC lite papers
absl::StatusOr<double> RequiredThroughput(std::span<const ClientClass> classes);

struct ThroughputStatus {
  bool ok = false;
  double ratio = 0;  // observed / required; infinite where nothing is required
};

class RateMeter {
 public:
  static constexpr size_t kMaxClients = 1 << 20;
  static constexpr uint32_t kMaxBuckets = 1 << 16;

  struct Options {
    base::Duration window = std::chrono::minutes(1);
    uint32_t buckets = 60;

    absl::Status Validate() const;
  };

  //   Errors   kInvalidArgument  the options'
  static absl::StatusOr<RateMeter> Create(const Options& options);

  // `requests` of one client. Times may come out of order within the window.
  //   Errors   kInvalidArgument    `now` lies before the window
  //            kResourceExhausted  kMaxClients are in the window; the requests count, the
  //                                client does not
  absl::Status Record(base::Time now, uint64_t client, uint32_t requests = 1);
  // A client that counts although it may be silent.
  //   Errors   kResourceExhausted  as above
  absl::Status Register(uint64_t client);
  void Unregister(uint64_t client);

  // Clients with a request in the window, and those that are registered.
  uint64_t Clients(base::Time now) const;
  // Requests a second in the window that ends with `now`.
  //   Range    0 and above
  //   Units    requests a second; exact to a bucket
  //   Paper    "Measure the average request rate per client over a period"
  //   Defect   which clients count is left open
  //   Modes    one reading  those with a request in the window, and those that are registered
  //   Source   catalogue S2; shadw and deMEC lite papers
  double ObservedRps(base::Time now) const;
  // The same by client; 0 where there is none.
  double AverageRatePerClient(base::Time now) const;
  ThroughputStatus Check(base::Time now, double required_rps) const;

 private:
  struct Bucket {
    int64_t number = -1;  // since 1970
    uint64_t requests = 0;
    uint64_t clients = 0;  // whose latest request lies here, none of them registered
  };
  struct Client {
    int64_t bucket = -1;  // of its latest request
    bool registered = false;
  };

  explicit RateMeter(const Options& options);
  int64_t NumberOf(base::Time time) const { return time.time_since_epoch() / width_; }
  Bucket& At(int64_t number) { return buckets_[static_cast<size_t>(number) % buckets_.size()]; }
  // The client's place, made if there is room; null otherwise.
  Client* Place(uint64_t client);
  template <typename Add>
  uint64_t Sum(base::Time now, Add add) const;

  base::Duration width_;
  base::Duration window_;
  std::vector<Bucket> buckets_;
  int64_t newest_ = 0;
  uint64_t registered_ = 0;
  std::unordered_map<uint64_t, Client> clients_;
};

}  // namespace shadw::telemetry

#endif  // LIBSHADW_TELEMETRY_THROUGHPUT_H_
