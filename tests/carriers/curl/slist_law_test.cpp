// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "laws/slist_model.hpp"
#include "support.hpp"

namespace {

using baton::curl::ConstSlistCarrier;
using curl_test::List;
using laws::SlistModel;

rc::Gen<std::string> any_name() {
  return rc::gen::oneOf(
      rc::gen::element<std::string>("traceparent", "TraceParent", "tracestate", "", "a b", "t"),
      rc::gen::container<std::string>(rc::gen::element('a', 'A', 'b', ':', ';', ' ', '~')));
}
rc::Gen<std::string> any_value() {
  return rc::gen::oneOf(
      rc::gen::element<std::string>("", "1", " two ", "a\tb", "a\nb", "a longer value than others"),
      rc::gen::container<std::string>(rc::gen::element('a', ':', ';', ' ', '\t', 'b')));
}
rc::Gen<std::string> any_line() {
  return rc::gen::apply([](const std::string& name, const std::string& between,
                           const std::string& value) { return name + between + value; },
                        any_name(), rc::gen::element<std::string>(":", ": ", ";", ""), any_value());
}

RC_GTEST_PROP(SlistLaws, IsTheModel, ()) {
  const auto lines = *rc::gen::container<std::vector<std::string>>(any_line());
  List list(lines);
  SlistModel model(lines);
  const auto changes = *rc::gen::container<std::vector<std::pair<std::string, std::string>>>(
      rc::gen::pair(any_name(), any_value()));
  std::size_t step = 0;
  for (const auto& [name, value] : changes) {
    check_reading(ConstSlistCarrier(list.head), model, {name});
    // Every second name and value is a view of the list.
    std::string_view used_name = name;
    std::string_view used_value = value;
    if (list.head != nullptr && ++step % 2 == 0) {
      used_name = baton::curl::internal::read_line(list.head->data).name;
      const curl_slist* last = list.head;
      while (last->next != nullptr) last = last->next;
      used_value = last->data;
      used_value.remove_prefix(std::min(used_value.size(), step % 5));
    }
    baton::curl::SlistCarrier carrier(list.head);
    if (step % 3 == 2) {
      model.erase(std::string(used_name));
      carrier.erase(used_name);
    } else {
      model.set(std::string(used_name), std::string(used_value));
      carrier.set(used_name, used_value);
    }
    RC_ASSERT(list.lines() == model.lines());
  }
}

/// What curl sends of any lines, through a socket.
RC_GTEST_PROP(SlistLaws, ReadsWhatCurlSends, ()) {
  static const curl_test::Server server;
  std::vector<std::string> lines = *rc::gen::container<std::vector<std::string>>(any_line());
  // A line break in a line would be one in the request.
  std::erase_if(lines, [](const std::string& line) { return oracle::contains(line, '\n'); });
  const List list(lines);
  const curl_test::Handle handle;
  curl_easy_setopt(handle, CURLOPT_URL, server.url().c_str());
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, list.head);
  RC_ASSERT(curl_easy_perform(handle) == CURLE_OK);
  RC_ASSERT(server.last() == SlistModel(lines).fields());
  curl_test::FieldList ours;
  ConstSlistCarrier(list.head).fields([&](std::string_view name, std::string_view value) {
    ours.emplace_back(name, value);
    return true;
  });
  RC_ASSERT(ours == server.last());
}

}  // namespace
