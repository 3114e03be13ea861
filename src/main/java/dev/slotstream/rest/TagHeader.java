package dev.slotstream.rest;

import dev.slotstream.kv.TagMatch;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads If-Match and If-None-Match: a star, or a list of entity tags. */
enum TagHeader {
  /** Compares strongly: a weak tag matches nothing. */
  IF_MATCH("If-Match", false),
  /** Compares weakly. */
  IF_NONE_MATCH("If-None-Match", true);

  private static final Pattern TAG =
      Pattern.compile("\\s*(?:(W/)?(\"[\\x21\\x23-\\x7e\\x80-\\xff]*\"))?\\s*(?:,|$)");

  private final String header;
  private final boolean weakCounts;

  TagHeader(String header, boolean weakCounts) {
    this.header = header;
    this.weakCounts = weakCounts;
  }

  String header() {
    return header;
  }

  /**
   * Reads the header's lines.
   *
   * @throws RequestException when they are no list of tags
   */
  Optional<TagMatch> parse(List<String> lines) {
    if (lines.isEmpty()) {
      return Optional.empty();
    }
    String list = String.join(",", lines);
    if (list.strip().equals("*")) {
      return Optional.of(new TagMatch.Any());
    }
    Set<String> tags = new HashSet<>();
    boolean any = false;
    Matcher next = TAG.matcher(list);
    int at = 0;
    while (at < list.length()) {
      if (!next.find(at) || next.start() != at) {
        throw bad(list);
      }
      any |= next.group(2) != null;
      if (next.group(2) != null && (next.group(1) == null || weakCounts)) {
        tags.add(next.group(2));
      }
      at = next.end();
    }
    if (!any) {
      throw bad(list);
    }
    return Optional.of(new TagMatch.OneOf(tags));
  }

  private RequestException bad(String list) {
    return new RequestException(new RequestError.BadPrecondition(header, list));
  }
}
