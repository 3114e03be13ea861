package dev.slotstream.log;

/**
 * How a log was found when it was opened.
 *
 * @param lastSequence of the last valid record; what comes next is one higher
 * @param replayed records that were handed out because they are above the checkpoint
 * @param tornBytes bytes that were cut behind the last valid record; 0 when the log ended cleanly
 */
public record LogVerdict(long lastSequence, long replayed, long tornBytes) {}
