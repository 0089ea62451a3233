// SPDX-License-Identifier: Apache-2.0
//
// Reads a file of known answers and compares what functions say with what it says.
#ifndef TESTS_ECON_KNOWN_ANSWERS_H_
#define TESTS_ECON_KNOWN_ANSWERS_H_

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/statusor.h"

namespace shadw::econ {

using Answer = std::function<absl::StatusOr<nlohmann::json>(const nlohmann::json& arguments)>;

// Runs every case of tests/vectors/economy/<file>; a function that `answers` does not know
// fails. Returns how many cases ran.
size_t RunKnownAnswers(const std::string& file, const std::map<std::string, Answer>& answers);

}  // namespace shadw::econ

#endif  // TESTS_ECON_KNOWN_ANSWERS_H_
