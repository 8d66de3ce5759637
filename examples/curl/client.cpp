// SPDX-License-Identifier: Apache-2.0
/// Gets URLs by libcurl in one trace: the first one alone, the others at once.

#include <baton/baton.hpp>
#include <baton/carriers/curl.hpp>
#include <cstddef>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "support/options.hpp"

namespace {

std::size_t append(char* data, std::size_t size, std::size_t count, void* body) {
  static_cast<std::string*>(body)->append(data, size * count);
  return size * count;
}

/// A handle with its header fields and the body that it receives.
struct Transfer {
  explicit Transfer(bool by_http2) {
    curl_easy_setopt(handle, CURLOPT_PRIVATE, this);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &append);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &body);
    curl_easy_setopt(handle, CURLOPT_TIMEOUT, 30L);
    if (by_http2) {
      curl_easy_setopt(handle, CURLOPT_HTTP_VERSION,
                       static_cast<long>(CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE));
    }
  }
  ~Transfer() {
    curl_easy_cleanup(handle);
    curl_slist_free_all(headers);
  }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// Prints what has come; returns whether that is what was wished for.
  [[nodiscard]] bool report(CURLcode result) const {
    if (result != CURLE_OK) {
      std::cerr << "error: " << curl_easy_strerror(result) << '\n';
      return false;
    }
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    std::cout << status << " answered by " << baton::curl::read_answer(handle).span_id << '\n'
              << body;
    return status == 200;
  }

  CURL* handle = curl_easy_init();
  curl_slist* headers = curl_slist_append(nullptr, "Accept: text/plain");
  baton::curl::Call call;
  std::string body;
};

CURLcode get(Transfer& transfer, const std::string& url) {
  return baton::curl::perform(transfer.handle, url.c_str(), transfer.headers);
}

bool get_all(const std::vector<std::unique_ptr<Transfer>>& transfers,
             const std::vector<std::string>& urls) {
  CURLM* const multi = curl_multi_init();
  for (std::size_t i = 0; i < transfers.size(); ++i) {
    Transfer& transfer = *transfers[i];
    transfer.call = baton::curl::Call(transfer.handle, urls[i].c_str(), transfer.headers);
    if (transfer.call.status() == CURLE_OK) curl_multi_add_handle(multi, transfer.handle);
  }
  std::size_t good = 0;
  int running = 0;
  do {
    CURLMcode failure = curl_multi_perform(multi, &running);
    if (failure == CURLM_OK && running != 0) {
      failure = curl_multi_poll(multi, nullptr, 0, 1000, nullptr);
    }
    if (failure != CURLM_OK) {  // it would fail again: the calls that are left are canceled
      std::cerr << "error: " << curl_multi_strerror(failure) << '\n';
      break;
    }
    int left = 0;
    while (const CURLMsg* const message = curl_multi_info_read(multi, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode result = message->data.result;
      Transfer* transfer = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
      transfer->call.end(result);
      curl_multi_remove_handle(multi, transfer->handle);
      if (transfer->report(result)) ++good;
    }
  } while (running != 0);
  curl_multi_cleanup(multi);
  return good == transfers.size();
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> urls;
  bool by_http2 = false;
  CLI::App app("Gets URLs by libcurl in one trace.", "curl_client");
  app.add_option("url", urls, "The URLs to get")->required();
  app.add_flag("--http2", by_http2, "By HTTP/2, without asking the server");
  if (const std::optional<int> status = example::parse_options(app, argc, argv)) return *status;

  curl_global_init(CURL_GLOBAL_DEFAULT);
  baton::set_global_tracer(std::make_shared<baton::IdTracer>());
  const bool is_good = baton::in_span("curl_client", [&] {
    std::cout << "trace " << baton::current().trace_id() << '\n';
    Transfer first(by_http2);
    bool all = first.report(get(first, urls.front()));
    urls.erase(urls.begin());
    std::vector<std::unique_ptr<Transfer>> others;
    others.reserve(urls.size());
    for (std::size_t i = 0; i < urls.size(); ++i) {
      others.push_back(std::make_unique<Transfer>(by_http2));
    }
    all = get_all(others, urls) && all;
    return all;
  });
  curl_global_cleanup();
  return is_good ? 0 : 1;
}
