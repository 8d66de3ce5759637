// SPDX-License-Identifier: Apache-2.0
#include <hiredis/hiredis.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "broker.hpp"

namespace example {
namespace {

struct ReplyDeleter {
  void operator()(redisReply* reply) const noexcept { freeReplyObject(reply); }
};
using Reply = std::unique_ptr<redisReply, ReplyDeleter>;

struct Place {
  std::string host = "127.0.0.1";
  int port = 6379;
  std::string database = "0";
};

Place parse(std::string_view url) {
  Place place;
  url.remove_prefix(std::string_view("redis://").size());
  const std::size_t slash = std::min(url.find('/'), url.size());
  if (slash + 1 < url.size()) place.database = url.substr(slash + 1);
  const std::string_view authority = url.substr(0, slash);
  const std::size_t colon = std::min(authority.find(':'), authority.size());
  if (colon != 0) place.host = authority.substr(0, colon);
  if (colon == authority.size()) return place;
  const std::string_view port = authority.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), place.port);
  if (error != std::errc() || end != port.data() + port.size()) {
    throw std::runtime_error("what follows ':' in the URL is no port");
  }
  return place;
}

class Redis final : public Broker {
 public:
  explicit Redis(const Place& place) : context_(redisConnect(place.host.c_str(), place.port)) {
    if (context_ == nullptr || context_->err != 0) {
      throw std::runtime_error(context_ == nullptr ? "no memory" : context_->errstr);
    }
    call({"SELECT", place.database});
  }

  void publish(const baton::celery::Message& message) override {
    call({"LPUSH", baton::celery::redis_key(message), baton::celery::to_redis(message)});
  }

  // A message is in a second list until it is settled. What a crash has left there comes again.
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

  void close() override {}  // each command was answered

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
  return std::make_unique<Redis>(parse(url));
}

}  // namespace example
