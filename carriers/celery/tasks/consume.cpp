// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/celery/tasks/consume.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "baton/detail/ascii.hpp"
#include "carriers/celery/keep.hpp"
#include "carriers/celery/nested.hpp"
#include "carriers/celery/tasks/json_reader.hpp"

namespace baton::celery {
namespace {

using boost::json::object;
using internal::JsonReader;

tl::unexpected<MessageError> fail(std::string_view part, ErrorCode code) {
  return tl::unexpected<MessageError>({part, {code, 0}});
}

/// Without regard to case.
bool is_one_of(std::string_view text, std::initializer_list<std::string_view> known) {
  return std::ranges::any_of(
      known, [text](std::string_view each) { return detail::equals_ignoring_case(text, each); });
}

/// A header that is text, or null.
struct TextHeader {
  std::string_view part;  ///< `headers.` and the name
  std::string ReceivedTask::* field;
  [[nodiscard]] std::string_view name() const noexcept { return part.substr(8); }
};

constexpr std::array<TextHeader, 7> text_headers = {{
    {"headers.task", &ReceivedTask::name},
    {"headers.id", &ReceivedTask::id},
    {"headers.root_id", &ReceivedTask::root_id},
    {"headers.parent_id", &ReceivedTask::parent_id},
    {"headers.group", &ReceivedTask::group},
    {"headers.eta", &ReceivedTask::eta},
    {"headers.expires", &ReceivedTask::expires},
}};

/// Reads what the headers say of the task. Returns the part of them that is wrong, or nothing.
std::string_view read_headers(const object& headers, ReceivedTask& task) {
  for (const TextHeader& header : text_headers) {
    const auto* const value = headers.if_contains(header.name());
    if (value == nullptr || value->is_null()) continue;
    if (!value->is_string()) return header.part;
    task.*header.field = std::string_view(value->get_string());
  }
  const auto* const retries = headers.if_contains("retries");
  if (retries == nullptr || retries->is_null()) return {};
  boost::json::error_code error;
  task.retries = retries->to_number<std::uint32_t>(error);
  return error ? "headers.retries" : std::string_view();
}

/// `[args, kwargs, embed]`
bool read_array_body(JsonReader& reader, json::Scanner& scanner, ReceivedTask& task) {
  std::array<json::Value, 3> parts;
  if (!scanner.enter_array()) return reader.fail(scanner, reader.text());
  for (json::Value& part : parts) {
    if (!scanner.next_element()) {
      if (scanner.failed()) return reader.fail(scanner, reader.text());
      return reader.fail(ErrorCode::missing_field, scanner.place() - 1);
    }
    if (!scanner.read(part)) return reader.fail(scanner, reader.text());
  }
  if (scanner.next_element()) return reader.fail(ErrorCode::too_long, scanner.place());
  if (!scanner.finish()) return reader.fail(scanner, reader.text());
  return reader.read(parts[0], task.args) && reader.read(parts[1], task.kwargs) &&
         (parts[2].type == json::Type::null || reader.read(parts[2], task.embed));
}

/// `{"task": …, "id": …, "args": [], "kwargs": {}, …}`; values from the headers remain.
bool read_object_body(JsonReader& reader, ReceivedTask& task) {
  json::Object body;
  if (!reader.read_members(reader.text(), body)) return false;
  for (const TextHeader& header : text_headers) {
    std::string& field = task.*header.field;
    if (field.empty() && !reader.read(body, header.name(), field)) return false;
  }
  for (const auto& [name, field] : {std::pair("task", &task.name), std::pair("id", &task.id)}) {
    if (field->empty()) return reader.fail(ErrorCode::missing_field, body.inside() - 1);
  }
  if (task.group.empty() && !reader.read(body, "taskset", task.group)) return false;
  if (task.retries == 0 && !reader.read(body, "retries", task.retries)) return false;
  const json::Member* const args = body.find_non_null("args");
  const json::Member* const kwargs = body.find_non_null("kwargs");
  if ((args != nullptr && !reader.read(args->value, task.args)) ||
      (kwargs != nullptr && !reader.read(kwargs->value, task.kwargs))) {
    return false;
  }
  for (const char* name : {"callbacks", "errbacks", "chord"}) {
    const json::Member* const found = body.find_non_null(name);
    if (found != nullptr && !reader.read(found->value, task.embed[name])) return false;
  }
  return true;
}

/// Whether `extract` looks for a context in the headers alone, even if they are in an envelope.
bool has_context(const object& headers, const PropagatorChain& chain) {
  const auto* const task = headers.if_contains("task");
  if (task != nullptr && !task->is_null()) return true;
  const object* const nested = internal::find_nested(headers);
  return internal::has_fields_of(chain, ConstHeadersCarrier(headers)) ||
         (nested != nullptr && internal::has_fields_of(chain, ConstHeadersCarrier(*nested)));
}

}  // namespace

std::string MessageError::message() const { return std::string(part) + ": " + error.message(); }

received<ReceivedTask> read_task(Message message, const Limits& limits) {
  if (message.content_type != "application/json") return fail("content-type", ErrorCode::bad_value);
  if (!message.content_encoding.empty() &&
      !is_one_of(message.content_encoding, {"utf-8", "utf8", "us-ascii", "ascii", "binary"})) {
    return fail("content-encoding", ErrorCode::bad_value);
  }
  const auto* const compression = message.headers.if_contains("compression");
  if (compression != nullptr && !compression->is_null()) {
    return fail("headers.compression", ErrorCode::bad_value);
  }
  ReceivedTask task;
  const bool is_protocol_2 = message.headers.contains("task");
  if (is_protocol_2) {
    const std::string_view wrong = read_headers(message.headers, task);
    if (!wrong.empty()) return fail(wrong, ErrorCode::wrong_type);
  }
  JsonReader reader("body", message.body, limits);
  json::Scanner scanner(message.body);
  if (message.body.size() > limits.bytes) {
    reader.fail(ErrorCode::too_many_bytes, message.body.data() + limits.bytes);
    return reader.error();
  }
  const bool has_object = scanner.peek() == '{';
  task.protocol = is_protocol_2 && !has_object ? 2 : 1;
  if (task.protocol == 1 ? !read_object_body(reader, task)
                         : !read_array_body(reader, scanner, task)) {
    return reader.error();
  }
  if (task.name.empty()) return fail("headers.task", ErrorCode::missing_field);
  if (task.id.empty()) return fail("headers.id", ErrorCode::missing_field);
  task.headers = std::move(message.headers);
  task.reply_to = std::move(message.reply_to);
  return task;
}

detail::SpanFacts internal::Consumer::facts(const ReceivedTask& task) {
  return span_facts(SpanKind::consumer, "run", task.name, task.id, {});
}

void take_context_from_kwargs(ReceivedTask& task, const ExtractOptions& options) {
  const PropagatorChain& chain = options.chain;
  if (has_context(task.headers, chain)) return;
  const auto is_ours = [&chain](const auto& argument) {
    return argument.value().is_string() && chain.owns(std::string_view(argument.key()));
  };
  const auto is_argument = [&](const auto& argument) { return !is_ours(argument); };
  const auto is_kept = [&](const auto& header) {
    const auto argument = task.kwargs.find(header.key());
    return argument == task.kwargs.end() || is_argument(*argument);
  };
  object headers = internal::make_places(task.headers, is_kept);
  for (const auto& argument : task.kwargs) {
    if (is_ours(argument)) headers.emplace(argument.key(), argument.value());
  }
  object kwargs = internal::make_places(task.kwargs, is_argument);
  internal::keep(task.headers, headers, is_kept);
  internal::keep(task.kwargs, kwargs, is_argument);
}

Task follow_up(const ReceivedTask& parent, std::string name, boost::json::array args,
               boost::json::object kwargs) {
  return {.name = std::move(name),
          .args = std::move(args),
          .kwargs = std::move(kwargs),
          .root_id = parent.root_id.empty() ? parent.id : parent.root_id,
          .parent_id = parent.id};
}

}  // namespace baton::celery
