/**
 * The composition root: configuration, the order in which the parts start and stop, the process.
 *
 * <p>May use everything; nobody uses it. Threads: starting and stopping happen on the main thread
 * and on the shutdown hook's.
 */
package dev.slotstream.node;
