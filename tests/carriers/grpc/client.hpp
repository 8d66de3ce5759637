// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "server.hpp"

namespace grpc_test {

enum class Kind { unary, upload, download, chat };

inline constexpr Api apis[] = {Api::synchronous, Api::callback, Api::completion_queue};
inline constexpr Kind kinds[] = {Kind::unary, Kind::upload, Kind::download, Kind::chat};

[[nodiscard]] constexpr const char* name(Api api) {
  return api == Api::synchronous ? "synchronous" : api == Api::callback ? "callback" : "queue";
}
[[nodiscard]] constexpr const char* name(Kind kind) {
  return kind == Kind::unary      ? "unary"
         : kind == Kind::upload   ? "upload"
         : kind == Kind::download ? "download"
                                  : "chat";
}

/// The number of messages in each direction that is a stream.
inline constexpr int stream_length = 3;

struct Outcome {
  ::grpc::Status status;
  std::vector<Answer> answers;
};

/// Makes a call of that kind with that API of gRPC, and waits for its end.
Outcome call(Api api, Kind kind, Relay::Stub& stub, ::grpc::ClientContext& context,
             Ask::Ending ending = Ask::GOOD);

}  // namespace grpc_test
