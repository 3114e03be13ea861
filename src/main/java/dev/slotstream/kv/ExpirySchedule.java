package dev.slotstream.kv;

import java.util.concurrent.atomic.AtomicLong;

/** The earliest second at which a known entry expires. Any thread. */
final class ExpirySchedule {
  private static final long NOTHING = Long.MAX_VALUE;

  // What the store holds when it is opened is not known: it is looked through once.
  private final AtomicLong earliest = new AtomicLong(0);

  void note(long expiresAt) {
    if (expiresAt != FieldCodec.NEVER) {
      earliest.accumulateAndGet(expiresAt, Math::min);
    }
  }

  boolean due(long nowSeconds) {
    return earliest.get() <= nowSeconds;
  }

  /** Forgets all that was noted: whoever calls it looks through all entries next. */
  void restart() {
    earliest.set(NOTHING);
  }
}
