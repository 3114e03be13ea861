package dev.slotstream.bench;

import dev.slotstream.engine.Condition;
import dev.slotstream.engine.EngineException;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.engine.Write;
import java.util.concurrent.locks.LockSupport;

/** A put that its thread makes over and over, and waits for each time. */
final class AwaitedPut extends Write {
  private static final long WAIT_NANOS = 20_000;

  private volatile boolean ended;
  private volatile EngineException failure;

  void run(SlotEngine engine, byte[] key, byte[] value) {
    begin(key, value);
    engine.submit(this);
    await();
  }

  /** Sets it up, to be submitted by the caller. */
  void begin(byte[] key, byte[] value) {
    ended = false;
    put(key, value, value.length, Condition.NONE);
  }

  /** Waits for its end. */
  void await() {
    // Only when room has to be made first, by a thread that needs a processor for it.
    while (!ended) {
      LockSupport.parkNanos(WAIT_NANOS);
    }
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  protected void committed() {
    ended = true;
  }

  @Override
  protected void refused() {
    throw new AssertionError("no condition was set");
  }

  @Override
  protected void failed(EngineException why) {
    failure = why;
    ended = true;
  }
}
