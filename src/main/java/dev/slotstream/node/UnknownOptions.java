package dev.slotstream.node;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Options that look like ours and are not: most likely misspelled, and what they were to set would
 * silently stay at its default.
 */
final class UnknownOptions {
  private static final String PREFIX = "slotstream.";
  private static final String ENV_PREFIX = "SLOTSTREAM_";

  /** Kubernetes tells every container of a service that is called slotstream. */
  private static final Pattern SERVICE_LINK =
      Pattern.compile(".*_(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT(_\\d+_(TCP|UDP)(_.*)?)?)");

  private UnknownOptions() {}

  /** Names that no option has, as they were given. */
  static List<String> among(Iterable<String> given, Set<String> known) {
    Set<String> unknown = new TreeSet<>();
    Set<String> knownInEnvironment = new TreeSet<>();
    known.forEach(name -> knownInEnvironment.add(inEnvironment(name)));
    for (String name : given) {
      boolean misspelled =
          name.startsWith(PREFIX) && !knownInEnvironment.contains(inEnvironment(name));
      boolean misspelledInEnvironment =
          name.startsWith(ENV_PREFIX)
              && !knownInEnvironment.contains(name)
              && !SERVICE_LINK.matcher(name).matches();
      if (misspelled || misspelledInEnvironment) {
        unknown.add(name);
      }
    }
    return List.copyOf(unknown);
  }

  private static String inEnvironment(String name) {
    return name.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
  }
}
