// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace baton::detail {

/// The errors found, each once.
class Errors {
 public:
  void add(std::string sentence) {
    if (std::find(sentences_.begin(), sentences_.end(), sentence) != sentences_.end()) return;
    sentences_.push_back(std::move(sentence));
  }

  [[nodiscard]] std::string text() const {
    std::string text;
    for (const std::string& sentence : sentences_) {
      if (!text.empty()) text += "; ";
      text += sentence;
    }
    return text;
  }

 private:
  std::vector<std::string> sentences_;
};

}  // namespace baton::detail
