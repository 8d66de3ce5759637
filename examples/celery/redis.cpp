// SPDX-License-Identifier: Apache-2.0
#include <hiredis/hiredis.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "broker.hpp"
#include "support/url.hpp"

namespace example {
namespace {

struct ReplyDeleter {
  void operator()(redisReply* reply) const noexcept { freeReplyObject(reply); }
};
using Reply = std::unique_ptr<redisReply, ReplyDeleter>;

class Redis final : public Broker {
 public:
  explicit Redis(const Url& url) : context_(redisConnect(url.host.c_str(), std::stoi(url.port))) {
    if (context_ == nullptr || context_->err != 0) {
      throw std::runtime_error(context_ == nullptr ? "out of memory" : context_->errstr);
    }
    const std::string database = url.target.substr(1);
    call({"SELECT", database.empty() ? "0" : database});
  }

  void publish(const baton::celery::Message& message) override {
    call({"LPUSH", baton::celery::redis_key(message), baton::celery::to_redis(message)});
  }

  // A message is in a second list until it is acknowledged or rejected. Those that a crash has left
  // there are delivered again.
  void consume(const std::string& queue) override {
    queue_ = queue;
    taken_ = queue + ".taken";
    while (call({"LMOVE", taken_, queue_, "LEFT", "RIGHT"})->type == REDIS_REPLY_STRING) {
    }
  }

  std::optional<Delivery> next(std::chrono::seconds patience) override {
    const Reply reply =
        call({"BLMOVE", queue_, taken_, "RIGHT", "LEFT", std::to_string(patience.count())});
    if (reply->type != REDIS_REPLY_STRING) return std::nullopt;
    std::string text(reply->str, reply->len);
    auto message = baton::celery::from_redis(text);
    return Delivery{std::move(message), std::move(text)};
  }

  void acknowledge(const Delivery& delivery) override { call({"LREM", taken_, "1", delivery.tag}); }

  void reject(const Delivery& delivery) override {
    call({"LPUSH", queue_ + ".rejected", delivery.tag});
    acknowledge(delivery);
  }

  void close() override {}  // each command has been answered

 private:
  Reply call(const std::vector<std::string>& words) {
    std::vector<const char*> begins;
    std::vector<std::size_t> sizes;
    for (const std::string& word : words) {
      begins.push_back(word.data());
      sizes.push_back(word.size());
    }
    Reply reply(static_cast<redisReply*>(redisCommandArgv(
        context_.get(), static_cast<int>(words.size()), begins.data(), sizes.data())));
    if (reply == nullptr) throw std::runtime_error(context_->errstr);
    if (reply->type == REDIS_REPLY_ERROR) throw std::runtime_error(reply->str);
    return reply;
  }

  struct ContextDeleter {
    void operator()(redisContext* context) const noexcept { redisFree(context); }
  };
  std::unique_ptr<redisContext, ContextDeleter> context_;
  std::string queue_;
  std::string taken_;
};

}  // namespace

std::unique_ptr<Broker> connect_to_redis(const std::string& url) {
  const std::optional<Url> parsed = parse_url(url, "redis", "6379");
  if (!parsed) throw std::runtime_error("the URL must be redis://HOST[:PORT][/DATABASE]: " + url);
  return std::make_unique<Redis>(*parsed);
}

}  // namespace example
