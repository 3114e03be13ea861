package dev.slotstream.kv;

import dev.slotstream.engine.EngineException;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.kv.KvError.BadTtl;
import dev.slotstream.kv.OperationMeter.Operation;
import dev.slotstream.slot.MetaWord;
import dev.slotstream.slot.SlotBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Keys and values, for every front door: one place for roles, sizes, conditions and time to live.
 *
 * <p>Any thread. Reads are memory accesses and answer at once. Writes answer once, later or at
 * once, on whatever thread ended them. Arrays that are given to a write belong to it until then.
 */
public final class KeyValueStore {
  private final SlotEngine engine;
  private final FieldCodec codec;
  private final WriteAccess access;
  private final OperationMeter meter;
  private final Expiry expiry;
  private final ExpirySchedule schedule = new ExpirySchedule();
  private final InFlight writes = new InFlight();
  private final ThreadLocal<SlotBuffer> buffers;

  /** A store on an open engine, whose slots must have the codec's layout. */
  public KeyValueStore(
      SlotEngine engine,
      FieldCodec codec,
      WriteAccess access,
      InstantSource clock,
      OperationMeter meter) {
    this.engine = engine;
    this.codec = codec;
    this.access = access;
    this.meter = meter;
    this.expiry = new Expiry(clock);
    this.buffers = ThreadLocal.withInitial(engine::newBuffer);
  }

  /** What keys and values may be. */
  public FieldCodec codec() {
    return codec;
  }

  /** Whether this node takes writes. */
  public WriteAccess access() {
    return access;
  }

  /** Reads a value, and what is known of it. */
  public ReadAnswer get(byte[] key, Preconditions when) {
    return timed(Operation.GET, key, when);
  }

  /** Reads only what is known of a value. */
  public ReadAnswer head(byte[] key, Preconditions when) {
    return timed(Operation.HEAD, key, when);
  }

  private ReadAnswer timed(Operation operation, byte[] key, Preconditions when) {
    long start = System.nanoTime();
    ReadAnswer answer;
    try {
      answer = read(operation, key, when);
    } catch (EngineException e) {
      answer = new ReadAnswer.Refused(KvError.of(e));
    } catch (KvException e) {
      answer = new ReadAnswer.Refused(e.error());
    }
    meter.ended(operation, outcome(answer), System.nanoTime() - start);
    return answer;
  }

  private ReadAnswer read(Operation operation, byte[] key, Preconditions when) {
    Optional<KvError> refusal = codec.refuseKey(key);
    if (refusal.isPresent()) {
      return new ReadAnswer.Refused(refusal.get());
    }
    SlotBuffer buffer = buffers.get();
    if (!engine.get(codec.keyField(key), buffer)) {
      return new ReadAnswer.Refused(new KvError.NotFound());
    }
    Entry.Head head = codec.readHead(buffer.bytes(), buffer.valueOffset());
    if (expiry.passed(head.expiresAt())) {
      return new ReadAnswer.Refused(new KvError.NotFound());
    }
    EntityTag tag = new EntityTag(buffer.slot(), MetaWord.version(buffer.meta()));
    Optional<EntityTag> current = Optional.of(tag);
    if (!when.matchHolds(current)) {
      return new ReadAnswer.Refused(new KvError.PreconditionFailed(current));
    }
    if (!when.noneMatchHolds(current)) {
      return new ReadAnswer.NotModified(tag);
    }
    byte[] value = new byte[operation == Operation.HEAD ? 0 : head.length()];
    System.arraycopy(buffer.bytes(), head.offset(), value, 0, value.length);
    return new ReadAnswer.Found(new Entry(head, tag, value));
  }

  private static String outcome(ReadAnswer answer) {
    return switch (answer) {
      case ReadAnswer.Found found -> OperationMeter.OK;
      case ReadAnswer.NotModified known -> OperationMeter.NOT_MODIFIED;
      case ReadAnswer.Refused(KvError error) -> error.name();
    };
  }

  /**
   * Why a write would be refused, as far as that can be said before its value is there: it can then
   * be refused without taking the value in. Empty when it may go on.
   */
  public Optional<KvError> refuseWrite(byte[] key) {
    if (writes.isShut()) {
      return Optional.of(new KvError.ShuttingDown());
    }
    return access.refusal().or(() -> codec.refuseKey(key));
  }

  /** Stores a value. */
  public void put(byte[] key, byte[] value, PutOptions options, Consumer<WriteAnswer> end) {
    Consumer<WriteAnswer> ending = begin(Operation.PUT, end);
    Optional<KvError> refusal =
        refuseWrite(key)
            .or(() -> codec.refuseValueLength(value.length))
            .or(() -> refuseTtl(options));
    if (refusal.isPresent()) {
      ending.accept(new WriteAnswer.Refused(refusal.get()));
      return;
    }
    byte[] keyField = codec.keyField(key);
    long expiresAt = expiry.at(options.ttl());
    int mediaType = MediaTypes.number(options.mediaType().orElse(null));
    byte[] valueField = codec.valueField(value, mediaType, expiresAt);
    Consumer<WriteAnswer> noting =
        answer -> {
          // Only now: an entry that is noted before it is there would be looked for in vain.
          schedule.note(expiresAt);
          ending.accept(answer);
        };
    int shard = engine.shardOf(keyField);
    KeyPut put = new KeyPut(shard, expiresAt, options.when(), codec, expiry, noting);
    put.put(keyField, valueField, valueField.length, put);
    engine.submit(put);
  }

  private Optional<KvError> refuseTtl(PutOptions options) {
    return options.ttl().isPresent() && !codec.keepsMetadata()
        ? Optional.of(new BadTtl("store keeps no time to live, codec=exact"))
        : Optional.empty();
  }

  /** Removes a value. */
  public void delete(byte[] key, Preconditions when, Consumer<WriteAnswer> end) {
    Consumer<WriteAnswer> ending = begin(Operation.DELETE, end);
    Optional<KvError> refusal = refuseWrite(key);
    if (refusal.isPresent()) {
      ending.accept(new WriteAnswer.Refused(refusal.get()));
      return;
    }
    byte[] keyField = codec.keyField(key);
    int shard = engine.shardOf(keyField);
    KeyDelete delete = new KeyDelete(shard, when, codec, expiry, ending);
    delete.delete(keyField, delete);
    engine.submit(delete);
  }

  /** A write is under way until the ending that this answers was called. */
  private Consumer<WriteAnswer> begin(Operation operation, Consumer<WriteAnswer> end) {
    long start = System.nanoTime();
    writes.begin();
    return answer -> {
      meter.ended(operation, outcome(answer), System.nanoTime() - start);
      try {
        end.accept(answer);
      } finally {
        writes.end();
      }
    };
  }

  private static String outcome(WriteAnswer answer) {
    return answer instanceof WriteAnswer.Refused(KvError error) ? error.name() : OperationMeter.OK;
  }

  /** Refuses all writes from now on. */
  public void stopWrites() {
    writes.shut();
  }

  /** True after {@link #stopWrites}. */
  public boolean writesStopped() {
    return writes.isShut();
  }

  /** Waits until no write is under way; false when that took too long. */
  public boolean drain(Duration atMost) {
    return writes.awaitNone(atMost);
  }

  /** Who removes expired entries; for a leader, and not started yet. */
  public Expirer newExpirer() {
    return new Expirer(engine, codec, expiry, schedule, meter);
  }
}
