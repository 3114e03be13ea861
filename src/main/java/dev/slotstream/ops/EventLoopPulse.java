package dev.slotstream.ops;

import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import jakarta.inject.Singleton;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** A timer on each event loop, to see that all of them still turn. Any thread. */
@Singleton
final class EventLoopPulse {
  /** Between two beats of a loop. */
  static final long PERIOD_MILLIS = 1_000;

  private final LongSupplier clock = System::nanoTime;
  private final Set<Beat> beats = ConcurrentHashMap.newKeySet();

  private final class Beat extends AbstractVerticle {
    private volatile long lastNanos;

    @Override
    public void start() {
      lastNanos = clock.getAsLong();
      vertx.setPeriodic(PERIOD_MILLIS, timer -> lastNanos = clock.getAsLong());
      beats.add(this);
    }

    @Override
    public void stop() {
      beats.remove(this);
    }
  }

  /** Begins to beat. Instances of a verticle are dealt out to the loops in turn. */
  Future<String> start(Vertx vertx) {
    int loops = VertxOptions.DEFAULT_EVENT_LOOP_POOL_SIZE;
    return vertx.deployVerticle(Beat::new, new DeploymentOptions().setInstances(loops));
  }

  /** The longest time since a loop's last beat; 0 when none has begun. */
  long silenceNanos() {
    long now = clock.getAsLong();
    return beats.stream().mapToLong(beat -> now - beat.lastNanos).max().orElse(0);
  }
}
