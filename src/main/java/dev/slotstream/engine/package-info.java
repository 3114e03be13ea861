/**
 * The engine: joins slots and log into a store that loses nothing it has acknowledged.
 *
 * <p>{@link dev.slotstream.engine.SlotEngine} is the way in. {@link
 * dev.slotstream.engine.Committer} is the only order of a write: gate, append, force, apply,
 * publish, acknowledge.
 *
 * <p>May use: {@code slot}, {@code log}, {@code file}, the JDK, and hash4j for XXH3. Threads: reads
 * and writes may come from any thread and do not block it on the disk; forcing, preparing room and
 * checkpoints have threads of their own, which the engine starts and ends.
 */
package dev.slotstream.engine;
