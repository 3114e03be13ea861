package dev.slotstream.kv;

import dev.slotstream.engine.EngineException;
import dev.slotstream.engine.Shard;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.kv.OperationMeter.Operation;
import dev.slotstream.slot.MetaWord;
import dev.slotstream.slot.SlotBuffer;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** Reads keys: at once, or when this node has what the reader must see. Any thread. */
final class KeyReader {
  private final SlotEngine engine;
  private final FieldCodec codec;
  private final Expiry expiry;
  private final OperationMeter meter;
  private final PositionWaits positions;
  private final ThreadLocal<SlotBuffer> buffers;

  KeyReader(
      SlotEngine engine,
      FieldCodec codec,
      Expiry expiry,
      OperationMeter meter,
      PositionWaits positions) {
    this.engine = engine;
    this.codec = codec;
    this.expiry = expiry;
    this.meter = meter;
    this.positions = positions;
    this.buffers = ThreadLocal.withInitial(engine::newBuffer);
  }

  ReadAnswer read(Operation operation, byte[] key, Preconditions when) {
    return read(operation, key, when, System.nanoTime());
  }

  /** Reads at once when no position is demanded; else on the executor, once the wait is over. */
  void read(
      Operation operation,
      byte[] key,
      ReadOptions options,
      Executor there,
      Consumer<ReadAnswer> end) {
    long start = System.nanoTime();
    if (options.positions().isEmpty() || codec.refuseKey(key).isPresent()) {
      end.accept(read(operation, key, options.when(), start));
      return;
    }
    Consumer<Optional<KvError>> waited =
        refusal ->
            there.execute(
                () ->
                    end.accept(
                        refusal.isEmpty()
                            ? read(operation, key, options.when(), start)
                            : metered(operation, new ReadAnswer.Refused(refusal.get()), start)));
    positions.await(shardOf(codec.keyField(key)), options.positions(), waited);
  }

  private Shard shardOf(byte[] keyField) {
    return engine.shards().get(engine.shardOf(keyField));
  }

  private ReadAnswer read(Operation operation, byte[] key, Preconditions when, long start) {
    ReadAnswer answer;
    try {
      answer = look(operation, key, when);
    } catch (EngineException e) {
      answer = new ReadAnswer.Refused(KvError.of(e));
    } catch (KvException e) {
      answer = new ReadAnswer.Refused(e.error());
    }
    return metered(operation, answer, start);
  }

  private ReadAnswer metered(Operation operation, ReadAnswer answer, long start) {
    meter.ended(operation, outcome(answer), System.nanoTime() - start);
    return answer;
  }

  private ReadAnswer look(Operation operation, byte[] key, Preconditions when) {
    Optional<KvError> refusal = codec.refuseKey(key);
    if (refusal.isPresent()) {
      return new ReadAnswer.Refused(refusal.get());
    }
    byte[] keyField = codec.keyField(key);
    Shard shard = shardOf(keyField);
    if (shard.syncing()) {
      return new ReadAnswer.Refused(KvError.NotCaughtUp.syncing(shard.number()));
    }
    SlotBuffer buffer = buffers.get();
    if (!engine.get(keyField, buffer)) {
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
}
