// SPDX-License-Identifier: Apache-2.0
//
// Known answers of what remembers: a case of tests/vectors/economy that has a "class" makes
// one with the arguments of "create" and takes its "steps" one after the other. A step has
// a "call" with "arguments", or a property to "get", and says what to "expect" or which
// "error". Bytes are {"hex": "01", "size": 32}: those digits, and zeros up to the size.
#ifndef TESTS_VECTORS_KNOWN_STEPS_H_
#define TESTS_VECTORS_KNOWN_STEPS_H_

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"

namespace shadw {

using KnownCall = std::function<absl::StatusOr<nlohmann::json>(const nlohmann::json& arguments)>;
// What one made of a class can be asked, by the names of Python.
using KnownObject = std::map<std::string, KnownCall>;
using KnownClasses =
    std::map<std::string,
             std::function<absl::StatusOr<KnownObject>(const nlohmann::json& arguments)>>;

inline base::Bytes BytesOf(const nlohmann::json& value) {
  base::Bytes bytes;
  const std::string hex = value.at("hex");
  for (size_t i = 0; i < hex.size(); i += 2) {
    bytes.push_back(static_cast<uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  bytes.resize(value.value("size", bytes.size()));
  return bytes;
}

template <size_t kSize>
base::ByteArray<kSize> ArrayOf(const nlohmann::json& value) {
  const base::Bytes bytes = BytesOf(value);
  EXPECT_EQ(bytes.size(), kSize) << value;
  base::ByteArray<kSize> array{};
  std::copy_n(bytes.begin(), std::min(kSize, bytes.size()), array.begin());
  return array;
}

inline nlohmann::json HexOf(base::ByteSpan bytes) { return {{"hex", base::ToHex(bytes)}}; }

inline std::string KnownErrorOf(const absl::Status& status) {
  static const std::map<absl::StatusCode, std::string> kNames = {
      {absl::StatusCode::kOk, "kOk"},
      {absl::StatusCode::kInvalidArgument, "kInvalidArgument"},
      {absl::StatusCode::kOutOfRange, "kOutOfRange"},
      {absl::StatusCode::kNotFound, "kNotFound"},
      {absl::StatusCode::kAlreadyExists, "kAlreadyExists"},
      {absl::StatusCode::kPermissionDenied, "kPermissionDenied"},
      {absl::StatusCode::kResourceExhausted, "kResourceExhausted"},
      {absl::StatusCode::kFailedPrecondition, "kFailedPrecondition"},
      {absl::StatusCode::kUnimplemented, "kUnimplemented"}};
  const auto found = kNames.find(status.code());
  return found == kNames.end() ? status.ToString() : found->second;
}

inline void ExpectAnswer(const absl::StatusOr<nlohmann::json>& got, const nlohmann::json& step,
                         const nlohmann::json& entry) {
  if (step.contains("error")) {
    EXPECT_EQ(KnownErrorOf(got.status()), step["error"].get<std::string>()) << step << entry;
    return;
  }
  ASSERT_TRUE(got.ok()) << got.status() << step << entry;
  if (!step.contains("expect")) return;
  const nlohmann::json& expected = step["expect"];
  const double tolerance = step.value("tolerance", 0.0);
  if (expected.is_number() && tolerance > 0) {
    EXPECT_NEAR(got->get<double>(), expected.get<double>(), tolerance) << step << entry;
  } else if (expected.is_object() && got->is_object() && !expected.contains("hex")) {
    for (const auto& [name, value] : expected.items()) EXPECT_EQ(got->at(name), value) << entry;
  } else {
    EXPECT_EQ(*got, expected) << step << entry;
  }
}

// Takes the steps of one case that has a class.
inline void TakeKnownSteps(const nlohmann::json& entry, const KnownClasses& classes) {
  const auto made = classes.find(entry.at("class"));
  ASSERT_NE(made, classes.end()) << entry;
  const absl::StatusOr<KnownObject> object = made->second(entry.at("create"));
  if (entry.contains("error")) {
    EXPECT_EQ(KnownErrorOf(object.status()), entry["error"].get<std::string>()) << entry;
    return;
  }
  ASSERT_TRUE(object.ok()) << object.status() << entry;
  for (const nlohmann::json& step : entry.at("steps")) {
    const std::string name = step.contains("get") ? step["get"] : step.at("call");
    const auto call = object->find(name);
    ASSERT_NE(call, object->end()) << step << entry;
    ExpectAnswer(call->second(step.value("arguments", nlohmann::json::object())), step, entry);
  }
}

}  // namespace shadw

#endif  // TESTS_VECTORS_KNOWN_STEPS_H_
