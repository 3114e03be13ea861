package dev.slotstream.engine;

import dev.slotstream.log.LogOptions;
import dev.slotstream.log.LogRetention;
import dev.slotstream.slot.SlotLayout;
import java.nio.file.Path;

/**
 * What a store is, and how it is run.
 *
 * @param directory of the store; created when absent
 * @param shape fixed when the store is created
 * @param durability when a write is acknowledged
 * @param growSlots slots that a shard begins with, and grows by
 * @param segmentSize bytes of a log segment, at least {@link LogOptions#leastSegmentSize}
 * @param retention log to keep per shard beyond what recovery needs
 * @param syncIntervalMillis how often the log goes to the disk in {@link Durability#INTERVAL}
 * @param scrubBytesPerSecond how fast slots are read to find damage; 0 for not at all
 * @param leads false for a store that is to follow: it begins no leadership
 */
public record EngineOptions(
    Path directory,
    Shape shape,
    Durability durability,
    int growSlots,
    int segmentSize,
    LogRetention retention,
    int syncIntervalMillis,
    long scrubBytesPerSecond,
    boolean leads) {
  /** How often the log goes to the disk unless something else is said. */
  public static final int SYNC_INTERVAL_MILLIS = 50;

  /** Checks the ranges. */
  public EngineOptions {
    int least =
        LogOptions.leastSegmentSize(shape.layout().keyLength(), shape.layout().valueLength());
    if (growSlots < 1 || segmentSize < least || segmentSize > LogOptions.MAX_SEGMENT_SIZE) {
      throw new IllegalArgumentException(
          ("out of range, growSlots=%d (from 1) segmentSize=%d (%d to %d)"
                  + " syncIntervalMillis=%d (from 1)")
              .formatted(
                  growSlots, segmentSize, least, LogOptions.MAX_SEGMENT_SIZE, syncIntervalMillis));
    }
  }

  /** The same for a store that is to follow. */
  public EngineOptions following() {
    return new EngineOptions(
        directory,
        shape,
        durability,
        growSlots,
        segmentSize,
        retention,
        syncIntervalMillis,
        scrubBytesPerSecond,
        false);
  }

  /** With the usual interval, and no scrubbing. */
  public EngineOptions(
      Path directory,
      Shape shape,
      Durability durability,
      int growSlots,
      int segmentSize,
      LogRetention retention,
      boolean leads) {
    this(
        directory,
        shape,
        durability,
        growSlots,
        segmentSize,
        retention,
        SYNC_INTERVAL_MILLIS,
        0,
        leads);
  }

  /** What a store is made for; an existing directory must have the same. */
  public record Shape(int shards, int prefixBits, SlotLayout layout, Content content) {
    /** Shards are numbered in one byte. */
    public static final int MAX_SHARDS = 255;

    /** Prefix bits are stored in one byte. */
    public static final int MAX_PREFIX_BITS = 255;

    /** Checks the ranges. */
    public Shape {
      if (shards < 1 || shards > MAX_SHARDS || prefixBits < 0 || prefixBits > MAX_PREFIX_BITS) {
        throw new IllegalArgumentException(
            "out of range, shards=%d (1 to %d) prefixBits=%d (0 to %d)"
                .formatted(shards, MAX_SHARDS, prefixBits, MAX_PREFIX_BITS));
      }
    }
  }

  /** What stands in the key and value fields. The engine only remembers it. */
  public enum Content {
    /** The key and the value themselves, as armdb has them. */
    EXACT,
    /** Keys and values of any length, framed. */
    FRAMED
  }
}
