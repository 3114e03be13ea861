/**
 * One shard's redo log: records in order, without gaps, in preallocated segments.
 *
 * <p>The log is what a write is before it is anything else, what a crash is repaired from, and what
 * followers are fed from.
 *
 * <p>May use: the JDK and {@code file}. Knows nothing of slots: to it, slot and meta are numbers.
 * Threads: one appender at a time, one forcing thread, one preparing thread, any number of readers
 * without a lock.
 */
package dev.slotstream.log;
