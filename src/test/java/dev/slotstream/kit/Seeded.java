package dev.slotstream.kit;

import java.util.SplittableRandom;

/**
 * Runs a test that draws from a seed, and names the seed when it fails. {@code -Dslotstream.seed=N}
 * sets another one.
 */
public final class Seeded {
  private static final Long CHOSEN = Long.getLong("slotstream.seed");

  private Seeded() {}

  /** A test's body. */
  @FunctionalInterface
  public interface Body {
    /** Runs once. */
    void run(SplittableRandom random) throws Exception;
  }

  /** Runs a body with this seed, unless another was chosen. */
  public static void run(long usualSeed, Body body) {
    long seed = CHOSEN == null ? usualSeed : CHOSEN;
    try {
      body.run(new SplittableRandom(seed));
    } catch (Exception | AssertionError e) {
      throw new AssertionError("failed with -Dslotstream.seed=" + seed + ": " + e.getMessage(), e);
    }
  }
}
