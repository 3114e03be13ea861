package dev.slotstream.slot;

/**
 * The first word of a slot: its version and its status, in one atomic unit.
 *
 * <pre>
 * bits  field
 *  0-1  status: 0 FREE, 1 OCCUPIED, 2 DELETED, 3 WRITING
 * 2-31  version, goes up by one with every write and delete of the slot, wraps at 2^30
 * </pre>
 *
 * <p>WRITING is Slotstream's own: it is on the disk only while a writer is inside the slot, and
 * replaying the log removes it. Source: armdb 0.1.14, {@code fixed/slot.rs}.
 */
public final class MetaWord {
  /** The slot was never written. */
  public static final int FREE = 0;

  /** The slot holds a key and its value. */
  public static final int OCCUPIED = 1;

  /** The slot held a key that was deleted; its bytes are stale. */
  public static final int DELETED = 2;

  /** A writer is inside the slot. */
  public static final int WRITING = 3;

  private static final int STATUS_BITS = 2;
  private static final int STATUS_MASK = (1 << STATUS_BITS) - 1;
  private static final int VERSION_MASK = (1 << (Integer.SIZE - STATUS_BITS)) - 1;

  private MetaWord() {}

  /** Packs a status and a version; bits of the version above 2^30 are dropped. */
  public static int of(int status, int version) {
    return (version << STATUS_BITS) | status;
  }

  /** The status, 0 to 3. */
  public static int status(int meta) {
    return meta & STATUS_MASK;
  }

  /** The version, 0 to 2^30 - 1. */
  public static int version(int meta) {
    return meta >>> STATUS_BITS;
  }

  /** True for a slot that holds a key. */
  public static boolean occupied(int meta) {
    return status(meta) == OCCUPIED;
  }

  /** The meta of the next write or delete of a slot. */
  public static int next(int meta, int status) {
    return of(status, version(meta) + 1);
  }

  /** The same version with another status. */
  public static int withStatus(int meta, int status) {
    return (meta & ~STATUS_MASK) | status;
  }

  /**
   * True when version a came after version b, on a ring of 2^30: right for up to 2^29 writes
   * between them.
   */
  public static boolean newer(int versionA, int versionB) {
    int ahead = (versionA - versionB) & VERSION_MASK;
    return ahead != 0 && ahead < (VERSION_MASK + 1) / 2;
  }
}
