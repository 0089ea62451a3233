// SPDX-License-Identifier: Apache-2.0
#include "tests/econ/known_answers.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

namespace shadw::econ {
namespace {

using nlohmann::json;

// Numbers within the tolerance; everything else exactly.
bool Matches(const json& got, const json& expected, double tolerance) {
  if (expected.is_array()) {
    if (!got.is_array() || got.size() != expected.size()) return false;
    for (size_t i = 0; i < got.size(); ++i) {
      if (!Matches(got[i], expected[i], tolerance)) return false;
    }
    return true;
  }
  if (!expected.is_number() || tolerance == 0) return got == expected;
  return got.is_number() && std::fabs(got.get<double>() - expected.get<double>()) <= tolerance;
}

std::string CodeName(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return "kOk";
    case absl::StatusCode::kInvalidArgument:
      return "kInvalidArgument";
    case absl::StatusCode::kUnimplemented:
      return "kUnimplemented";
    case absl::StatusCode::kFailedPrecondition:
      return "kFailedPrecondition";
    case absl::StatusCode::kResourceExhausted:
      return "kResourceExhausted";
    default:
      return status.ToString();
  }
}

}  // namespace

size_t RunKnownAnswers(const std::string& file, const std::map<std::string, Answer>& answers) {
  std::ifstream stream(SHADW_TEST_VECTORS "/economy/" + file);
  EXPECT_TRUE(stream.is_open()) << file;
  const json vectors = json::parse(stream);
  size_t ran = 0;
  for (const json& one : vectors.at("cases")) {
    const auto found = answers.find(one.at("function").get<std::string>());
    EXPECT_NE(found, answers.end()) << one;
    if (found == answers.end()) continue;
    const absl::StatusOr<json> got = found->second(one.at("arguments"));
    ++ran;
    if (one.contains("error")) {
      EXPECT_EQ(CodeName(got.status()), one["error"].get<std::string>()) << one;
      continue;
    }
    EXPECT_TRUE(got.ok()) << one << got.status();
    if (!got.ok()) continue;
    EXPECT_TRUE(Matches(*got, one.at("expect"), one.at("tolerance").get<double>()))
        << one << "\ngot " << *got;
  }
  return ran;
}

}  // namespace shadw::econ
