// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/guard.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libshadw/base/coding.h"

namespace shadw::dht {
namespace {

constexpr uint32_t kSweepSeconds = 10;
// An allowance that was not used for so long says nothing any more.
constexpr uint32_t kIdleSeconds = 20;

uint32_t Seconds(base::Time now) { return static_cast<uint32_t>(base::ToUnixSeconds(now)); }

uint64_t KeyOf(const base::Endpoint& endpoint) {
  const auto first = base::LoadLittleEndian<uint64_t>(endpoint.address.data());
  return endpoint.v6 ? first : first | uint64_t{0x4} << 60;  // IPv4 uses 32 bits of it
}

}  // namespace

absl::Status GuardOptions::Validate() const {
  if (max_addresses == 0 || max_addresses > size_t{1} << 20) {
    return absl::InvalidArgumentError(
        absl::StrCat("dht: got max_addresses ", max_addresses, ", need 1 to ", 1 << 20));
  }
  return absl::OkStatus();
}

Guard::Guard(const GuardOptions& options) : options_(options) {}

void Guard::ForgetOld(uint32_t now_s) {
  if (now_s - swept_s_ < kSweepSeconds) return;
  swept_s_ = now_s;
  std::erase_if(addresses_, [&](const auto& known) {
    const Allowance& it = known.second;
    return it.proven_until_s <= now_s && (it.decade + 1) * 10 + kIdleSeconds <= now_s &&
           it.second + kIdleSeconds <= now_s;
  });
}

Guard::Account Guard::Look(base::Time now, const base::Endpoint& from) {
  const uint32_t now_s = Seconds(now);
  ForgetOld(now_s);
  const uint64_t key = KeyOf(from);
  auto found = addresses_.find(key);
  if (found == addresses_.end()) {
    if (addresses_.size() >= options_.max_addresses) return {this, &everybody_else_, now_s};
    found = addresses_.emplace(key, Allowance{}).first;
  }
  return {this, &found->second, now_s};
}

bool Guard::Account::Admits() {
  const uint32_t most = guard_->options_.queries_per_10s;
  const uint32_t decade = now_s_ / 10;
  if (allowance_->decade != decade) {
    allowance_->decade = decade;
    allowance_->queries = 0;
  }
  if (most != 0 && allowance_->queries >= most) {
    ++guard_->silenced_;
    return false;
  }
  ++allowance_->queries;
  return true;
}

void Guard::Account::Prove() {
  if (allowance_ == &guard_->everybody_else_) return;
  const auto lifetime =
      std::chrono::duration_cast<std::chrono::seconds>(guard_->options_.proof_lifetime);
  allowance_->proven_until_s = now_s_ + static_cast<uint32_t>(lifetime.count());
}

bool Guard::Account::is_proven() const { return allowance_->proven_until_s > now_s_; }

size_t Guard::Account::ReplyLimit(Method method, size_t query_bytes) {
  if (is_proven()) return kMaxDatagramBytes;
  const double ratio = AmplificationLimit(method);
  const size_t limit =
      std::min(kMaxDatagramBytes, static_cast<size_t>(static_cast<double>(query_bytes) * ratio));
  const uint32_t budget = guard_->options_.unproven_bytes_per_second;
  if (budget == 0) return limit;
  if (allowance_->second != now_s_) {
    allowance_->second = now_s_;
    allowance_->bytes = 0;
  }
  if (allowance_->bytes >= budget) {
    ++guard_->silenced_;
    return 0;
  }
  return std::min<size_t>(limit, budget - allowance_->bytes);
}

void Guard::Account::Sent(size_t bytes) {
  if (allowance_->second != now_s_) {
    allowance_->second = now_s_;
    allowance_->bytes = 0;
  }
  allowance_->bytes += static_cast<uint32_t>(bytes);
}

}  // namespace shadw::dht
