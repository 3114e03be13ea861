/**
 * Files as the store needs them: mapped, extended by room that is there, forced, renamed, locked.
 *
 * <p>Everything that touches the disk goes through {@link dev.slotstream.file.Storage}, so that a
 * test can put a disk in its place that fails at the n-th force or forgets what was not forced.
 *
 * <p>May use: the JDK only. Threads: a {@link dev.slotstream.file.MappedFile} may be read and
 * written by any thread; it is extended and closed by one thread at a time.
 */
package dev.slotstream.file;
