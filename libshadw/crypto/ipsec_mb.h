// SPDX-License-Identifier: Apache-2.0
//
// The door to libipsec-mb: which of its code fits this CPU, found once per process and
// constant from then on. GCM and GMAC are direct calls, free of state of their own;
// SHA-256 goes through a manager of jobs, 200 KB that serve one thread.
//
// It is used where it gains. With AVX2 alone its GCM is no faster than OpenSSL's and its
// GMAC slower, so both need vectors of AES. A build of the library that does not clear
// secrets from registers and stack, or that fails its own test vectors, counts as absent.
// Private to this module.
#ifndef LIBSHADW_CRYPTO_IPSEC_MB_H_
#define LIBSHADW_CRYPTO_IPSEC_MB_H_

// Keeps names like SHA1 and GCM, which OpenSSL has too, out of its header.
#define NO_COMPAT_IMB_API_053
#include <intel-ipsec-mb.h>

#include <memory>

namespace shadw::crypto {

struct FreeManager {
  void operator()(IMB_MGR* manager) const { free_mb_mgr(manager); }
};
using IpsecMbManager = std::unique_ptr<IMB_MGR, FreeManager>;

// Null where there is no memory for it.
IpsecMbManager NewIpsecMbManager(void (*init)(IMB_MGR*));

struct IpsecMb {
  aes_gcm_pre_t expand_key;
  aes_gcm_enc_dec_t seal;
  aes_gcm_enc_dec_t open;
  aes_gmac_init_t mac_start;
  aes_gmac_update_t mac_update;
  aes_gmac_finalize_t mac_finish;
  bool gcm;    // AVX-512 with VAES and VPCLMULQDQ: the calls above gain
  bool pairs;  // SHA instructions: two messages at once
  bool wide;   // AVX-512: sixteen
};

// Null where the library is of no use here. Thread-safe.
const IpsecMb* FindIpsecMb();

}  // namespace shadw::crypto

#endif  // LIBSHADW_CRYPTO_IPSEC_MB_H_
