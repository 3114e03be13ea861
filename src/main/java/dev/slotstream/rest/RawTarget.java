package dev.slotstream.rest;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/**
 * A request's target as it came over the wire. Whatever decodes or tidies a path ({@code ..},
 * {@code //}, {@code %2F}) would make one key out of two.
 *
 * @param path up to the first question mark, still encoded
 * @param query behind it, still encoded; empty when there is no question mark
 */
record RawTarget(String path, Optional<String> query) {
  private static final String AUTHORITY = "://";

  static RawTarget of(String uri) {
    String target = withoutAuthority(uri);
    int mark = target.indexOf('?');
    return mark < 0
        ? new RawTarget(target, Optional.empty())
        : new RawTarget(target.substring(0, mark), Optional.of(target.substring(mark + 1)));
  }

  /** A proxy's client may name the whole URL: {@code GET http://host/path}. */
  private static String withoutAuthority(String uri) {
    int authority = uri.startsWith("/") ? -1 : uri.indexOf(AUTHORITY);
    if (authority < 0) {
      return uri;
    }
    int path = uri.indexOf('/', authority + AUTHORITY.length());
    return path < 0 ? "/" : uri.substring(path);
  }

  /** Whether it is one by RFC 3986; a key's path is checked where it is decoded. */
  boolean isValid() {
    try {
      new URI(whole());
      return true;
    } catch (URISyntaxException e) {
      return false;
    }
  }

  /** Path and query as they came. */
  String whole() {
    return query.map(q -> path + "?" + q).orElse(path);
  }
}
