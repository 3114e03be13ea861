package dev.slotstream.rest;

import io.vertx.core.json.JsonObject;
import java.util.Map;

/**
 * An error as HTTP shows it: RFC 9457.
 *
 * @param name stable, the end of the problem's type
 * @param title the same for all problems of this type
 * @param detail what failed, with the limit and the value that broke it
 * @param headers that go with it
 */
record Problem(int status, String name, String title, String detail, Map<String, String> headers) {
  static final String MEDIA_TYPE = "application/problem+json";
  private static final String TYPE_PREFIX = "urn:slotstream:problem:";

  Problem(int status, String name, String title, String detail) {
    this(status, name, title, detail, Map.of());
  }

  String json() {
    return new JsonObject()
        .put("type", TYPE_PREFIX + name)
        .put("title", title)
        .put("status", status)
        .put("detail", detail)
        .encode();
  }
}
