// SPDX-License-Identifier: Apache-2.0
//
// The owner and the record that the tests of names have in common.
#ifndef TESTS_DHT_NAMES_NAME_EXAMPLES_H_
#define TESTS_DHT_NAMES_NAME_EXAMPLES_H_

#include "libshadw/dht/names/name_record.h"

namespace shadw::dht::names {

inline constexpr base::Time kBegin = base::FromUnixSeconds(1'700'000'000);
inline constexpr base::Time kEnd = base::FromUnixSeconds(1'700'086'400);

// 00 01 … 1f
const base::ByteArray<32>& Seed();
const crypto::Ed25519Signer& Owner();
const crypto::Ed25519Signer& Stranger();

// A service at two addresses with two capabilities, from kBegin to kEnd.
NameFacts ServiceFacts();
// Of the name "printer".
NameRecord Printer(uint64_t seq);

}  // namespace shadw::dht::names

#endif  // TESTS_DHT_NAMES_NAME_EXAMPLES_H_
