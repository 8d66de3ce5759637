// SPDX-License-Identifier: Apache-2.0
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A service of the JDK alone. It knows nothing of tracing: OpenTelemetry's agent does all of that.
 * {@code POST /test} has a list {@code [{"url": …, "arguments": []}]}; the service posts to each URL.
 *
 * <pre>java -javaagent:AGENT Service.java</pre>
 */
public class Service {
  private static final Pattern CALL = Pattern.compile("\"url\"\\s*:\\s*\"([^\"]*)\"");
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private static void post(String url) throws IOException, InterruptedException {
    final HttpRequest request = HttpRequest.newBuilder(URI.create(url.replace("\\/", "/")))
        .timeout(Duration.ofSeconds(5))
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString("[]"))
        .build();
    CLIENT.send(request, BodyHandlers.discarding());
  }

  private static void serve(HttpExchange exchange) throws IOException {
    final String order =
        new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    int status = 200;
    try {
      for (final Matcher calls = CALL.matcher(order); calls.find();) {
        post(calls.group(1));
      }
    } catch (IOException | InterruptedException error) {
      status = 502;
    }
    final byte[] answer = "[]".getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, answer.length);
    exchange.getResponseBody().write(answer);
    exchange.close();
  }

  public static void main(String[] arguments) throws IOException {
    final HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/test", Service::serve);
    server.setExecutor(Executors.newFixedThreadPool(4));
    server.start();
    System.out.println("listening on http://127.0.0.1:" + server.getAddress().getPort());
  }
}
