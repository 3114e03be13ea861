/**
 * A store's content at one position per shard, as a stream of chunks: made from a running node,
 * fetched over HTTP, kept in a file, and made into a data directory again. The format and why it is
 * consistent: docs/backup.md.
 *
 * <p>May use: {@code engine}, {@code log}, {@code slot}, {@code file}, the JDK. Threads: a backup
 * is made by a thread of its own, a restore by whoever calls it.
 */
package dev.slotstream.backup;
