// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "baton/carriers/curl.hpp"
#include "baton/testing/fields.hpp"
#include "oracle/text.hpp"
#include "support/loopback.hpp"

/// What the tests of curl share: lists, and a server in this process.
namespace curl_test {

using baton::testing::FieldList;

/// Owns a list.
class List {
 public:
  List() = default;
  explicit List(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) add(line);
  }
  List(List&& other) noexcept : head(std::exchange(other.head, nullptr)) {}
  List& operator=(List&& other) noexcept {
    std::swap(head, other.head);
    return *this;
  }
  ~List() { curl_slist_free_all(head); }

  void add(const std::string& line) {
    curl_slist* const longer = curl_slist_append(head, line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    head = longer;
  }
  [[nodiscard]] std::vector<std::string> lines() const {
    std::vector<std::string> lines;
    for (const curl_slist* line = head; line != nullptr; line = line->next) {
      lines.emplace_back(line->data);
    }
    return lines;
  }

  curl_slist* head = nullptr;
};

/// A line as a receiver of HTTP/1.1 splits it.
inline std::pair<std::string, std::string> to_field(const std::string& line) {
  std::string name;
  std::string value;
  if (!oracle::cut(line, ':', name, value)) throw std::logic_error("no field: " + line);
  const std::size_t first = value.find_first_not_of(" \t\v\f\r\n");
  if (first == std::string::npos) return {name, ""};
  return {name, value.substr(first, value.find_last_not_of(" \t\v\f\r\n") + 1 - first)};
}

/// An HTTP/1.1 server on 127.0.0.1, with a connection for each request. Keeps the lines of the
/// headers that it gets, and answers by what the test has queued, or by 200.
class Server {
 public:
  Server() : thread_([this] { serve(); }) {}
  ~Server() {
    listener_.stop();
    thread_.join();
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] const std::string& port() const { return listener_.port(); }
  [[nodiscard]] std::string url(const std::string& path = "/") const {
    return "http://127.0.0.1:" + port() + path;
  }

  /// The status and the fields of the next answer. Nothing: closes the connection.
  void answer(const std::string& head, const std::string& version = "1.1") {
    const std::scoped_lock lock(mutex_);
    answers_.push_back(head.empty() ? "" : "HTTP/" + version + " " + head);
  }

  /// The header lines of the requests so far, without those of curl's own.
  [[nodiscard]] std::vector<std::vector<std::string>> requests() const {
    const std::scoped_lock lock(mutex_);
    return requests_;
  }
  /// The fields of the last one. What has no name is none: curl makes ":" of the line ";".
  [[nodiscard]] FieldList last() const {
    FieldList fields;
    const std::vector<std::string> lines = requests().back();
    for (const std::string& line : lines) {
      if (!line.starts_with(':')) fields.push_back(to_field(line));
    }
    return fields;
  }

 private:
  void serve() {
    for (;;) {
      const int connection = listener_.accept();
      if (connection < 0) return;
      std::string text;
      std::string part(4096, '\0');
      while (!text.ends_with("\r\n\r\n")) {
        const ssize_t got = ::read(connection, part.data(), part.size());
        if (got <= 0) break;
        text.append(part, 0, static_cast<std::size_t>(got));
      }
      const std::string head = keep(text);
      if (!head.empty()) {
        const std::string response = head + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        static_cast<void>(::send(connection, response.data(), response.size(), MSG_NOSIGNAL));
      }
      ::close(connection);
    }
  }

  std::string keep(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t begin = text.find("\r\n"); begin + 4 < text.size();) {
      begin += 2;
      const std::size_t end = text.find("\r\n", begin);
      std::string line = text.substr(begin, end - begin);
      begin = end;
      if (!line.starts_with("Host:") && !line.starts_with("Accept:")) {
        lines.push_back(std::move(line));
      }
    }
    const std::scoped_lock lock(mutex_);
    requests_.push_back(std::move(lines));
    if (answers_.empty()) return "HTTP/1.1 200 OK";
    std::string head = answers_.front();
    answers_.pop_front();
    return head;
  }

  baton::test::Listener listener_;
  mutable std::mutex mutex_;
  std::deque<std::string> answers_;
  std::vector<std::vector<std::string>> requests_;
  std::thread thread_;
};

/// An easy handle, for calls of loopback only.
class Handle {
 public:
  Handle() {
    curl_easy_setopt(handle_, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(handle_, CURLOPT_TIMEOUT, 60L);
    curl_easy_setopt(handle_, CURLOPT_WRITEFUNCTION, &drop);
  }
  ~Handle() { curl_easy_cleanup(handle_); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  operator CURL*() const { return handle_; }

 private:
  static std::size_t drop(char*, std::size_t size, std::size_t count, void*) {
    return size * count;
  }
  CURL* handle_ = curl_easy_init();
};

}  // namespace curl_test
