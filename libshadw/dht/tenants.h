// SPDX-License-Identifier: Apache-2.0
//
// Many tenants on one node, none of whom can read, find or crowd out another. Each has a
// secret; his keys and values leave the node only as what the secret makes of them.
//
//   Tenants tenants(&node);
//   TenantId shop = *tenants.Add(secret, {.kept_bytes = 64 * base::kKiB});
//   tenants.Put(now, shop, key, value, {.keep = true});
//   tenants.Get(now, shop, key);
//   while (auto event = node.PollEvent()) {
//     if (!tenants.HandleEvent(*event)) Use(*event);          // the node's own affairs
//   }
//   while (auto report = tenants.PollReport(shop)) …          // of this tenant alone
//
// A key K of the tenant with secret S stands at a mutable record without salt:
//   signing seed = KDF(S, "dht/tenant/sign", K)      its public key makes the target
//   sealing key  = KDF(S, "dht/tenant/seal", K)      XChaCha20-Poly1305
//   nonce        = KDF(KDF(S, "dht/tenant/nonce", K), "nonce", data ‖ value), 24 bytes of it
//   data         = "shadw/tenant/v1" ‖ public key ‖ sequence number, 8 bytes little-endian
//   what travels = nonce ‖ box; the data are authenticated with it
// Without S nobody can tell a target from noise, nor two keys of one tenant from keys of
// two. A tenant may stand on several nodes with the same secret; sequence numbers are
// milliseconds of the clock, so the later put wins.
//
// Limits: kMaxTenants. The length of a value is seen by all, and that a value of one number
// was put again. Quotas may be overbooked: the node's own limits hold for all together. The
// node puts kept records again by itself, and this counts for nobody.
//   Source   catalogue S19
#ifndef LIBSHADW_DHT_TENANTS_H_
#define LIBSHADW_DHT_TENANTS_H_

#include <deque>
#include <map>
#include <optional>
#include <variant>

#include "absl/status/statusor.h"
#include "libshadw/crypto/secret.h"
#include "libshadw/dht/node.h"

namespace shadw::dht {

inline constexpr size_t kMaxTenants = 10'000;
inline constexpr size_t kMaxTenantKeyBytes = 255;
inline constexpr size_t kMaxTenantValueBytes = 956;
inline constexpr size_t kMaxTenantRate = 10'000;
// Unread reports beyond it push out the oldest.
inline constexpr size_t kMaxTenantReports = 1024;

using TenantId = uint32_t;

struct TenantQuota {
  size_t operations_under_way = 32;
  size_t operations_per_minute = 600;
  size_t kept_records = 100;
  size_t kept_bytes = 64 * 1024;  // of values as they travel

  absl::Status Validate() const;
};

struct TenantStats {
  size_t operations_under_way = 0, kept_records = 0, kept_bytes = 0;
  uint64_t operations = 0;       // ever begun
  uint64_t refused = 0;          // by a quota
  uint64_t reports_dropped = 0;  // pushed out unread
};

// What a get brought home: the newest version that the tenant wrote.
struct TenantValue {
  std::optional<base::Bytes> value;  // nothing: none was found
  int64_t seq = 0;
  size_t agreed = 0;      // contacts that gave this version
  size_t unreadable = 0;  // versions that do not open
  LookupReport lookup;
};

struct TenantReport {
  uint64_t operation = 0;  // as Put or Get named it; each tenant counts for himself
  base::Bytes key;
  std::variant<PutReport, TenantValue> result;
};

struct TenantPutOptions {
  bool keep = false;  // put again until Forget, or until another put on the key
  Approach how = {};
};

class Tenants {
 public:
  //   Shapes   node  outlives this
  explicit Tenants(Node* node) : node_(node) {}

  //   Errors   kInvalidArgument  the quota is out of range
  //            kResourceExhausted  kMaxTenants are there
  absl::StatusOr<TenantId> Add(const crypto::SecretKey& secret, const TenantQuota& quota = {});
  // Keeps nothing of his alive any more; his reports are gone.
  //   Errors   kNotFound  no such tenant
  absl::Status Remove(TenantId tenant);

  // Both name their operation; the outcome comes as a report.
  //   Errors   kNotFound           no such tenant
  //            kInvalidArgument    key or value are over their limits
  //            kResourceExhausted  a quota, by name, or a limit of the node
  absl::StatusOr<uint64_t> Put(base::Time now, TenantId tenant, base::ByteSpan key,
                               base::ByteSpan value, const TenantPutOptions& options = {});
  absl::StatusOr<uint64_t> Get(base::Time now, TenantId tenant, base::ByteSpan key,
                               Approach how = {});
  // No longer keeps what the key holds; it stays in the network until it expires there.
  //   Errors   kNotFound  no such tenant, or nothing is kept
  absl::Status Forget(TenantId tenant, base::ByteSpan key);

  // Takes an event of the node. False: it is nobody's here.
  bool HandleEvent(const Event& event);
  // The next report of the tenant; nothing where there is none, or no such tenant.
  std::optional<TenantReport> PollReport(TenantId tenant);
  //   Errors   kNotFound  no such tenant
  absl::StatusOr<TenantStats> stats(TenantId tenant) const;

 private:
  struct Kept {
    OperationId operation;
    size_t bytes;
  };
  // Compares as text: GCC 12 warns of the comparison of vectors where it is optimised.
  struct BytesLess {
    bool operator()(const base::Bytes& a, const base::Bytes& b) const {
      return base::AsText(a) < base::AsText(b);
    }
  };
  using KeptByKey = std::map<base::Bytes, Kept, BytesLess>;
  struct Tenant {
    crypto::SecretKey secret;
    TenantQuota quota;
    TenantStats stats;
    KeptByKey kept;
    std::deque<base::Time> begun;  // operations of the last minute
    std::deque<TenantReport> reports;
    int64_t last_seq = 0;
  };
  // An operation of the node, and whose it is.
  struct Task {
    TenantId tenant;
    uint64_t operation;
    base::Bytes key;
    bool under_way = true;
    bool kept = false;
  };

  absl::StatusOr<Tenant*> Find(TenantId tenant);
  static absl::Status CheckRates(base::Time now, TenantId id, Tenant& tenant);
  static absl::Status CheckKept(TenantId id, Tenant& tenant, const base::Bytes& key, size_t bytes);
  uint64_t Begin(base::Time now, TenantId id, Tenant& tenant, OperationId operation,
                 base::ByteSpan key);
  void Keep(Tenant& tenant, const base::Bytes& key, Kept kept);
  void Release(Tenant& tenant, KeptByKey::iterator kept);

  Node* node_;
  TenantId last_tenant_ = 0;
  std::map<TenantId, Tenant> tenants_;
  std::map<OperationId, Task> tasks_;
};

}  // namespace shadw::dht

#endif  // LIBSHADW_DHT_TENANTS_H_
