package dev.slotstream.engine;

/**
 * A place in a shard's history.
 *
 * @param epoch the leadership that wrote the record; 0 before the first
 * @param sequence of the record; 0 before the first
 */
public record ShardPosition(int epoch, long sequence) {}
