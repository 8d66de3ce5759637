// SPDX-License-Identifier: Apache-2.0
/// Poco, both ends: messages derive from its `NameValueCollection`.

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Util/ServerApplication.h>
#include <baton/baton.hpp>
#include <baton/carriers/http.hpp>
#include <baton/carriers/http_fields.hpp>
#include <concepts>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace net = Poco::Net;

namespace {

template <class Message>
class PocoCarrier : public baton::http::FieldsReader<PocoCarrier<Message>> {
 public:
  explicit PocoCarrier(Message& message) : message_(&message) {}

  template <class Visitor>
  void fields(Visitor&& visit) const {
    for (const auto& [name, value] : *message_) {
      if (!visit(std::string_view(name), std::string_view(value))) return;
    }
  }
  void set(std::string_view name, std::string_view value) {
    const std::string own_name(name);  // both may be views of what is erased
    const std::string own_value(value);
    erase(own_name);
    if (!baton::http::is_field_name(own_name) || !baton::http::is_field_value(own_value)) return;
    message_->add(own_name, own_value);
  }
  void erase(std::string_view name) { message_->erase(std::string(name)); }

 private:
  Message* message_;
};

}  // namespace

template <class Message>
  requires std::derived_from<Message, net::HTTPRequest>
struct baton::http::CarrierFor<Message> {
  using type = PocoCarrier<Message>;
};
template <>
struct baton::http::RequestTraits<net::HTTPRequest> {
  static const std::string& method(const net::HTTPRequest& request) { return request.getMethod(); }
};

namespace {

/// Calls the next service within the trace of the request.
class Relay : public net::HTTPRequestHandler {
 public:
  explicit Relay(unsigned short next_port) : next_port_(next_port) {}

  void handleRequest(net::HTTPServerRequest& request, net::HTTPServerResponse& response) override {
    const auto status = baton::http::serve(static_cast<net::HTTPRequest&>(request), [&] {
      net::HTTPClientSession session("127.0.0.1", next_port_);
      net::HTTPRequest call(net::HTTPRequest::HTTP_GET, "/next", net::HTTPRequest::HTTP_1_1);
      return baton::http::call(call, [&] {
        session.sendRequest(call);
        net::HTTPResponse answer;
        session.receiveResponse(answer);
        return answer.getStatus();
      });
    });
    response.setStatus(status);
    response.setContentLength(0);
    response.send();
  }

 private:
  unsigned short next_port_;
};

class Relays : public net::HTTPRequestHandlerFactory {
 public:
  explicit Relays(unsigned short next_port) : next_port_(next_port) {}
  net::HTTPRequestHandler* createRequestHandler(const net::HTTPServerRequest&) override {
    return new Relay(next_port_);  // the server owns it
  }

 private:
  unsigned short next_port_;
};

class Server : public Poco::Util::ServerApplication {
  int main(const std::vector<std::string>& arguments) override {
    if (arguments.size() != 1) return EXIT_USAGE;
    const auto next_port = static_cast<unsigned short>(std::stoi(arguments.front()));
    const net::ServerSocket socket(net::SocketAddress("127.0.0.1", 0));
    net::HTTPServer server(new Relays(next_port), socket, new net::HTTPServerParams);
    server.start();
    std::cout << "listening on http://127.0.0.1:" << server.port() << '\n' << std::flush;
    waitForTerminationRequest();
    server.stopAll();
    return EXIT_OK;
  }
};

}  // namespace

POCO_SERVER_MAIN(Server)
