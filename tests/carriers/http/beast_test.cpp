// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/beast.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <thread>

#include "baton/testing/carrier_conformance.hpp"

namespace {

using namespace baton::testing;
using baton::http::BeastCarrier;
using baton::testing::detail::full_context;
namespace net = boost::asio;
namespace http = boost::beast::http;
using net::ip::tcp;

boost::beast::string_view to_beast(std::string_view text) { return {text.data(), text.size()}; }

template <class Fields>
struct BeastBinding {
  using Storage = Fields;
  static constexpr bool holds_repeated_names = true;
  static constexpr bool keeps_order = true;
  static constexpr bool holds_mixed_case = true;
  static constexpr bool writes_lines = true;
  static void add(Storage& storage, std::string_view name, std::string_view value) {
    storage.insert(to_beast(name), to_beast(value));
  }
  static FieldList raw(const Storage& storage) {
    FieldList fields;
    for (const auto& field : storage) fields.emplace_back(field.name_string(), field.value());
    return fields;
  }
  static auto carrier(Storage& storage) { return BeastCarrier(storage); }
  static auto carrier(const Storage& storage) { return BeastCarrier(storage); }
};

using Bindings =
    testing::Types<BeastBinding<http::fields>, BeastBinding<http::request<http::string_body>>,
                   BeastBinding<http::response_header<>>>;
BATON_TEST_CARRIER(Beast, Bindings);

TEST(BeastCarrier, LeavesOutWhatBeastCannotHold) {
  constexpr std::size_t most = BeastCarrier<http::fields>::max_size;
  http::fields fields;
  BeastCarrier carrier(fields);
  carrier.set("a", std::string(most, 'v'));
  EXPECT_EQ(carrier.get("a").value_or("").size(), most);
  carrier.set("a", std::string(most + 1, 'v'));
  EXPECT_EQ(carrier.get("a"), std::nullopt);
  carrier.set("a", std::string(10 * most, 'v'));
  EXPECT_EQ(carrier.get("a"), std::nullopt);
  carrier.set(std::string(most, 'n'), "1");
  EXPECT_EQ(carrier.get(std::string(most, 'n')), "1");
  carrier.set(std::string(most + 1, 'n'), "1");
  EXPECT_EQ(std::distance(fields.begin(), fields.end()), 1);
}

TEST(BeastCarrier, KnownFieldsStayKnown) {
  http::request<http::empty_body> request;
  BeastCarrier(request).set("Host", "example.com");
  EXPECT_EQ(request[http::field::host], "example.com");
}

/// Serves one connection until the peer closes it, in the simplest way.
void serve_connection(tcp::socket socket) {
  boost::beast::flat_buffer buffer;
  for (;;) {
    http::request<http::string_body> request;
    boost::system::error_code error;
    http::read(socket, buffer, request, error);
    if (error) return;
    auto response = baton::http::serve(request, [](const auto& handled) {
      http::response<http::string_body> answer(http::status::ok, handled.version());
      answer.body() = baton::current().span_context().trace_id.to_string();
      baton::http::inject(answer);
      return answer;
    });
    EXPECT_EQ(baton::current(), baton::Context());
    response.keep_alive(request.keep_alive());
    response.prepare_payload();
    http::write(socket, response);
  }
}

TEST(BeastInject, NoFamilyOfAnOlderContextRemains) {
  http::request<http::empty_body> request;
  for (const char* const name : {"Uberctx-tenant", "a", "uberctx-b", "UBERCTX-B", "uberctx"}) {
    request.insert(name, "old");
  }
  baton::Context context;
  context.set_baggage(baton::Baggage::parse("b=2"));
  baton::http::inject(request, context, {.chain = baton::make_chain("jaeger").chain});
  std::string fields;
  for (const auto& field : request) {
    fields += std::string(field.name_string()) + ":" + std::string(field.value()) + " ";
  }
  EXPECT_EQ(fields, "a:old uberctx:old uberctx-b:2 ");
}

TEST(BeastSync, CarriesTheContextToAServerAndBack) {
  net::io_context io;
  tcp::acceptor acceptor(io, tcp::endpoint(net::ip::address_v4::loopback(), 0));
  std::thread server([&] { serve_connection(acceptor.accept()); });
  {
    tcp::socket socket(io);
    socket.connect(acceptor.local_endpoint());
    boost::beast::flat_buffer buffer;
    for (int i = 0; i < 3; ++i) {
      const baton::Context context = full_context().child();
      const baton::Scope scope(context);
      http::request<http::empty_body> request(http::verb::get, "/", 11);
      request.set(http::field::host, "localhost");
      baton::http::inject(request);
      http::write(socket, request);

      http::response<http::string_body> response;
      http::read(socket, buffer, response);
      EXPECT_EQ(response.body(), context.span_context().trace_id.to_string());
      const baton::Context answered = baton::http::extract(response);
      EXPECT_EQ(answered.span_context().trace_id, context.span_context().trace_id);
      EXPECT_EQ(answered.span_context().span_id, context.span_context().span_id);
      EXPECT_EQ(answered.span_context().trace_state, context.span_context().trace_state);
      EXPECT_EQ(answered.baggage(), context.baggage());
    }
  }
  server.join();
}

}  // namespace
