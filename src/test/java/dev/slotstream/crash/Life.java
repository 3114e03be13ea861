package dev.slotstream.crash;

import dev.slotstream.engine.Durability;
import java.nio.file.Path;
import java.util.List;

/**
 * What a child process is told of its life, as the arguments of its main class.
 *
 * @param directory of the store
 * @param notes file of the {@link OperationLog}
 * @param number of the process among those that had the store
 * @param newKey first key that is still new
 */
record Life(Path directory, Durability durability, Path notes, int number, long newKey) {
  static Life parse(String[] arguments) {
    return new Life(
        Path.of(arguments[0]),
        Durability.valueOf(arguments[1]),
        Path.of(arguments[2]),
        Integer.parseInt(arguments[3]),
        Long.parseLong(arguments[4]));
  }

  List<String> arguments() {
    return List.of(
        directory.toString(),
        durability.name(),
        notes.toString(),
        Integer.toString(number),
        Long.toString(newKey));
  }
}
