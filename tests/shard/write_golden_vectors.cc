// SPDX-License-Identifier: Apache-2.0
//
// shard_golden_vectors DIRECTORY: writes tests/vectors/shard anew, after the format was
// changed on purpose.
#include <fstream>
#include <iostream>

#include "tests/shard/golden_vectors.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: shard_golden_vectors DIRECTORY\n";
    return 2;
  }
  for (const auto& [name, content] : shadw::shard::GoldenVectors()) {
    std::ofstream file(std::string(argv[1]) + "/" + name, std::ios::binary);
    file << content;
    if (!file.flush()) {
      std::cerr << "cannot write " << name << "\n";
      return 1;
    }
  }
  return 0;
}
