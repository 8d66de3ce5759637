// SPDX-License-Identifier: Apache-2.0
/// A server by libmicrohttpd, which has no client: libcurl makes the call.

#include <microhttpd.h>
#include <netinet/in.h>
#include <baton/baton.hpp>
#include <baton/carriers/curl.hpp>
#include <baton/carriers/http.hpp>
#include <baton/carriers/http_fields.hpp>
#include <concepts>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

namespace {

/// The fields of a request, as libmicrohttpd shows them one by one.
class MhdCarrier : public baton::http::FieldsReader<MhdCarrier> {
 public:
  explicit MhdCarrier(const MHD_Connection& connection)
      : connection_(const_cast<MHD_Connection*>(&connection)) {}

  template <class Visitor>
  void fields(Visitor&& visit) const {
    baton::FieldVisitor view(visit);
    MHD_get_connection_values(
        connection_, MHD_HEADER_KIND,
        [](void* visitor, MHD_ValueKind, const char* name, const char* value) {
          const auto& each = *static_cast<const baton::FieldVisitor*>(visitor);
          return each(name, value != nullptr ? value : "") ? MHD_YES : MHD_NO;
        },
        &view);
  }

 private:
  MHD_Connection* connection_;
};

}  // namespace

template <class Connection>
  requires std::same_as<std::remove_const_t<Connection>, MHD_Connection>
struct baton::http::CarrierFor<Connection> {
  using type = MhdCarrier;
};

namespace {

MHD_Result answer(void* next_url, MHD_Connection* connection, const char*, const char*, const char*,
                  const char*, std::size_t*, void**) {
  const unsigned status = baton::http::serve(*connection, [&]() -> unsigned {
    CURL* const handle = curl_easy_init();
    curl_slist* headers = nullptr;
    const auto* const url = static_cast<const std::string*>(next_url);
    const CURLcode result = baton::curl::perform(handle, url->c_str(), headers);
    curl_easy_cleanup(handle);
    curl_slist_free_all(headers);
    return result == CURLE_OK ? MHD_HTTP_OK : MHD_HTTP_BAD_GATEWAY;
  });
  MHD_Response* const response =
      MHD_create_response_from_buffer(0, nullptr, MHD_RESPMEM_PERSISTENT);
  const MHD_Result result = MHD_queue_response(connection, status, response);
  MHD_destroy_response(response);
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return EXIT_FAILURE;
  std::string next_url = std::string("http://127.0.0.1:") + argv[1] + "/next";
  curl_global_init(CURL_GLOBAL_DEFAULT);
  sigset_t end;
  sigemptyset(&end);
  sigaddset(&end, SIGTERM);
  sigprocmask(SIG_BLOCK, &end, nullptr);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  MHD_Daemon* const daemon =
      MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD, 0, nullptr, nullptr, &answer, &next_url,
                       MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_END);
  if (daemon == nullptr) return EXIT_FAILURE;
  std::cout << "listening on http://127.0.0.1:"
            << MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port << '\n'
            << std::flush;
  int signal = 0;
  sigwait(&end, &signal);
  MHD_stop_daemon(daemon);
  curl_global_cleanup();
}
