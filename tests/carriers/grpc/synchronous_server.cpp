// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <stdexcept>
#include <thread>

#include "server.hpp"

namespace grpc_test {
namespace {

using ::grpc::ServerContext;
using ::grpc::Status;

/// The requested end of the call instead of an answer; OK: an answer.
Status obey(ServerContext& context, Ask::Ending ending) {
  switch (ending) {
    case Ask::FAIL: return failure();
    case Ask::THROW: throw std::runtime_error("as was asked");
    case Ask::WAIT:
      while (!context.IsCancelled()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      return cancellation();
    default: return Status::OK;
  }
}

class Service final : public Relay::Service {
 public:
  Status Unary(ServerContext* context, const Ask* ask, Answer* answer) override {
    const Status status = obey(*context, ask->ending());
    fill(*context, *answer);
    return status;
  }

  Status Upload(ServerContext* context, ::grpc::ServerReader<Ask>* reader,
                Answer* answer) override {
    Ask ask;
    while (reader->Read(&ask)) {
      const Status status = obey(*context, ask.ending());
      if (!status.ok()) return status;
      if (ask.ending() == Ask::RETURN) break;
    }
    fill(*context, *answer);
    return Status::OK;
  }

  Status Download(ServerContext* context, const Ask* ask,
                  ::grpc::ServerWriter<Answer>* writer) override {
    const Status status = obey(*context, ask->ending());
    for (int i = 0; status.ok() && i < ask->answers(); ++i) {
      Answer answer;
      fill(*context, answer);
      writer->Write(answer);
    }
    return status;
  }

  Status Chat(ServerContext* context, ::grpc::ServerReaderWriter<Answer, Ask>* stream) override {
    Ask ask;
    while (stream->Read(&ask)) {
      const Status status = obey(*context, ask.ending());
      if (!status.ok() || ask.ending() == Ask::RETURN) return status;
      Answer answer;
      fill(*context, answer);
      stream->Write(answer);
    }
    return Status::OK;
  }
};

class SynchronousServer final : public Server {
 public:
  explicit SynchronousServer(const ServerSettings& settings) {
    ::grpc::ServerBuilder builder;
    builder.RegisterService(&service_);
    start(builder, settings);
  }
  ~SynchronousServer() override { server_->Shutdown(std::chrono::system_clock::now()); }

 private:
  Service service_;
};

}  // namespace

std::unique_ptr<Server> start_synchronous_server(const ServerSettings& settings) {
  return std::make_unique<SynchronousServer>(settings);
}

}  // namespace grpc_test
