// SPDX-License-Identifier: Apache-2.0
#include "tests/crypto/vectors.h"

#include <gtest/gtest.h>

#include <fstream>

namespace shadw::crypto {

nlohmann::json ReadVectors(std::string_view path) {
  std::ifstream file(std::string(SHADW_TEST_VECTORS "/") + std::string(path));
  EXPECT_TRUE(file.is_open()) << path;
  return nlohmann::json::parse(file);
}

base::Bytes Hex(std::string_view text) {
  const auto bytes = base::FromHex(text);
  EXPECT_TRUE(bytes.ok()) << text;
  return bytes.value_or(base::Bytes());
}

base::Bytes HexField(const nlohmann::json& object, const char* field) {
  return Hex(object.at(field).get<std::string>());
}

size_t RunWycheproof(std::string_view file, const WycheproofRun& run) {
  const nlohmann::json vectors = ReadVectors("wycheproof/" + std::string(file));
  size_t cases = 0;
  for (const nlohmann::json& group : vectors.at("testGroups")) {
    for (const nlohmann::json& test : group.at("tests")) {
      const auto verdict = test.at("result").get<std::string>();
      EXPECT_TRUE(verdict == "valid" || verdict == "invalid") << test;
      EXPECT_EQ(run(group, test), verdict == "valid") << test;
      ++cases;
    }
  }
  EXPECT_EQ(cases, vectors.at("numberOfTests").get<size_t>());
  return cases;
}

}  // namespace shadw::crypto
