/**
 * The command line: what can be done with Slotstream besides running a node. The same jar, without
 * starting a server in this process.
 *
 * <p>May use: {@code engine}, the JDK's HTTP client, picocli, a progress bar, Jackson for the
 * answers of nodes. Threads: the main thread, and those of the HTTP client.
 */
package dev.slotstream.cli;
