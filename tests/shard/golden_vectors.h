// SPDX-License-Identifier: Apache-2.0
//
// The golden vectors of format v1: everything that a second implementation must
// reproduce or open, made from seeds. `shard_golden_vectors DIRECTORY` writes them;
// golden_test.cc compares them with what lies in tests/vectors/shard.
#ifndef TESTS_SHARD_GOLDEN_VECTORS_H_
#define TESTS_SHARD_GOLDEN_VECTORS_H_

#include <map>
#include <string>

namespace shadw::shard {

// File name -> content.
std::map<std::string, std::string> GoldenVectors();

}  // namespace shadw::shard

#endif  // TESTS_SHARD_GOLDEN_VECTORS_H_
