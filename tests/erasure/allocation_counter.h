// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_ERASURE_ALLOCATION_COUNTER_H_
#define TESTS_ERASURE_ALLOCATION_COUNTER_H_

#include <cstddef>

namespace shadw::erasure {

// How often the calling thread has used `operator new`, which this program replaces.
size_t AllocationsOfThisThread();

}  // namespace shadw::erasure

#endif  // TESTS_ERASURE_ALLOCATION_COUNTER_H_
