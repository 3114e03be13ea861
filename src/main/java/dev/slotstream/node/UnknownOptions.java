package dev.slotstream.node;

import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigMappings.ConfigClass;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Environment variables that look like options and are none: most likely misspelled, and what they
 * were to set stays at its default. An unknown option from anywhere else ends the start, by the
 * configuration's own check; a variable may have been set for somebody else.
 */
final class UnknownOptions {
  private static final String PREFIX = "SLOTSTREAM_";

  /** Kubernetes tells every container of a service that is called slotstream. */
  private static final Pattern SERVICE_LINK =
      Pattern.compile(".*_(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT(_\\d+_(TCP|UDP)(_.*)?)?)");

  private UnknownOptions() {}

  /** Those among the names of variables that no option has. */
  static List<String> among(Collection<String> variables) {
    Set<String> known = known();
    return variables.stream()
        .filter(name -> name.startsWith(PREFIX) && !known.contains(name))
        .filter(name -> !SERVICE_LINK.matcher(name).matches())
        .sorted()
        .toList();
  }

  private static Set<String> known() {
    return ConfigMappings.getProperties(ConfigClass.configClass(SlotstreamConfig.class))
        .keySet()
        .stream()
        .map(name -> name.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT))
        .collect(Collectors.toUnmodifiableSet());
  }
}
