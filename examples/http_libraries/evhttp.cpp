// SPDX-License-Identifier: Apache-2.0
/// libevent's evhttp, both ends. Many requests share its thread, so none has a Scope: each exchange
/// keeps its context.

#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <netinet/in.h>
#include <baton/baton.hpp>
#include <baton/carriers/http.hpp>
#include <baton/carriers/http_fields.hpp>
#include <concepts>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

namespace {

/// A list of header fields of libevent.
class EvCarrier : public baton::http::FieldsReader<EvCarrier> {
 public:
  explicit EvCarrier(const evkeyvalq& list) : list_(const_cast<evkeyvalq*>(&list)) {}

  template <class Visitor>
  void fields(Visitor&& visit) const {
    for (const evkeyval* field = list_->tqh_first; field != nullptr; field = field->next.tqe_next) {
      if (!visit(std::string_view(field->key), std::string_view(field->value))) return;
    }
  }
  void set(std::string_view name, std::string_view value) {
    const std::string own_name(name);  // both may be views of what is erased
    const std::string own_value(value);
    erase(own_name);
    if (!baton::http::is_field_name(own_name) || !baton::http::is_field_value(own_value)) return;
    evhttp_add_header(list_, own_name.c_str(), own_value.c_str());
  }
  void erase(std::string_view name) {
    const std::string kept(name);
    while (evhttp_remove_header(list_, kept.c_str()) == 0) continue;
  }

 private:
  evkeyvalq* list_;
};

}  // namespace

template <class List>
  requires std::same_as<std::remove_const_t<List>, evkeyvalq>
struct baton::http::CarrierFor<List> {
  using type = EvCarrier;
};

namespace {

struct Relay {
  event_base* base;
  unsigned short next_port;
};

/// Answers the caller as the next service has answered.
void finish(evhttp_request* response, void* caller) {
  const int status = response != nullptr ? evhttp_request_get_response_code(response) : 0;
  evhttp_send_reply(static_cast<evhttp_request*>(caller), status != 0 ? status : 502, "", nullptr);
}

void handle(evhttp_request* request, void* argument) {
  const auto& relay = *static_cast<const Relay*>(argument);
  const baton::Context context = baton::http::extract(*evhttp_request_get_input_headers(request));
  evhttp_connection* const next =
      evhttp_connection_base_new(relay.base, nullptr, "127.0.0.1", relay.next_port);
  evhttp_connection_free_on_completion(next);
  evhttp_request* const call = evhttp_request_new(&finish, request);
  baton::http::inject(*evhttp_request_get_output_headers(call), context);
  if (evhttp_make_request(next, call, EVHTTP_REQ_GET, "/next") != 0) finish(nullptr, request);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return EXIT_FAILURE;
  Relay relay{event_base_new(), static_cast<unsigned short>(std::strtol(argv[1], nullptr, 10))};
  evhttp* const server = evhttp_new(relay.base);
  evhttp_set_gencb(server, &handle, &relay);
  evhttp_bound_socket* const bound = evhttp_bind_socket_with_handle(server, "127.0.0.1", 0);
  if (bound == nullptr) return EXIT_FAILURE;
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  getsockname(evhttp_bound_socket_get_fd(bound), reinterpret_cast<sockaddr*>(&address), &size);
  std::cout << "listening on http://127.0.0.1:" << ntohs(address.sin_port) << '\n' << std::flush;
  event_base_dispatch(relay.base);
}
