package dev.slotstream.replication;

/**
 * One end of a connection, as a session uses it: all calls come from its event loop. Tests put a
 * faulty link here.
 */
interface Connection {

  /** Host and port of the other end. */
  String remote();

  /** The other end's host alone. */
  String remoteHost();

  /** Queues bytes for the other end; never waits. */
  void write(byte[] bytes);

  /** Bytes that were written and that the operating system has not taken yet. Any thread. */
  long queuedBytes();

  /** True when so much is queued that the other end should be waited for. */
  boolean congested();

  /** Sends what is queued, then closes. */
  void close();

  /** Runs a step later on this event loop, so that others get their turn. */
  void later(Runnable step);
}
