package dev.slotstream.bench;

import dev.slotstream.engine.Shard;
import dev.slotstream.engine.SlotEngine;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongUnaryOperator;

/**
 * How long puts of one thread take at a steady rate: while nothing else happens, while the store
 * grows, and while one checkpoint follows the other. A put's time counts from when it was due, so
 * that whoever stands still is not spared the puts of that time.
 *
 * <p>Arguments: keys to begin with, seconds of each, puts per second.
 */
public final class PutPauses {
  private static final int SHARDS = 2;
  private static final int KEY_BYTES = 16;
  private static final int VALUE_BYTES = 100;
  private static final int WARM_SECONDS = 5;

  /** So long that no checkpoint comes by itself. */
  private static final int SEGMENT = 512 << 20;

  private final AwaitedPut put = new AwaitedPut();
  private final byte[] key = new byte[KEY_BYTES];
  private final byte[] value = new byte[VALUE_BYTES];
  private final SlotEngine engine;
  private final int perSecond;

  private PutPauses(SlotEngine engine, int perSecond) {
    this.engine = engine;
    this.perSecond = perSecond;
  }

  /** Runs once. */
  public static void main(String[] arguments) throws Exception {
    int keys = Integer.parseInt(arguments[0]);
    int seconds = Integer.parseInt(arguments[1]);
    int perSecond = Integer.parseInt(arguments[2]);
    Path temp = Files.createTempDirectory("slotstream-pauses");
    try (SlotEngine engine = BenchStore.open(temp, SHARDS, SEGMENT, true)) {
      BenchStore.putAll(engine, 0, keys);
      engine.checkpoint();
      PutPauses pauses = new PutPauses(engine, perSecond);
      SplittableRandom random = new SplittableRandom(1);
      LongUnaryOperator known = n -> random.nextInt(keys);
      pauses.run(WARM_SECONDS, known);
      pauses.report("steady", pauses.run(seconds, known), 0);
      engine.checkpoint();
      int before = pauses.slots();
      long[] growing = pauses.run(seconds, n -> keys + n);
      pauses.report("growth", growing, pauses.slots() - before);
      pauses.checkpointing(seconds, known);
    } finally {
      BenchStore.deleteTree(temp);
    }
  }

  private void checkpointing(int seconds, LongUnaryOperator keyOf) throws InterruptedException {
    AtomicBoolean ended = new AtomicBoolean();
    AtomicInteger made = new AtomicInteger();
    Thread checkpoints =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!ended.get() && engine.checkpoint()) {
                    made.incrementAndGet();
                  }
                });
    long[] took = run(seconds, keyOf);
    ended.set(true);
    checkpoints.join();
    report("checkpoints", took, made.get());
  }

  private int slots() {
    return engine.shards().stream().mapToInt(Shard::slotCount).sum();
  }

  /** How long each took, in nanoseconds. */
  private long[] run(int seconds, LongUnaryOperator keyOf) {
    long[] took = new long[seconds * perSecond];
    long start = System.nanoTime();
    for (int n = 0; n < took.length; n++) {
      long due = start + n * TimeUnit.SECONDS.toNanos(1) / perSecond;
      while (System.nanoTime() < due) {
        Thread.onSpinWait();
      }
      ByteBuffer.wrap(key).putLong(keyOf.applyAsLong(n));
      ByteBuffer.wrap(value).putLong(n);
      put.run(engine, key, value);
      took[n] = System.nanoTime() - due;
    }
    return took;
  }

  private void report(String during, long[] took, int happened) {
    Arrays.sort(took);
    System.out.printf(
        "pauses %s puts=%d p50=%.2f p99=%.2f p99.9=%.2f p99.99=%.2f max=%.2f us happened=%d%n",
        during,
        took.length,
        micros(took, 0.5),
        micros(took, 0.99),
        micros(took, 0.999),
        micros(took, 0.9999),
        micros(took, 1),
        happened);
  }

  private static double micros(long[] sorted, double part) {
    return sorted[Math.min(sorted.length - 1, (int) (sorted.length * part))] / 1e3;
  }
}
