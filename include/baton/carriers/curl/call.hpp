// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <curl/curl.h>

#include <charconv>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "baton/carriers/curl/slist.hpp"
#include "baton/carriers/http_span.hpp"
#include "baton/detail/span_facts.hpp"
#include "baton/options.hpp"
#include "baton/scope.hpp"
#include "baton/span.hpp"

namespace baton::curl {

namespace internal {

/// A URL as curl reads it when it connects: a reader of our own might find another host.
class Url {
 public:
  /// Empty parts if curl would refuse it, or memory runs out.
  explicit Url(const char* text) noexcept : url_(text != nullptr ? curl_url() : nullptr) {
    if (url_ == nullptr) {
      if (text != nullptr) error_ = CURLUE_OUT_OF_MEMORY;
      return;
    }
    constexpr unsigned as_for_a_transfer = CURLU_GUESS_SCHEME | CURLU_NON_SUPPORT_SCHEME;
    error_ = curl_url_set(url_.get(), CURLUPART_URL, text, as_for_a_transfer);
    if (error_ != CURLUE_OK) {
      url_.reset();
      return;
    }
#ifdef CURLU_PUNYCODE
    error_ = get(CURLUPART_HOST, CURLU_PUNYCODE, host_);  // the name that is resolved
    if (error_ == CURLUE_LACKS_IDN) error_ = get(CURLUPART_HOST, 0, host_);  // resolved as it is
#else
    error_ = get(CURLUPART_HOST, 0, host_);
#endif
    get(CURLUPART_PORT, CURLU_DEFAULT_PORT, port_);
  }

  /// Why the host is not known. It is no error that a URL has none, or that there is no URL.
  [[nodiscard]] CURLcode status() const noexcept {
    switch (error_) {
      case CURLUE_OK:
      case CURLUE_NO_HOST: return CURLE_OK;
      case CURLUE_OUT_OF_MEMORY: return CURLE_OUT_OF_MEMORY;
      default: return CURLE_URL_MALFORMAT;
    }
  }

  /// Without a port, and an IPv6 address without brackets.
  [[nodiscard]] std::string_view host() const noexcept {
    std::string_view host = text_of(host_);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    return host;
  }
  /// The scheme's own if the URL has none; zero if that is not known.
  [[nodiscard]] std::int64_t port() const noexcept {
    const std::string_view digits = text_of(port_);
    std::int64_t number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return number;
  }
  /// The URL without what may be secret: user, password, query and fragment.
  [[nodiscard]] std::string_view public_text() noexcept {
    if (url_ == nullptr) return {};
    for (const CURLUPart secret : {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS,
                                   CURLUPART_QUERY, CURLUPART_FRAGMENT}) {
      if (curl_url_set(url_.get(), secret, nullptr, 0) != CURLUE_OK) return {};
    }
    get(CURLUPART_URL, 0, public_text_);
    return text_of(public_text_);
  }

 private:
  struct Free {
    void operator()(CURLU* url) const noexcept { curl_url_cleanup(url); }
    void operator()(char* text) const noexcept { curl_free(text); }
  };
  using Text = std::unique_ptr<char, Free>;

  static std::string_view text_of(const Text& text) noexcept {
    return text != nullptr ? std::string_view(text.get()) : std::string_view();
  }
  CURLUcode get(CURLUPart which, unsigned flags, Text& part) const noexcept {
    char* text = nullptr;
    const CURLUcode error = curl_url_get(url_.get(), which, &text, flags);
    if (error == CURLUE_OK) part.reset(text);
    return error;
  }

  std::unique_ptr<CURLU, Free> url_;
  CURLUcode error_ = CURLUE_OK;
  Text host_;
  Text port_;
  Text public_text_;
};

/// Gives the list to the handle in the end, after an error and an exception as well: the handle may
/// refer to a node that is gone.
class GivenList {
 public:
  GivenList(CURL* handle, curl_slist*& list, CURLcode& status) noexcept
      : handle_(handle), list_(list), status_(status) {}
  GivenList(const GivenList&) = delete;
  GivenList& operator=(const GivenList&) = delete;
  ~GivenList() {
    const CURLcode given = curl_easy_setopt(handle_, CURLOPT_HTTPHEADER, list_);
    if (status_ == CURLE_OK) status_ = given;
  }

 private:
  CURL* handle_;
  curl_slist*& list_;
  CURLcode& status_;
};

/// Lets a handle use that URL: one of `CURLOPT_CURLU` would outvote it.
inline CURLcode set_url(CURL* handle, const char* url) noexcept {
  const CURLcode status = curl_easy_setopt(handle, CURLOPT_CURLU, nullptr);
  return status == CURLE_OK ? curl_easy_setopt(handle, CURLOPT_URL, url) : status;
}

/// The span of a request whose method is not known yet: curl decides it when it starts.
inline Span start_span(Url& url, const SendOptions& options) {
  detail::SpanFacts facts;
  facts.kind = SpanKind::client;
  facts.name = "HTTP";
  facts.attributes.add("url.full", url.public_text());
  facts.attributes.add("server.address", url.host());
  if (const std::int64_t port = url.port(); port != 0) facts.attributes.add("server.port", port);
  return facts.start(*options.tracer, current(), options.span_name);
}

/// The version of HTTP, by the semantic conventions.
constexpr std::string_view name_of_version(long version) noexcept {
  switch (version) {
    case CURL_HTTP_VERSION_1_0: return "1.0";
    case CURL_HTTP_VERSION_1_1: return "1.1";
    case CURL_HTTP_VERSION_2_0: return "2";
    case CURL_HTTP_VERSION_3: return "3";
    default: return "";
  }
}

/// Ends the span of a transfer: with an error by the status or, if that is none, by curl's result.
inline void end_span(Span& span, CURL* handle, CURLcode result) {
  constexpr long first_error = 400;
  const char* method = nullptr;
  curl_easy_getinfo(handle, CURLINFO_EFFECTIVE_METHOD, &method);
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  detail::Attributes attributes;
  if (method != nullptr) {
    attributes.add("http.request.method", http::internal::known_method(method));
    attributes.add("http.request.method_original", http::internal::original_method(method));
  }
  long version = CURL_HTTP_VERSION_NONE;
  curl_easy_getinfo(handle, CURLINFO_HTTP_VERSION, &version);
  attributes.add("network.protocol.version", name_of_version(version));
  if (status >= first_error) {
    http::internal::end_by_status(span, static_cast<int>(status), first_error, attributes);
    return;
  }
  if (status != 0) attributes.add("http.response.status_code", std::int64_t{status});
  const bool is_error = result != CURLE_OK;
  span.end({.is_error = is_error,
            .error_type = is_error ? curl_easy_strerror(result) : "",
            .attributes = attributes.all()});
}

}  // namespace internal

/// A call that an easy handle makes: for curl's multi interface, and for programs that call
/// `curl_easy_perform` on their own. See `perform` for the usual case.
///
///     transfer.call = baton::curl::Call(transfer.handle, url, transfer.headers);
///     if (transfer.call.status() == CURLE_OK) curl_multi_add_handle(multi, transfer.handle);
///     …
///     if (message->msg == CURLMSG_DONE) transfer.call.end(message->data.result);
///
/// May move to another thread and end there. The tracer must outlive it.
class [[nodiscard]] Call {
 public:
  /// No call.
  Call() noexcept = default;

  /// Writes the current context into the header fields, and gives them (`CURLOPT_HTTPHEADER`) and
  /// the URL (`CURLOPT_URL`, in place of any `CURLOPT_CURLU`) to the handle. If the URL is null,
  /// the handle keeps its own.
  ///
  /// The list remains the caller's, and its first node may be another one afterwards (see
  /// SlistCarrier). The handle refers to it until it gets another list, is reset or cleaned up; the
  /// caller frees it then. The handle must not be in a transfer. curl copies the URL.
  ///
  /// If the chain has trust rules and the options name no destination, that is the URL's host, as
  /// curl reads it. Without a URL here it is unknown: curl cannot tell which one it will use.
  ///
  /// A tracer starts a span for the call (kind `client`), which the request carries. It is named
  /// "HTTP" unless the options name it.
  Call(CURL* handle, const char* url, curl_slist*& headers, const SendOptions& options = {})
      : handle_(handle) {
    const bool needs_host = options.destination.empty() && options.chain.has_trust_rules();
    internal::Url parsed(needs_host || options.tracer != nullptr ? url : nullptr);
    span_ = options.tracer != nullptr ? internal::start_span(parsed, options)
                                      : Span(nullptr, {.parent = current()});
    const internal::GivenList given(handle, headers, status_);
    if (needs_host) status_ = parsed.status();
    if (status_ != CURLE_OK) {
      internal::erase_context(headers, options.chain);
      return;
    }
    status_ = inject(headers, span_.context(),
                     {options.chain, needs_host ? parsed.host() : options.destination});
    if (url != nullptr && status_ == CURLE_OK) status_ = internal::set_url(handle, url);
  }

  Call(Call&& other) noexcept
      : handle_(std::exchange(other.handle_, nullptr)),
        status_(other.status_),
        span_(std::move(other.span_)) {}
  Call& operator=(Call&& other) noexcept {
    if (this == &other) return *this;
    cancel();
    handle_ = std::exchange(other.handle_, nullptr);
    status_ = other.status_;
    span_ = std::move(other.span_);
    return *this;
  }
  /// A call that has not ended ends with the error `cancelled`.
  ~Call() { cancel(); }

  /// Why the handle is not ready, such as `CURLE_OUT_OF_MEMORY`: then do not start the transfer.
  [[nodiscard]] CURLcode status() const noexcept { return status_; }

  /// The context that the request carries. Valid as long as the call, ended or not.
  [[nodiscard]] const Context& context() const noexcept { return span_.context(); }

  /// Ends the span of the call, by curl's result and the response; does nothing if it has ended.
  /// Call it before the handle is used for another transfer, reset or cleaned up.
  void end(CURLcode result) {
    CURL* const handle = std::exchange(handle_, nullptr);
    if (handle == nullptr) return;
    if (status_ == CURLE_OK) {
      internal::end_span(span_, handle, result);
    } else {
      span_.end({.is_error = true, .error_type = curl_easy_strerror(status_)});
    }
  }

 private:
  void cancel() noexcept {
    if (std::exchange(handle_, nullptr) == nullptr) return;
    span_.end({.is_error = true, .error_type = "cancelled"});
  }

  CURL* handle_ = nullptr;  // null: ended
  CURLcode status_ = CURLE_OK;
  Span span_;
};

/// Makes a call: `curl_easy_perform` with the current context in the request. Returns its result,
/// or why the handle could not be made ready.
///
///     curl_slist* headers = curl_slist_append(nullptr, "Accept: application/json");
///     const CURLcode result = baton::curl::perform(handle, url, headers);
///     …
///     curl_easy_cleanup(handle);
///     curl_slist_free_all(headers);
///
/// The URL and the list are as for Call: curl copies the URL, or uses the handle's if it is null;
/// the list remains the caller's, and the handle refers to it afterwards. Both may serve for any
/// number of calls: each replaces the context of the one before.
///
/// A tracer starts a span for the call (kind `client`), which is also current in curl's callbacks.
/// It ends with an error if the status is 400 or more, or curl fails.
///
/// curl sends the fields to each hop of a redirect, on other hosts as well, and the span is that of
/// all hops. If trust rules deny something to such a host, do not let curl follow redirects.
inline CURLcode perform(CURL* handle, const char* url, curl_slist*& headers,
                        const SendOptions& options = {}) {
  Call call(handle, url, headers, options);
  CURLcode result = call.status();
  if (result == CURLE_OK) {
    const Scope scope(call.context());
    result = curl_easy_perform(handle);
  }
  call.end(result);
  return result;
}

}  // namespace baton::curl
