// SPDX-License-Identifier: Apache-2.0
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A service between `orders` and `shipping`: sends what it reads from one topic of Kafka to another.
 * It neither copies headers nor knows of tracing: OpenTelemetry's agent does all of that.
 *
 * <pre>java -javaagent:AGENT Router.java BROKERS FROM TO</pre>
 */
public class Router {
  public static void main(String[] arguments) {
    final String brokers = arguments[0], from = arguments[1], to = arguments[2];
    final Map<String, Object> reading = Map.of(
        "bootstrap.servers", brokers, "group.id", "router", "auto.offset.reset", "earliest");
    final Map<String, Object> writing = Map.of("bootstrap.servers", brokers);
    final var bytes = new ByteArrayDeserializer();
    try (var consumer = new KafkaConsumer<>(reading, bytes, bytes);
        var producer =
            new KafkaProducer<>(writing, new ByteArraySerializer(), new ByteArraySerializer())) {
      consumer.subscribe(List.of(from));
      while (true) {
        for (ConsumerRecord<byte[], byte[]> order : consumer.poll(Duration.ofSeconds(1))) {
          producer.send(new ProducerRecord<>(to, order.key(), order.value()));
        }
      }
    }
  }
}
