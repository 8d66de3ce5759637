// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <coroutine>
#include <exception>
#include <thread>

#include "server.hpp"

namespace grpc_test {
namespace {

using ::grpc::ServerContext;
using ::grpc::Status;

/// A tag of the completion queue: the coroutine that awaits it continues when the queue returns it.
class Operation {
 public:
  void complete(bool ok) {
    ok_ = ok;
    void* const waiting = state_.exchange(this);
    if (waiting != nullptr) std::coroutine_handle<>::from_address(waiting).resume();
  }

  bool await_ready() const { return state_ != nullptr; }
  bool await_suspend(std::coroutine_handle<> coroutine) {
    void* none = nullptr;
    return state_.compare_exchange_strong(none, coroutine.address());
  }
  bool await_resume() const { return ok_; }

 private:
  std::atomic<void*> state_{
      nullptr};  // the waiting coroutine; `this`: none, and the tag has arrived
  bool ok_ = false;
};

/// A coroutine that is not awaited.
struct Detached {
  struct promise_type {
    Detached get_return_object() { return {}; }
    std::suspend_never initial_suspend() { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};

class QueueServer final : public Server {
 public:
  explicit QueueServer(const ServerSettings& settings) {
    ::grpc::ServerBuilder builder;
    builder.RegisterService(&service_);
    queue_ = builder.AddCompletionQueue();
    start(builder, settings);
    serve_unary();
    serve_upload();
    serve_download();
    serve_chat();
    for (std::thread& thread : threads_) thread = std::thread([this] { run(); });
  }

  ~QueueServer() override {
    server_->Shutdown(std::chrono::system_clock::now());
    for (int calls = calls_; calls != 0; calls = calls_) calls_.wait(calls);
    queue_->Shutdown();
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  /// A call in progress, or one that is awaited. The queue must not be shut down while one exists.
  struct Call {
    explicit Call(QueueServer& owner) : server(&owner) {
      ++server->calls_;
      context.AsyncNotifyWhenDone(&done);
    }
    ~Call() {
      --server->calls_;
      server->calls_.notify_all();
    }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

    QueueServer* server;
    ServerContext context;
    Operation done;
    Ask ask;
    Answer answer;
  };

  void run() {
    void* tag = nullptr;
    bool ok = false;
    while (queue_->Next(&tag, &ok)) {
      expect_nothing_current();
      static_cast<Operation*>(tag)->complete(ok);
      expect_nothing_current();
    }
  }

  static bool is_failure(Ask::Ending ending) { return ending == Ask::FAIL || ending == Ask::THROW; }

  static void fill_in_context(Call& call) {
    expect_nothing_current();
    const baton::Scope scope(baton::grpc::context(call.context));
    fill(call.context, call.answer);
  }

  Detached serve_unary() {
    Call call(*this);
    ::grpc::ServerAsyncResponseWriter<Answer> writer(&call.context);
    Operation arrived;
    service_.RequestUnary(&call.context, &call.ask, &writer, queue_.get(), queue_.get(), &arrived);
    if (!co_await arrived) co_return;
    serve_unary();

    fill_in_context(call);
    if (call.ask.ending() == Ask::WAIT) co_await call.done;
    Operation finished;
    if (call.ask.ending() == Ask::WAIT) {
      writer.FinishWithError(cancellation(), &finished);
    } else if (is_failure(call.ask.ending())) {
      writer.FinishWithError(failure(), &finished);
    } else {
      writer.Finish(call.answer, Status::OK, &finished);
    }
    co_await finished;
    co_await call.done;
  }

  Detached serve_upload() {
    Call call(*this);
    ::grpc::ServerAsyncReader<Answer, Ask> reader(&call.context);
    Operation arrived;
    service_.RequestUpload(&call.context, &reader, queue_.get(), queue_.get(), &arrived);
    if (!co_await arrived) co_return;
    serve_upload();

    while (call.ask.ending() == Ask::GOOD) {
      Operation read;
      reader.Read(&call.ask, &read);
      if (!co_await read) break;
    }
    fill_in_context(call);
    if (call.ask.ending() == Ask::WAIT) co_await call.done;
    Operation finished;
    if (call.ask.ending() == Ask::WAIT) {
      reader.FinishWithError(cancellation(), &finished);
    } else if (is_failure(call.ask.ending())) {
      reader.FinishWithError(failure(), &finished);
    } else {
      reader.Finish(call.answer, Status::OK, &finished);
    }
    co_await finished;
    co_await call.done;
  }

  Detached serve_download() {
    Call call(*this);
    ::grpc::ServerAsyncWriter<Answer> writer(&call.context);
    Operation arrived;
    service_.RequestDownload(&call.context, &call.ask, &writer, queue_.get(), queue_.get(),
                             &arrived);
    if (!co_await arrived) co_return;
    serve_download();

    Status status = is_failure(call.ask.ending()) ? failure() : Status::OK;
    if (call.ask.ending() == Ask::WAIT) {
      co_await call.done;
      status = cancellation();
    }
    for (int i = 0; status.ok() && i < call.ask.answers(); ++i) {
      fill_in_context(call);
      Operation written;
      writer.Write(call.answer, &written);
      if (!co_await written) status = cancellation();
    }
    Operation finished;
    writer.Finish(status, &finished);
    co_await finished;
    co_await call.done;
  }

  Detached serve_chat() {
    Call call(*this);
    ::grpc::ServerAsyncReaderWriter<Answer, Ask> stream(&call.context);
    Operation arrived;
    service_.RequestChat(&call.context, &stream, queue_.get(), queue_.get(), &arrived);
    if (!co_await arrived) co_return;
    serve_chat();

    Status status = Status::OK;
    while (true) {
      Operation read;
      stream.Read(&call.ask, &read);
      if (!co_await read || call.ask.ending() == Ask::RETURN) break;
      if (is_failure(call.ask.ending())) {
        status = failure();
        break;
      }
      if (call.ask.ending() == Ask::WAIT) {
        co_await call.done;
        status = cancellation();
        break;
      }
      fill_in_context(call);
      Operation written;
      stream.Write(call.answer, &written);
      if (!co_await written) break;
    }
    Operation finished;
    stream.Finish(status, &finished);
    co_await finished;
    co_await call.done;
  }

  Relay::AsyncService service_;
  std::unique_ptr<::grpc::ServerCompletionQueue> queue_;
  std::array<std::thread, 2> threads_;
  std::atomic<int> calls_{0};
};

}  // namespace

std::unique_ptr<Server> start_queue_server(const ServerSettings& settings) {
  return std::make_unique<QueueServer>(settings);
}

}  // namespace grpc_test
