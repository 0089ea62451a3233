// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/ipsec_mb.h"

#include <optional>

namespace shadw::crypto {
namespace {

void InitForThisCpu(IMB_MGR* manager) { init_mb_mgr_auto(manager, nullptr); }

std::optional<IpsecMb> Probe() {
  constexpr uint64_t kNeeded = IMB_CPUFLAGS_AVX2 | IMB_FEATURE_SAFE_DATA | IMB_FEATURE_SELF_TEST |
                               IMB_FEATURE_SELF_TEST_PASS;
  const IpsecMbManager manager = NewIpsecMbManager(InitForThisCpu);
  if (manager == nullptr) return std::nullopt;
  const auto has = [&](uint64_t features) { return (manager->features & features) == features; };
  if (!has(kNeeded)) return std::nullopt;
  return IpsecMb{.expand_key = manager->gcm256_pre,
                 .seal = manager->gcm256_enc,
                 .open = manager->gcm256_dec,
                 .mac_start = manager->gmac256_init,
                 .mac_update = manager->gmac256_update,
                 .mac_finish = manager->gmac256_finalize,
                 .gcm = has(IMB_CPUFLAGS_AVX512_T2),
                 .pairs = has(IMB_FEATURE_SHANI),
                 .wide = has(IMB_CPUFLAGS_AVX512)};
}

}  // namespace

IpsecMbManager NewIpsecMbManager(void (*init)(IMB_MGR*)) {
  IpsecMbManager manager(alloc_mb_mgr(0));
  if (manager == nullptr) return nullptr;
  init(manager.get());
  if (imb_get_errno(manager.get()) != 0) return nullptr;
  return manager;
}

const IpsecMb* FindIpsecMb() {
  static const std::optional<IpsecMb> found = Probe();
  return found ? &*found : nullptr;
}

}  // namespace shadw::crypto
