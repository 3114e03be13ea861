package dev.slotstream.log;

/**
 * What an opening log does about the place where its records stop being valid.
 *
 * <pre>
 * behind the last valid record        was it forced?   verdict
 * only zeros, no later segment        no               CLEAN
 * only zeros, no later segment        yes              DAMAGED: records are gone
 * anything else                       no               TORN: cut, and counted
 * anything else                       yes              DAMAGED: opening stops
 * </pre>
 *
 * <p>"Forced" is known from the durable marks of the segments and from the durable field of any
 * valid record behind the place: the sequence that should stand there is not above them.
 */
enum TailRepair {
  CLEAN,
  TORN,
  DAMAGED;

  /**
   * @param onlyZeros true when nothing at all stands behind the last valid record
   * @param expected the sequence that should stand there
   * @param durable the highest sequence that is known to have been forced
   */
  static TailRepair decide(boolean onlyZeros, long expected, long durable) {
    if (expected <= durable) {
      return DAMAGED;
    }
    return onlyZeros ? CLEAN : TORN;
  }
}
