// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/celery/tasks/canvas.hpp"

#include <boost/json.hpp>
#include <vector>

#include "baton/carriers/celery/headers.hpp"
#include "carriers/celery/tasks/for_queue.hpp"

namespace baton::celery {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

array& list_in(object& parent, std::string_view name) {
  value& list = parent[name];
  if (!list.is_array()) list = array();
  return list.get_array();
}

object& object_in(object& parent, std::string_view name) {
  value& child = parent[name];
  if (!child.is_object()) child = object();
  return child.get_object();
}

object* find_object(object& parent, std::string_view name) {
  value* const child = parent.if_contains(name);
  return child == nullptr ? nullptr : child->if_object();
}

/// Signatures that are still to be injected. A list, since they may be nested to any depth.
class Signatures {
 public:
  void add(object& signature) { waiting_.push_back(&signature); }

  /// One, or a list of them.
  void add(value* found) {
    if (found == nullptr) return;
    if (object* const one = found->if_object()) {
      waiting_.push_back(one);
    } else if (array* const several = found->if_array()) {
      for (value& element : *several) add_one(element);
    }
  }
  void add(object& parent, std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) add(parent.if_contains(name));
  }

  /// The signatures in the arguments of Celery's own tasks.
  void add_arguments(object& kwargs) { add(kwargs, {"tasks", "header", "body"}); }

  /// Writes into all. `is_derived`: the destination is the queue of the task around them.
  void inject(const Context& context, const InjectOptions& options, bool is_derived) {
    while (!waiting_.empty()) {
      object& signature = *waiting_.back();
      waiting_.pop_back();
      const value* const task = signature.if_contains("task");
      if (task == nullptr || !task->is_string()) continue;
      const bool has_signatures = is_own(task->get_string());
      // This may move all that was found in the signature before.
      object& task_options = object_in(signature, "options");
      object& headers = object_in(task_options, "headers");
      // It is published to a queue of its own, if it names one.
      const value* const queue = task_options.if_contains("queue");
      InjectOptions its_options = options;
      if (is_derived && queue != nullptr && queue->is_string()) {
        its_options.destination = queue->get_string();
      }
      celery::inject(headers, context, its_options);
      add(task_options, {"link", "link_error", "chain", "chord"});
      object* const kwargs = find_object(signature, "kwargs");
      if (kwargs != nullptr && has_signatures) add_arguments(*kwargs);
    }
  }

  static bool is_own(std::string_view task) { return task.starts_with("celery."); }

 private:
  void add_one(value& found) {
    if (object* const one = found.if_object()) waiting_.push_back(one);
  }

  std::vector<object*> waiting_;
};

}  // namespace

object signature(std::string_view task, array args, object kwargs) {
  return {{"task", task},        {"args", std::move(args)}, {"kwargs", std::move(kwargs)},
          {"options", object()}, {"subtask_type", nullptr}, {"immutable", false}};
}

void then(Task& task, object next) {
  array& chain = list_in(task.embed, "chain");
  chain.insert(chain.begin(), std::move(next));  // the worker takes them from the end
}

void link(Task& task, object callback) {
  list_in(task.embed, "callbacks").push_back(std::move(callback));
}

void link_error(Task& task, object errback) {
  list_in(task.embed, "errbacks").push_back(std::move(errback));
}

Task chord(array header, object body) {
  return {.name = "celery.chord",
          .kwargs = {{"header", std::move(header)}, {"body", std::move(body)}}};
}

void inject_signature(object& signature, const Context& context, const InjectOptions& options) {
  Signatures signatures;
  signatures.add(signature);
  signatures.inject(context, options, options.destination.empty());
}

void inject_signatures(Task& task, const Context& context, const InjectOptions& options) {
  Signatures signatures;
  signatures.add(task.embed, {"callbacks", "errbacks", "chain", "chord"});
  if (Signatures::is_own(task.name)) signatures.add_arguments(task.kwargs);
  signatures.inject(context, internal::for_queue(task, options), options.destination.empty());
}

}  // namespace baton::celery
