package dev.slotstream.engine;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A write that a test can wait for. */
public final class TestWrite extends Write {
  /** How a write ended. */
  public enum End {
    COMMITTED,
    REFUSED
  }

  private final CompletableFuture<End> end = new CompletableFuture<>();

  @Override
  protected void committed() {
    end.complete(End.COMMITTED);
  }

  @Override
  protected void refused() {
    end.complete(End.REFUSED);
  }

  @Override
  protected void failed(EngineException why) {
    end.completeExceptionally(why);
  }

  /** True once it has ended, in whichever way. */
  public boolean ended() {
    return end.isDone();
  }

  /** True once it has ended without a failure. */
  public boolean succeeded() {
    return end.isDone() && !end.isCompletedExceptionally();
  }

  /** Waits for the end; a failure is thrown as it is. */
  public End await() {
    try {
      return end.get(30, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof EngineException engine) {
        throw engine;
      }
      throw new AssertionError(e);
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  /** Puts and waits. */
  public static TestWrite put(SlotEngine engine, byte[] key, byte[] value) {
    return put(engine, key, value, Condition.NONE);
  }

  /** Puts under a condition, and waits. */
  public static TestWrite put(SlotEngine engine, byte[] key, byte[] value, Condition when) {
    TestWrite write = new TestWrite();
    write.put(key, value, value.length, when);
    engine.submit(write);
    write.await();
    return write;
  }

  /** Deletes and waits. */
  public static TestWrite delete(SlotEngine engine, byte[] key) {
    TestWrite write = new TestWrite();
    write.delete(key, Condition.NONE);
    engine.submit(write);
    write.await();
    return write;
  }
}
