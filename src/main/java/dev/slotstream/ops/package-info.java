/**
 * What an operator sees: meters and health. {@link dev.slotstream.ops.Meters} names every meter and
 * tag.
 *
 * <p>May use: read-only views of {@code engine}, {@code replication} and {@code kv}, Micrometer,
 * SmallRye Health, and Vert.x' event loops, whose pulse is part of health. Threads: meters are read
 * by whoever scrapes and counted by whoever works; health is asked on Quarkus' threads.
 */
package dev.slotstream.ops;
