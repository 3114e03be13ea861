/**
 * What users mean by a key and a value: framing, sizes, conditions, time to live, roles. {@link
 * dev.slotstream.kv.KeyValueStore} is the only way in for every front door.
 *
 * <p>May use: {@code engine}, {@code slot} for the bytes of a slot that was read, the views of
 * {@code replication}, and the JDK. Threads: any; nothing here blocks on the disk. The end of a
 * write is told on whatever thread brought it to its end: a front door goes back to its own.
 */
package dev.slotstream.kv;
