package dev.slotstream.cli;

import java.util.List;

/**
 * What a command has to say in the end. A record: its components are what {@code --json} shows, so
 * their names are part of the command line's promises.
 */
interface Report {

  /** The same for people, a line each. */
  List<String> lines();
}
