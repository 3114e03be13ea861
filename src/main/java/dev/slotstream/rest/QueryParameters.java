package dev.slotstream.rest;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The parameters of a request, all of them known and each given at most once. */
final class QueryParameters {
  private final Map<String, String> values = new HashMap<>();

  private QueryParameters() {}

  /**
   * Reads them.
   *
   * @throws RequestException when one is unknown, cannot be decoded, or stands there twice
   */
  static QueryParameters of(RawTarget target, Collection<String> known) {
    QueryParameters parameters = new QueryParameters();
    for (String pair : target.query().orElse("").split("&", -1)) {
      if (!pair.isEmpty()) {
        parameters.add(pair, known);
      }
    }
    return parameters;
  }

  private void add(String pair, Collection<String> known) {
    int equals = pair.indexOf('=');
    String name = text(equals < 0 ? pair : pair.substring(0, equals));
    String value = text(equals < 0 ? "" : pair.substring(equals + 1));
    if (!known.contains(name)) {
      throw new RequestException(new RequestError.UnknownParameter(name, known));
    }
    if (values.putIfAbsent(name, value) != null) {
      throw new RequestException(
          new RequestError.BadParameter("parameter is given twice, parameter=" + name));
    }
  }

  private static String text(String raw) {
    try {
      return new String(PercentDecoder.decode(raw), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new RequestException(
          new RequestError.BadParameter("query cannot be decoded: " + e.getMessage()));
    }
  }

  Optional<String> get(String name) {
    return Optional.ofNullable(values.get(name));
  }
}
