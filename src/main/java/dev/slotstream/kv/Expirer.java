package dev.slotstream.kv;

import dev.slotstream.engine.Condition;
import dev.slotstream.engine.EngineException;
import dev.slotstream.engine.Shard;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.engine.Write;
import dev.slotstream.kv.OperationMeter.Operation;
import dev.slotstream.slot.MetaWord;
import dev.slotstream.slot.ShardSlots;
import dev.slotstream.slot.SlotBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;

/**
 * Removes entries whose time is over, on a leader. Its followers hear of it as of any delete.
 *
 * <p>One thread of its own. It looks through all slots when the earliest known entry has expired,
 * at a bounded rate, and sleeps otherwise. Whether an entry has expired is asked again under the
 * shard's lock: meanwhile it may have been written anew.
 */
public final class Expirer implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Expirer.class);
  private static final int SLOTS_PER_ROUND = 2_000;
  private static final long ROUND_NANOS = TimeUnit.MILLISECONDS.toNanos(40);
  private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final int MAX_DELETES = 256;
  private static final Duration MAX_WAIT = Duration.ofSeconds(10);

  private final SlotEngine engine;
  private final FieldCodec codec;
  private final Expiry expiry;
  private final ExpirySchedule schedule;
  private final OperationMeter meter;
  private final SlotBuffer buffer;
  private final Semaphore deletes = new Semaphore(MAX_DELETES);
  private final Thread thread;
  private volatile boolean stopping;

  Expirer(
      SlotEngine engine,
      FieldCodec codec,
      Expiry expiry,
      ExpirySchedule schedule,
      OperationMeter meter) {
    this.engine = engine;
    this.codec = codec;
    this.expiry = expiry;
    this.schedule = schedule;
    this.meter = meter;
    this.buffer = engine.newBuffer();
    this.thread = Thread.ofPlatform().name("slotstream-expirer").daemon().unstarted(this::run);
  }

  /** Begins to remove. */
  public void start() {
    if (codec.keepsMetadata()) {
      thread.start();
    }
  }

  private void run() {
    while (!stopping) {
      if (schedule.due(expiry.nowSeconds())) {
        try {
          lookThroughAll();
        } catch (RuntimeException e) {
          // Whatever it was, entries must not stay for ever because of it.
          LOG.warnf(e, "expired entries could not be removed, trying again");
          schedule.note(expiry.nowSeconds());
        }
      }
      LockSupport.parkNanos(IDLE_NANOS);
    }
  }

  /** One round through all slots. What has not expired yet is noted for the next one. */
  void lookThroughAll() {
    schedule.restart();
    for (Shard shard : engine.shards()) {
      int slots = shard.slotCount();
      for (int slot = 0; slot < slots && !stopping; slot++) {
        look(shard, slot);
        shard.unloadFreeBehind(slot);
        if ((slot + 1) % SLOTS_PER_ROUND == 0) {
          LockSupport.parkNanos(ROUND_NANOS);
        }
      }
    }
  }

  private void look(Shard shard, int slot) {
    if (!MetaWord.occupied(shard.meta(slot))
        || !MetaWord.occupied(shard.copySlot(slot, buffer))
        || !ShardSlots.intact(buffer)) {
      return;
    }
    long expiresAt = codec.expiresAt(buffer.bytes(), buffer.valueOffset());
    if (expiry.passed(expiresAt)) {
      remove(expiresAt);
    } else {
      schedule.note(expiresAt);
    }
  }

  private void remove(long expiresAt) {
    byte[] keyField = Arrays.copyOfRange(buffer.bytes(), buffer.keyOffset(), buffer.valueOffset());
    deletes.acquireUninterruptibly();
    Removal removal = new Removal(expiresAt);
    removal.delete(keyField, removal);
    engine.submit(removal);
  }

  /** Removes one entry, unless it has been written anew or is gone. */
  private final class Removal extends Write implements Condition {
    private final long start = System.nanoTime();
    private final long expiresAt;

    Removal(long expiresAt) {
      this.expiresAt = expiresAt;
    }

    @Override
    public boolean allows(CurrentValue current) {
      return expiry.passed(codec.expiresAt(current));
    }

    @Override
    protected void committed() {
      deletes.release();
      meter.ended(Operation.EXPIRE, OperationMeter.OK, System.nanoTime() - start);
    }

    @Override
    protected void refused() {
      deletes.release();
    }

    @Override
    protected void failed(EngineException why) {
      deletes.release();
      schedule.note(expiresAt);
    }
  }

  /** Stops, and waits for what is under way. */
  @Override
  public void close() {
    stopping = true;
    LockSupport.unpark(thread);
    try {
      if (thread.isAlive()) {
        thread.join(MAX_WAIT);
      }
      deletes.tryAcquire(MAX_DELETES, MAX_WAIT.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
