package dev.slotstream.cli;

import dev.slotstream.engine.Condition;
import dev.slotstream.engine.Durability;
import dev.slotstream.engine.EngineException;
import dev.slotstream.engine.EngineOptions;
import dev.slotstream.engine.EngineOptions.Shape;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.engine.Write;
import dev.slotstream.kv.EntryLine;
import dev.slotstream.kv.FieldCodec;
import dev.slotstream.kv.KvError;
import dev.slotstream.log.LogRetention;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * Makes a new store in a directory of its own and fills it. The directory gets its name when the
 * store is complete and closed; what ends early leaves nothing under that name.
 */
final class StoreWriter implements AutoCloseable {
  private static final int MOST_UNDER_WAY = 1_024;
  private static final int AT_ONCE = 256;
  private static final int GROW_SLOTS = 4_096;
  private static final int SEGMENT_BYTES = 16 << 20;

  private final Path target;
  private final Path part;
  private final FieldCodec codec;
  private final SlotEngine engine;
  private final Semaphore places = new Semaphore(MOST_UNDER_WAY);
  private final List<Put> next = new ArrayList<>(AT_ONCE);
  private volatile EngineException failure;

  private StoreWriter(Path target, Path part, FieldCodec codec, SlotEngine engine) {
    this.target = target;
    this.part = part;
    this.codec = codec;
    this.engine = engine;
  }

  /**
   * Begins a store.
   *
   * @throws CommandException when something has the name already
   */
  static StoreWriter create(Path target, int shards, int prefixBits, FieldCodec codec) {
    Path part = target.resolveSibling(target.getFileName() + ".part");
    for (Path taken : new Path[] {target, part}) {
      if (Files.exists(taken)) {
        throw new CommandException("directory exists already, directory=" + taken);
      }
    }
    EngineOptions options =
        new EngineOptions(
            part,
            new Shape(shards, prefixBits, codec.layout(), codec.content()),
            Durability.OS, // all of it is forced when it is closed
            GROW_SLOTS,
            SEGMENT_BYTES,
            new LogRetention(0, 0),
            true);
    return new StoreWriter(target, part, codec, SlotEngine.open(options));
  }

  /** Why the new store does not take an entry; empty when it does. */
  Optional<KvError> refuse(EntryLine entry) {
    return codec
        .refuseKey(entry.keyBytes())
        .or(() -> codec.refuseValueLength(entry.valueBytes().length));
  }

  /** Stores an entry that is not refused, soon; waits until there is room. */
  void put(EntryLine entry) {
    places.acquireUninterruptibly();
    if (failure != null) {
      places.release();
      throw failure;
    }
    byte[] value = entry.valueField(codec);
    Put put = new Put();
    put.put(codec.keyField(entry.keyBytes()), value, value.length, Condition.NONE);
    next.add(put);
    if (next.size() == AT_ONCE) {
      submitNext();
    }
  }

  private void submitNext() {
    engine.submitAll(next);
    next.clear();
  }

  /** One entry on its way. */
  private final class Put extends Write {
    @Override
    protected void committed() {
      places.release();
    }

    @Override
    protected void refused() {
      places.release();
    }

    @Override
    protected void failed(EngineException why) {
      failure = why;
      places.release();
    }
  }

  /** Brings everything to the disk and gives the directory its name. */
  void complete() throws IOException {
    submitNext();
    places.acquireUninterruptibly(MOST_UNDER_WAY);
    if (failure != null) {
      throw failure;
    }
    engine.close();
    Files.move(part, target);
  }

  /** Ends it; what is not complete stays under its temporary name. */
  @Override
  public void close() {
    engine.close();
  }
}
