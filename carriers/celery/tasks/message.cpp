// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/celery/tasks/message.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cstdio>
#include <utility>

#include "baton/carriers/celery/headers.hpp"
#include "baton/detail/messaging_facts.hpp"
#include "carriers/celery/base64.hpp"
#include "carriers/celery/tasks/for_queue.hpp"
#include "carriers/celery/tasks/repr.hpp"

namespace baton::celery {
namespace {

using boost::json::value;

value text_or_null(const std::string& text) { return text.empty() ? value() : value(text); }

template <class T>
value or_null(const std::optional<T>& number) {
  return number ? value(*number) : value();
}

/// ISO 8601 with microseconds, in UTC.
value time_or_null(const std::optional<Task::Time>& time) {
  namespace chrono = std::chrono;
  if (!time) return {};
  const auto day = chrono::floor<chrono::days>(*time);
  const chrono::year_month_day date(day);
  const chrono::hh_mm_ss clock(chrono::floor<chrono::microseconds>(*time - day));
  std::array<char, 64> text{};
  const int size = std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%06d+00:00",
      static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
      static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
      static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()),
      static_cast<int>(clock.subseconds().count()));
  return value(std::string_view(text.data(), static_cast<std::size_t>(size)));
}

std::string this_process() {
  utsname machine{};
  ::uname(&machine);
  return "baton" + std::to_string(::getpid()) + "@" + machine.nodename;
}

boost::json::object headers_of(const Task& task, const std::string& id) {
  boost::json::object headers = {
      {"lang", "py"},  // the language by which the body is read
      {"task", task.name},
      {"id", id},
      {"shadow", text_or_null(task.shadow)},
      {"eta", time_or_null(task.eta)},
      {"expires", time_or_null(task.expires)},
      {"group", text_or_null(task.group)},
      {"group_index", or_null(task.group_index)},
      {"retries", task.retries},
      {"timelimit", boost::json::array{or_null(task.time_limit), or_null(task.soft_time_limit)}},
      {"root_id", task.root_id.empty() ? id : task.root_id},
      {"parent_id", text_or_null(task.parent_id)},
      {"argsrepr", task.argsrepr ? *task.argsrepr : internal::repr_of_args(task.args)},
      {"kwargsrepr", task.kwargsrepr ? *task.kwargsrepr : internal::repr_of_kwargs(task.kwargs)},
      {"origin", task.origin.empty() ? this_process() : task.origin},
      {"ignore_result", task.ignore_result},
      {"replaced_task_nesting", 0},
      {"stamped_headers", nullptr},
      {"stamps", boost::json::object()},
  };
  for (const auto& [name, header] : task.headers) headers.emplace(name, header);
  return headers;
}

std::string body_of(const Task& task) {
  boost::json::object embed = task.embed;
  for (const char* name : {"callbacks", "errbacks", "chain", "chord"}) embed.emplace(name, nullptr);
  return boost::json::serialize(boost::json::array{task.args, task.kwargs, std::move(embed)});
}

}  // namespace

detail::SpanFacts internal::span_facts(SpanKind kind, std::string_view operation,
                                       std::string_view task, std::string_view id,
                                       std::string_view queue) {
  detail::SpanFacts facts = detail::messaging_facts(kind, "celery", operation, queue);
  facts.name.append("/").append(task);
  facts.attributes.add("messaging.message.id", id);
  facts.attributes.add("celery.task_name", task);
  return facts;
}

Message make_message(const Task& task, const Context& context, const InjectOptions& options) {
  return internal::make_message(task, internal::id_of(task), context, options);
}

std::string internal::id_of(const Task& task) { return task.id.empty() ? random_uuid() : task.id; }

Message internal::make_message(const Task& task, std::string id, const Context& context,
                               const InjectOptions& options) {
  Message message;
  message.correlation_id = std::move(id);
  message.headers = headers_of(task, message.correlation_id);
  inject(message.headers, context, internal::for_queue(task, options));
  message.body = body_of(task);
  message.reply_to = task.reply_to;
  message.routing_key = task.queue;
  message.priority = task.priority;
  return message;
}

std::string to_redis(const Message& message) {
  return boost::json::serialize(boost::json::object{
      {"body", internal::to_base64(message.body)},
      {"content-encoding", message.content_encoding},
      {"content-type", message.content_type},
      {"headers", message.headers},
      {"properties",
       {{"correlation_id", message.correlation_id},
        {"reply_to", message.reply_to},
        {"delivery_mode", message.delivery_mode},
        {"delivery_info", {{"exchange", message.exchange}, {"routing_key", message.routing_key}}},
        {"priority", message.priority},
        {"body_encoding", "base64"},
        {"delivery_tag", random_uuid()}}},
  });
}

std::string redis_key(std::string_view queue, unsigned priority) {
  const unsigned step = std::min(priority, 9U) / 3 * 3;
  std::string key(queue);
  if (step != 0) (key += "\x06\x16") += static_cast<char>('0' + step);
  return key;
}

}  // namespace baton::celery
