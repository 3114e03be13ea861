package dev.slotstream.kv;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The time, as a store reads it.
 *
 * @param wall what entries expire by
 * @param nanos nanoseconds that only go forward, from anywhere: what waits are measured by
 */
public record Clocks(InstantSource wall, LongSupplier nanos) {
  /** The machine's. */
  public static final Clocks SYSTEM = new Clocks(InstantSource.system(), System::nanoTime);
}
