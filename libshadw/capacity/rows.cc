// SPDX-License-Identifier: Apache-2.0
#include "libshadw/capacity/rows.h"

#include <algorithm>

#include "libshadw/base/coding.h"

namespace shadw::capacity {
namespace {

constexpr size_t kLabelWords = kLabelBytes / 8;
constexpr size_t kHeadWords = 8;  // plot id, index, layer, zeros
constexpr size_t kIndexWord = 4, kLayerWord = 5;
constexpr size_t kLineBytes = 64;

std::span<uint64_t> WordOf(std::span<crypto::Blake2bLaneBlock> message, size_t word) {
  crypto::Blake2bLaneBlock& block = message[word / crypto::kBlake2bBlockWords];
  return std::span(block.words).subspan(word % crypto::kBlake2bBlockWords * kLanes, kLanes);
}

void Prefetch(const Row& row) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(row.data());
  for (size_t at = 0; at < kRowBytes; at += kLineBytes) __builtin_prefetch(bytes + at);
}

}  // namespace

Label LabelOf(const Row& row, uint64_t lane) {
  Label label;
  for (size_t word = 0; word < kLabelWords; ++word) {
    base::StoreLittleEndian(label.data() + 8 * word, row[word * kLanes + lane]);
  }
  return label;
}

std::vector<Label> LabelsOf(std::span<const Row> rows) {
  std::vector<Label> labels;
  labels.reserve(rows.size() * kLanes);
  for (const Row& row : rows) {
    for (uint64_t lane = 0; lane < kLanes; ++lane) labels.push_back(LabelOf(row, lane));
  }
  return labels;
}

LayerMaker::LayerMaker(const base::ByteArray<32>& plot_id, const Graph& graph, uint32_t number,
                       std::span<const Row> below, std::span<Row> layer)
    : graph_(graph), below_(below), layer_(layer) {
  const size_t words = kHeadWords + parent_count() * kLabelWords;
  message_.resize(words / crypto::kBlake2bBlockWords);
  for (crypto::Blake2bLaneBlock& block : message_) block.words.fill(0);
  for (size_t word = 0; word < kLabelWords; ++word) {
    std::ranges::fill(WordOf(message_, word),
                      base::LoadLittleEndian<uint64_t>(plot_id.data() + 8 * word));
  }
  std::ranges::fill(WordOf(message_, kLayerWord), number);
  for (uint32_t row = 0; row < kAhead; ++row) Fetch(row);
}

void LayerMaker::Fetch(uint32_t row) {
  if (row >= layer_.size()) return;
  std::array<Parent, kParents>& parents = parents_[row % kAhead];
  graph_.ParentsOf(row, parents);
  for (size_t i = 0; i < kBackParents; ++i) Prefetch(layer_[parents[i].row]);
  if (below_.empty()) return;
  for (size_t i = kBackParents; i < kParents; ++i) Prefetch(below_[parents[i].row]);
}

void LayerMaker::MakeRow(uint32_t row) {
  const std::span<uint64_t> index = WordOf(message_, kIndexWord);
  for (uint64_t lane = 0; lane < kLanes; ++lane) index[lane] = LabelIndex(row, lane);
  for (size_t i = row == 0 ? kBackParents : 0; i < parent_count(); ++i) {
    const Parent& parent = parents_[row % kAhead][i];
    const Row& from = i < kBackParents ? layer_[parent.row] : below_[parent.row];
    for (size_t word = 0; word < kLabelWords; ++word) {
      uint64_t* to = WordOf(message_, kHeadWords + i * kLabelWords + word).data();
      const uint64_t* lanes = from.data() + word * kLanes;
      for (uint32_t lane = 0; lane < kLanes; ++lane)
        to[lane] = lanes[(lane + parent.turn) % kLanes];
    }
  }
  crypto::Blake2b256Lanes(message_, layer_[row]);
  Fetch(row + kAhead);
}

std::vector<Hash256> OriginLeaves(std::span<const std::span<const Row>, kLayers - 1> layers) {
  std::vector<Hash256> leaves;
  leaves.reserve(kGrainLabels);
  crypto::Blake2bLaneBlock block;
  block.words.fill(0);
  for (size_t row = 0; row < kGrainRows; ++row) {
    uint64_t* to = block.words.data();
    for (const std::span<const Row> layer : layers) to = std::ranges::copy(layer[row], to).out;
    Row hashes;
    crypto::Blake2b256Lanes({&block, 1}, hashes);
    for (uint64_t lane = 0; lane < kLanes; ++lane) leaves.push_back(LabelOf(hashes, lane));
  }
  return leaves;
}

}  // namespace shadw::capacity
