/**
 * The real armdb as a peer process of the tests: it leads, follows, writes and reads directories.
 *
 * <p>{@link dev.slotstream.interop.ArmdbPeer} drives the Rust program under {@code
 * src/interop/armdb}, whose README lists the commands and what armdb does that a test must know.
 * The driver uses the JDK and JUnit only, nothing of Slotstream, so that every package's tests can
 * use it.
 */
package dev.slotstream.interop;
