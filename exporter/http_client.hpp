// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "baton/exporter/options.hpp"
#include "exporter/endpoint.hpp"
#include "exporter/interruption.hpp"

namespace baton::detail {

/// Posts bodies to one endpoint, over one connection as long as both sides keep it. For one thread,
/// which waits until a deadline, or until it is interrupted.
class HttpClient {
 public:
  /// An answer is cut off beyond this.
  static constexpr std::size_t max_answer_size = 65536;

  struct Answer {
    unsigned status = 0;
    std::string body;         ///< empty if it is malformed, or too long
    std::string retry_after;  ///< the field
  };

  /// Of fields that have the same name, the last one is sent.
  HttpClient(Endpoint endpoint, const ExportOptions::Texts& fields, Interruption& interruption);
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  ~HttpClient();

  /// Nothing, with the reason in `error`, if there is no answer.
  [[nodiscard]] std::optional<Answer> post(std::string_view body, Clock::time_point deadline,
                                           std::string& error);

 private:
  class Implementation;  // Boost.Beast takes seconds to compile

  const std::unique_ptr<Implementation> implementation_;
};

}  // namespace baton::detail
