package dev.slotstream.engine;

import dev.slotstream.slot.MetaWord;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A leader's batch that a test can put together and wait for. */
final class TestBatch extends ReplicatedBatch {
  private final CompletableFuture<Boolean> end = new CompletableFuture<>();

  private TestBatch(List<Event> events, Rule rule) {
    super(new Cursor(events), rule);
  }

  /** One event, key and value in one array. */
  private record Event(int slot, int meta, ByteBuffer bytes, int keyOffset) {}

  /** One event of any size: its key, then its value. */
  static TestBatch of(int slot, int meta, byte[] bytes) {
    return new TestBatch(
        List.of(new Event(slot, meta, ByteBuffer.wrap(bytes), 0)), Rule.AS_IT_STANDS);
  }

  /** Puts a batch together. */
  static final class Builder {
    private final List<Event> events = new ArrayList<>();

    /** A slot that holds a key. */
    Builder put(int slot, int version, long key, long n) {
      return add(slot, MetaWord.of(MetaWord.OCCUPIED, version), key, n);
    }

    /** A slot whose key was deleted. */
    Builder delete(int slot, int version, long key) {
      return add(slot, MetaWord.of(MetaWord.DELETED, version), key, 0);
    }

    /** A slot that was never written. */
    Builder free(int slot) {
      return add(slot, MetaWord.FREE, 0, 0);
    }

    private Builder add(int slot, int meta, long key, long n) {
      ByteBuffer bytes =
          ByteBuffer.allocate(3 + TestStore.KEY + TestStore.VALUE)
              .position(3)
              .put(TestStore.key(key))
              .put(TestStore.value(n));
      events.add(new Event(slot, meta, bytes, 3));
      return this;
    }

    TestBatch build(Rule rule) {
      return new TestBatch(List.copyOf(events), rule);
    }

    /** Submits what was put together, waits for its end, and begins anew. */
    TestBatch apply(SlotEngine engine, Rule rule) {
      TestBatch batch = build(rule);
      events.clear();
      engine.submit(0, batch);
      batch.await();
      return batch;
    }

    /** Only newer versions count. */
    TestBatch apply(SlotEngine engine) {
      return apply(engine, Rule.ONLY_NEWER);
    }
  }

  private static final class Cursor implements Events {
    private final List<Event> events;
    private int at = -1;

    private Cursor(List<Event> events) {
      this.events = events;
    }

    @Override
    public boolean next() {
      return ++at < events.size();
    }

    @Override
    public int slot() {
      return events.get(at).slot();
    }

    @Override
    public int meta() {
      return events.get(at).meta();
    }

    @Override
    public byte[] bytes() {
      return events.get(at).bytes().array();
    }

    @Override
    public int keyOffset() {
      return events.get(at).keyOffset();
    }

    @Override
    public int keyLength() {
      return TestStore.KEY;
    }

    @Override
    public int valueOffset() {
      return keyOffset() + TestStore.KEY;
    }

    @Override
    public int valueLength() {
      return events.get(at).bytes().capacity() - valueOffset();
    }
  }

  @Override
  protected void committed() {
    end.complete(true);
  }

  @Override
  protected void failed(EngineException why) {
    end.completeExceptionally(why);
  }

  boolean ended() {
    return end.isDone();
  }

  /** Waits for the end; a failure is thrown as it is. */
  void await() {
    try {
      end.get(30, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof EngineException engine) {
        throw engine;
      }
      throw new AssertionError(e);
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }
}
