/**
 * One shard's slots: the layout of a slot, the mapped file that holds them, the index from key to
 * slot, and the list of free ones.
 *
 * <p>May use: the JDK and {@code file}. Knows nothing of the log: who calls it decides when a slot
 * may be written. Threads: one writer at a time per shard, any number of readers without a lock.
 */
package dev.slotstream.slot;
