// SPDX-License-Identifier: Apache-2.0
#include "client.hpp"

#include <condition_variable>
#include <future>
#include <mutex>
#include <stdexcept>

namespace grpc_test {
namespace {

using ::grpc::ClientContext;
using ::grpc::Status;

Ask ask_for(Ask::Ending ending) {
  Ask ask;
  ask.set_ending(ending);
  ask.set_answers(stream_length);
  return ask;
}

// ---- The synchronous API ----

Outcome call_synchronously(Kind kind, Relay::Stub& stub, ClientContext& context, const Ask& ask) {
  Outcome outcome;
  Answer answer;
  switch (kind) {
    case Kind::unary: {
      outcome.status = stub.Unary(&context, ask, &answer);
      if (outcome.status.ok()) outcome.answers.push_back(answer);
      break;
    }
    case Kind::upload: {
      const auto writer = stub.Upload(&context, &answer);
      for (int i = 0; i < stream_length && writer->Write(ask); ++i) {
      }
      writer->WritesDone();
      outcome.status = writer->Finish();
      if (outcome.status.ok()) outcome.answers.push_back(answer);
      break;
    }
    case Kind::download: {
      const auto reader = stub.Download(&context, ask);
      while (reader->Read(&answer)) outcome.answers.push_back(answer);
      outcome.status = reader->Finish();
      break;
    }
    case Kind::chat: {
      const auto stream = stub.Chat(&context);
      for (int i = 0; i < stream_length && stream->Write(ask) && stream->Read(&answer); ++i) {
        outcome.answers.push_back(answer);
      }
      stream->WritesDone();
      outcome.status = stream->Finish();
      break;
    }
  }
  return outcome;
}

// ---- The callback API ----

/// The base of all reactors: a thread of gRPC ends the call, and another one waits for that.
template <class Base>
class Reactor : public Base {
 public:
  explicit Reactor(const Ask& ask) : ask_(ask) {}

  void OnDone(const Status& status) final {
    expect_nothing_current();
    outcome_.status = status;
    done_.set_value();
  }

  Outcome wait() {
    done_.get_future().wait();
    return outcome_;
  }

 protected:
  Ask ask_;
  Answer answer_;
  Outcome outcome_;
  int written_ = 0;

 private:
  std::promise<void> done_;
};

class Uploader final : public Reactor<::grpc::ClientWriteReactor<Ask>> {
 public:
  Uploader(Relay::Stub& stub, ClientContext& context, const Ask& ask) : Reactor(ask) {
    stub.async()->Upload(&context, &answer_, this);
    StartWrite(&ask_);
    StartCall();
  }
  void OnWriteDone(bool ok) override {
    expect_nothing_current();
    if (!ok) return;
    if (++written_ < stream_length) {
      StartWrite(&ask_);
    } else {
      StartWritesDone();
    }
  }
  Outcome result() {
    Outcome outcome = wait();
    if (outcome.status.ok()) outcome.answers.push_back(answer_);
    return outcome;
  }
};

class Downloader final : public Reactor<::grpc::ClientReadReactor<Answer>> {
 public:
  Downloader(Relay::Stub& stub, ClientContext& context, const Ask& ask) : Reactor(ask) {
    stub.async()->Download(&context, &ask_, this);
    StartRead(&answer_);
    StartCall();
  }
  void OnReadDone(bool ok) override {
    expect_nothing_current();
    if (!ok) return;
    outcome_.answers.push_back(answer_);
    StartRead(&answer_);
  }
};

class Chatter final : public Reactor<::grpc::ClientBidiReactor<Ask, Answer>> {
 public:
  Chatter(Relay::Stub& stub, ClientContext& context, const Ask& ask) : Reactor(ask) {
    stub.async()->Chat(&context, this);
    StartWrite(&ask_);
    StartCall();
  }
  void OnWriteDone(bool ok) override {
    expect_nothing_current();
    if (ok) StartRead(&answer_);
  }
  void OnReadDone(bool ok) override {
    expect_nothing_current();
    if (!ok) return;
    outcome_.answers.push_back(answer_);
    if (++written_ < stream_length) {
      StartWrite(&ask_);
    } else {
      StartWritesDone();
    }
  }
};

Outcome call_with_callbacks(Kind kind, Relay::Stub& stub, ClientContext& context, const Ask& ask) {
  switch (kind) {
    case Kind::upload: return Uploader(stub, context, ask).result();
    case Kind::download: return Downloader(stub, context, ask).wait();
    case Kind::chat: return Chatter(stub, context, ask).wait();
    case Kind::unary: break;
  }
  Outcome outcome;
  Answer answer;
  std::promise<void> done;
  stub.async()->Unary(&context, &ask, &answer, [&](const Status& status) {
    expect_nothing_current();
    outcome.status = status;
    done.set_value();
  });
  done.get_future().wait();
  if (outcome.status.ok()) outcome.answers.push_back(answer);
  return outcome;
}

// ---- The API of completion queues ----

/// One operation at a time on a queue of its own.
class Queue {
 public:
  ~Queue() {
    queue_.Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) {
    }
  }

  [[nodiscard]] ::grpc::CompletionQueue* get() { return &queue_; }

  bool wait() {
    void* tag = nullptr;
    bool ok = false;
    if (!queue_.Next(&tag, &ok)) throw std::runtime_error("the queue is shut down");
    return ok;
  }

 private:
  ::grpc::CompletionQueue queue_;
};

Outcome call_by_queue(Kind kind, Relay::Stub& stub, ClientContext& context, const Ask& ask) {
  Outcome outcome;
  Answer answer;
  Queue queue;
  switch (kind) {
    case Kind::unary: {
      const auto reader = stub.AsyncUnary(&context, ask, queue.get());
      reader->Finish(&answer, &outcome.status, nullptr);
      queue.wait();
      if (outcome.status.ok()) outcome.answers.push_back(answer);
      break;
    }
    case Kind::upload: {
      const auto writer = stub.AsyncUpload(&context, &answer, queue.get(), nullptr);
      bool ok = queue.wait();
      for (int i = 0; ok && i < stream_length; ++i) {
        writer->Write(ask, nullptr);
        ok = queue.wait();
      }
      if (ok) {
        writer->WritesDone(nullptr);
        queue.wait();
      }
      writer->Finish(&outcome.status, nullptr);
      queue.wait();
      if (outcome.status.ok()) outcome.answers.push_back(answer);
      break;
    }
    case Kind::download: {
      const auto reader = stub.AsyncDownload(&context, ask, queue.get(), nullptr);
      bool ok = queue.wait();
      while (ok) {
        reader->Read(&answer, nullptr);
        ok = queue.wait();
        if (ok) outcome.answers.push_back(answer);
      }
      reader->Finish(&outcome.status, nullptr);
      queue.wait();
      break;
    }
    case Kind::chat: {
      const auto stream = stub.AsyncChat(&context, queue.get(), nullptr);
      bool ok = queue.wait();
      for (int i = 0; ok && i < stream_length; ++i) {
        stream->Write(ask, nullptr);
        ok = queue.wait();
        if (!ok) break;
        stream->Read(&answer, nullptr);
        ok = queue.wait();
        if (ok) outcome.answers.push_back(answer);
      }
      if (ok) {
        stream->WritesDone(nullptr);
        queue.wait();
      }
      stream->Finish(&outcome.status, nullptr);
      queue.wait();
      break;
    }
  }
  return outcome;
}

}  // namespace

Outcome call(Api api, Kind kind, Relay::Stub& stub, ClientContext& context, Ask::Ending ending) {
  const Ask ask = ask_for(ending);
  switch (api) {
    case Api::synchronous: return call_synchronously(kind, stub, context, ask);
    case Api::callback: return call_with_callbacks(kind, stub, context, ask);
    case Api::completion_queue: break;
  }
  return call_by_queue(kind, stub, context, ask);
}

}  // namespace grpc_test
