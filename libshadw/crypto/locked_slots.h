// SPDX-License-Identifier: Apache-2.0
//
// Locked memory for many small secrets. One allocation of libsodium's takes four pages
// and a dozen system calls; deriving a key per shard would spend its time there. Here a
// block of locked pages, fenced as a whole, is cut into slots; a slot that comes back is
// wiped and handed out again. Blocks stay until the process ends, as an allocator's do.
// Private to this module; thread-safe.
#ifndef LIBSHADW_CRYPTO_LOCKED_SLOTS_H_
#define LIBSHADW_CRYPTO_LOCKED_SLOTS_H_

#include <cstddef>
#include <cstdint>

namespace shadw::crypto {

inline constexpr size_t kLockedSlotBytes = 64;

// A slot of zeros. Null where the system gives no more memory.
uint8_t* TakeLockedSlot();
// Wipes it.
void ReturnLockedSlot(uint8_t* slot);

}  // namespace shadw::crypto

#endif  // LIBSHADW_CRYPTO_LOCKED_SLOTS_H_
