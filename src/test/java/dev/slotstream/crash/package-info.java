/**
 * The crash campaign: child processes that are killed, or that halt at a {@link
 * dev.slotstream.crash.CrashPoint} of the write path, while clients record what they were told; and
 * a checker that says whether all of it fits together.
 *
 * <p>The points are woven into the product's classes by an agent when a child loads them: the
 * product itself knows nothing of them. Faults that the campaign has to find are planted in the
 * same way.
 */
package dev.slotstream.crash;
