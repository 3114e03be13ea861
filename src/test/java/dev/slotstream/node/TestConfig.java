package dev.slotstream.node;

import io.quarkus.runtime.configuration.DurationConverter;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;

/** Configuration made from a few options. */
final class TestConfig {
  private TestConfig() {}

  static SlotstreamConfig with(Map<String, String> options) {
    return new SmallRyeConfigBuilder()
        .withConverter(MemorySize.class, 200, new MemorySizeConverter())
        .withConverter(Duration.class, 200, new DurationConverter())
        .withSources(new PropertiesConfigSource(options, "test", 100))
        .withMapping(SlotstreamConfig.class)
        .build()
        .getConfigMapping(SlotstreamConfig.class);
  }

  static SlotstreamConfig with(String option, String value) {
    return with(Map.of("slotstream." + option, value));
  }

  static SlotstreamConfig defaults() {
    return with(Map.of());
  }
}
