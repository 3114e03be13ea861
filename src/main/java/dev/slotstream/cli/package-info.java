/**
 * The command line: what can be done with Slotstream besides running a node. The same jar, without
 * starting a server in this process.
 *
 * <p>{@link dev.slotstream.cli.SlotstreamCommand} is the way in. A command is a class with {@code
 * Command} in its name; it mixes in {@link dev.slotstream.cli.Output}, answers an {@link
 * dev.slotstream.cli.ExitCode}, prints one {@link dev.slotstream.cli.Report}, and throws a {@link
 * dev.slotstream.cli.CommandException} when it cannot go on.
 *
 * <p>May use: {@code engine} with what it reads of {@code slot} and {@code log}, {@code kv} for the
 * codec, {@code backup}, {@code file}, the JDK's HTTP client, picocli, a progress bar, Jackson.
 * Threads: the main thread, and those of the HTTP client.
 */
package dev.slotstream.cli;
