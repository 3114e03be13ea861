package dev.slotstream.file;

/** How the disk makes sure that there is room for bytes that nobody has written yet. */
public enum Room {
  /**
   * Zeros, written and forced: whatever is written there later takes the disk nothing but that. For
   * files that somebody waits for at each force.
   */
  WRITTEN,

  /**
   * Blocks that the file system sets aside and reads as zeros until they are written, where it can
   * do that; else as {@link #WRITTEN}. It takes the disk no time now, and the first force of each
   * block takes longer, since the file system notes that it was written. For files that are forced
   * seldom.
   */
  RESERVED,

  /**
   * The same, in memory pages as large as the system has them: one is made writable, and clean
   * again, in the time of a small one, but goes to the disk as a whole, however little was changed.
   * For files that are written from one end to the other and forced seldom.
   */
  STREAMED
}
