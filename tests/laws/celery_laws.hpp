// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "baton/carriers/celery.hpp"
#include "laws/member_laws.hpp"
#include "laws/require.hpp"

namespace laws {

/// Fields are found in the headers and in the nested headers, and no stale field remains there.
inline void check_headers(boost_json::object headers) {
  namespace celery = baton::celery;
  const auto nested = [&] { return object_in(headers, "headers"); };
  require(celery::extract(headers, {.chain = w3c_chain()}) ==
              context_of(texts_of(&headers), texts_of(nested())),
          "every field is found");
  const baton::Context sent = baton::Context().child();
  celery::inject(headers, sent, {.chain = w3c_chain()});
  require(celery::extract(headers, {.chain = w3c_chain()}).span_context().span_id ==
              sent.span_context().span_id,
          "what was written is read");
  if (has_fields(nested())) {
    require(take_members(headers) == 1, "each field is there once");
    celery::inject(headers, sent, {.chain = w3c_chain()});
    require(nested()->at("traceparent") == headers.at("traceparent"), "nothing stale is nested");
  }
  celery::inject(headers, baton::Context(), {.chain = w3c_chain()});
  require(!has_fields(&headers) && !has_fields(nested()), "what is cleared is gone");
}

/// A task that was read is the same when it is published again.
inline void check_task(const baton::celery::ReceivedTask& task) {
  namespace celery = baton::celery;
  celery::Task again{.name = task.name,
                     .args = task.args,
                     .kwargs = task.kwargs,
                     .id = task.id,
                     .root_id = task.root_id,
                     .parent_id = task.parent_id,
                     .group = task.group,
                     .retries = task.retries,
                     .embed = task.embed};
  celery::inject_signatures(again, baton::Context().child());
  again.embed = task.embed;
  const celery::Message message = celery::make_message(again, celery::extract(task));
  const auto read = celery::from_redis(celery::to_redis(message)).and_then([](celery::Message m) {
    return celery::read_task(std::move(m));
  });
  require(read.has_value(), "what was read can be published and read again");
  require(read->name == task.name && read->id == task.id, "name and id stay");
  require(read->parent_id == task.parent_id && read->group == task.group, "so do its relations");
  require(read->retries == task.retries, "and what it was tried");
  require(read->args == task.args, "the arguments stay");
  require(celery::extract(*read).span_context().trace_id ==
              celery::extract(task).span_context().trace_id,
          "the trace remains");
  check_headers(task.headers);
}

/// Any message is a task, or has an error whose offset is within it.
inline void check_message(const baton::celery::Message& message) {
  const auto task = baton::celery::read_task(message);
  if (task) return check_task(*task);
  require(!task.error().message().empty(), "an error has words");
  require(task.error().part != "body" || task.error().error.offset <= message.body.size(),
          "the error lies in the body");
}

/// Any text is an envelope, or has an error whose offset is within it; the same as the body of a
/// task, of protocol 1 or 2.
inline void check_envelope(std::string_view text) {
  namespace celery = baton::celery;
  const auto message = celery::from_redis(text);
  if (message) {
    const auto again = celery::from_redis(celery::to_redis(*message));
    require(again.has_value(), "an envelope can be written and read again");
    require(again->body == message->body, "the body remains");
    require(again->headers == message->headers, "the headers stay");
    check_message(*message);
  } else {
    require(message.error().part == "envelope" && message.error().error.offset <= text.size(),
            "the error lies in the envelope");
  }
  celery::Message of_body;
  of_body.body = text;
  check_message(of_body);
  of_body.headers = {{"task", "t"}, {"id", "i"}};
  check_message(of_body);
}

}  // namespace laws
