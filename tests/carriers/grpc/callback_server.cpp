// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <stdexcept>

#include "server.hpp"

namespace grpc_test {
namespace {

using ::grpc::CallbackServerContext;
using ::grpc::Status;

/// The base of all reactors. They are made in the service's method, in which the context is
/// current. Their reactions run on other threads, and each makes the context current for itself.
template <class Base>
class Reactor : public Base {
 public:
  explicit Reactor(CallbackServerContext& context) : context_(&context) {}

  void OnCancel() final {
    expect_nothing_current();
    if (waits_for_cancel_) finish(cancellation());
  }
  void OnDone() final {
    expect_nothing_current();
    delete this;
  }

 protected:
  void fill_answer() { fill(*context_, answer_); }
  [[nodiscard]] const baton::Context& context() const { return baton::grpc::context(*context_); }

  void finish(const Status& status) {
    if (!is_finished_.exchange(true)) this->Finish(status);
  }

  /// Returns false if the client asks for another end than an answer.
  bool obey(Ask::Ending ending) {
    switch (ending) {
      case Ask::FAIL:
      case Ask::THROW: finish(failure()); return false;  // gRPC expects no exception from reactions
      case Ask::WAIT:
        waits_for_cancel_ = true;
        if (context_->IsCancelled()) finish(cancellation());
        return false;
      default: return true;
    }
  }

  Answer answer_;

 private:
  CallbackServerContext* context_;
  std::atomic<bool> waits_for_cancel_{false};
  std::atomic<bool> is_finished_{false};
};

class UnaryReactor final : public Reactor<::grpc::ServerUnaryReactor> {
 public:
  UnaryReactor(CallbackServerContext& context, const Ask& ask) : Reactor(context) {
    if (obey(ask.ending())) finish(Status::OK);
  }
};

class UploadReactor final : public Reactor<::grpc::ServerReadReactor<Ask>> {
 public:
  UploadReactor(CallbackServerContext& context, Answer& answer) : Reactor(context) {
    fill_answer();
    answer = answer_;
    StartRead(&ask_);
  }

  void OnReadDone(bool ok) override {
    expect_nothing_current();
    if (!ok || ask_.ending() == Ask::RETURN) {
      finish(Status::OK);
    } else if (obey(ask_.ending())) {
      StartRead(&ask_);
    }
  }

 private:
  Ask ask_;
};

class DownloadReactor final : public Reactor<::grpc::ServerWriteReactor<Answer>> {
 public:
  DownloadReactor(CallbackServerContext& context, const Ask& ask)
      : Reactor(context), left_(ask.answers()) {
    if (obey(ask.ending())) write();
  }

  void OnWriteDone(bool ok) override {
    expect_nothing_current();
    const baton::Scope scope(context());
    if (ok) {
      write();
    } else {
      finish(cancellation());
    }
  }

 private:
  void write() {
    if (left_-- > 0) {
      fill_answer();
      StartWrite(&answer_);
    } else {
      finish(Status::OK);
    }
  }

  int left_;
};

class ChatReactor final : public Reactor<::grpc::ServerBidiReactor<Ask, Answer>> {
 public:
  explicit ChatReactor(CallbackServerContext& context) : Reactor(context) { StartRead(&ask_); }

  void OnReadDone(bool ok) override {
    expect_nothing_current();
    const baton::Scope scope(context());
    if (!ok || ask_.ending() == Ask::RETURN) {
      finish(Status::OK);
    } else if (obey(ask_.ending())) {
      fill_answer();
      StartWrite(&answer_);
    }
  }

  void OnWriteDone(bool ok) override {
    expect_nothing_current();
    if (ok) {
      StartRead(&ask_);
    } else {
      finish(cancellation());
    }
  }

 private:
  Ask ask_;
};

class Service final : public Relay::CallbackService {
 public:
  ::grpc::ServerUnaryReactor* Unary(CallbackServerContext* context, const Ask* ask,
                                    Answer* answer) override {
    if (ask->ending() == Ask::THROW) throw std::runtime_error("as was asked");
    fill(*context, *answer);
    if (ask->ending() != Ask::GOOD) return new UnaryReactor(*context, *ask);
    auto* reactor = context->DefaultReactor();
    reactor->Finish(Status::OK);
    return reactor;
  }
  ::grpc::ServerReadReactor<Ask>* Upload(CallbackServerContext* context, Answer* answer) override {
    return new UploadReactor(*context, *answer);
  }
  ::grpc::ServerWriteReactor<Answer>* Download(CallbackServerContext* context,
                                               const Ask* ask) override {
    if (ask->ending() == Ask::THROW) throw std::runtime_error("as was asked");
    return new DownloadReactor(*context, *ask);
  }
  ::grpc::ServerBidiReactor<Ask, Answer>* Chat(CallbackServerContext* context) override {
    return new ChatReactor(*context);
  }
};

class CallbackServer final : public Server {
 public:
  explicit CallbackServer(const ServerSettings& settings) {
    ::grpc::ServerBuilder builder;
    builder.RegisterService(&service_);
    start(builder, settings);
  }
  ~CallbackServer() override { server_->Shutdown(std::chrono::system_clock::now()); }

 private:
  Service service_;
};

}  // namespace

std::unique_ptr<Server> start_callback_server(const ServerSettings& settings) {
  return std::make_unique<CallbackServer>(settings);
}

}  // namespace grpc_test
