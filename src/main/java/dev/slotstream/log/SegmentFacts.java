package dev.slotstream.log;

/**
 * One file of a log, as it was read.
 *
 * @param file its name
 * @param firstSequence of the first record that it has, or will have
 * @param lastSequence of its last whole record; one less than the first when there is none
 * @param bytes of the file
 * @param usedBytes up to the end of its last whole record
 * @param forcedUpTo every record up to this sequence was on the disk; 0 when it says nothing
 */
public record SegmentFacts(
    String file,
    long firstSequence,
    long lastSequence,
    long bytes,
    long usedBytes,
    long forcedUpTo) {}
