package dev.slotstream.ops;

import dev.slotstream.kv.OperationMeter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Singleton;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Times operations on keys. Any thread. */
@Singleton
public final class OperationTimers implements OperationMeter {
  private final MeterRegistry registry;
  private final Map<Operation, Map<String, Timer>> timers = new EnumMap<>(Operation.class);

  OperationTimers(MeterRegistry registry) {
    this.registry = registry;
    for (Operation operation : Operation.values()) {
      timers.put(operation, new ConcurrentHashMap<>());
      timer(operation, OK);
    }
  }

  private Timer timer(Operation operation, String outcome) {
    return timers.get(operation).computeIfAbsent(outcome, o -> register(operation, o));
  }

  private Timer register(Operation operation, String outcome) {
    return Timer.builder(Meters.KV_OPERATIONS)
        .description("operations on keys")
        .tag(Meters.OP, operation.name().toLowerCase(Locale.ROOT))
        .tag(Meters.OUTCOME, outcome)
        .register(registry);
  }

  @Override
  public void ended(Operation operation, String outcome, long nanos) {
    timer(operation, outcome).record(nanos, TimeUnit.NANOSECONDS);
  }
}
