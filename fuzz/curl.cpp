// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/curl.hpp"

#include "baton/testing/libfuzzer.hpp"
#include "fuzz/input.hpp"
#include "laws/header_model.hpp"
#include "laws/slist_model.hpp"

namespace {

/// Owns a list of lines.
class List {
 public:
  explicit List(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) {
      curl_slist* const longer = curl_slist_append(head, line.c_str());
      laws::require(longer != nullptr, "there is memory");
      head = longer;
    }
  }
  ~List() { curl_slist_free_all(head); }
  List(const List&) = delete;
  List& operator=(const List&) = delete;

  /// Whether it has the lines of the model.
  [[nodiscard]] bool is(const laws::SlistModel& model) const {
    const curl_slist* line = head;
    for (const std::string& expected : model.lines()) {
      if (line == nullptr || line->data != expected) return false;
      line = line->next;
    }
    return line == nullptr;
  }

  curl_slist* head = nullptr;
};

}  // namespace

BATON_TESTING_MUTATES_FIELDS

/// Each line is one of CURLOPT_HTTPHEADER, up to a NUL. The first line is set, and its name erased.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::string> lines = oracle::split(fuzz::Input(data, size).text(), '\n');
  for (std::string& line : lines) line = line.substr(0, line.find('\0'));
  std::string name;
  std::string value;
  oracle::cut(lines.front(), ':', name, value);

  List list(lines);
  laws::SlistModel model(lines);
  baton::curl::SlistCarrier carrier(list.head);
  check_reading(baton::curl::ConstSlistCarrier(list.head), model, {name, "traceparent", "Baggage"});

  const baton::PropagatorChain& chain = laws::header_chain();
  const baton::Context context = chain.extract(carrier);
  laws::require(baton::curl::inject(list.head, context, {.chain = chain}) == CURLE_OK,
                "there is memory");
  for (const auto& field : model.fields()) {
    if (oracle::ascii_lower(field.first).starts_with("uberctx-")) model.erase(field.first);
  }
  chain.inject(context, model);
  laws::require(list.is(model), "inject writes what the model does");
  laws::require(
      baton::curl::inject(list.head, context, {.chain = chain}) == CURLE_OK && list.is(model),
      "inject over itself changes nothing");

  carrier.set(name, value);
  model.set(name, value);
  laws::require(list.is(model), "set does what the model does");
  check_reading(carrier, model, {name});
  carrier.erase(name);
  model.erase(name);
  laws::require(list.is(model), "erase does what the model does");
  laws::require(!carrier.get(name), "nothing of it is left");
  return 0;
}
