package dev.slotstream.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueryParametersTest {
  private static final List<String> KNOWN = List.of("encoding", "ttl");

  @Test
  void readsWhatItKnows() {
    QueryParameters query = parse("/kv/a?ttl=6%30s&&encoding=hex&");
    assertEquals(Optional.of("60s"), query.get("ttl"));
    assertEquals(Optional.of("hex"), query.get("encoding"));
    assertEquals(Optional.empty(), parse("/kv/a?").get("ttl"));
    assertEquals(Optional.of(""), parse("/kv/a?ttl").get("ttl"));
    assertEquals(Optional.of("a=b"), parse("/kv/a?ttl=a=b").get("ttl"));
  }

  @ParameterizedTest
  @CsvSource({
    "acks=1, 'parameter is not known here, parameter=acks expected=[encoding, ttl]'",
    "TTL=1s, 'parameter is not known here, parameter=TTL expected=[encoding, ttl]'",
    "=1, 'parameter is not known here, parameter= expected=[encoding, ttl]'",
    "ttl=1s&ttl=1s, 'parameter is given twice, parameter=ttl'",
    "ttl=1%s, 'query cannot be decoded: percent sign is not followed by two hex digits, "
        + "found=%s index=1'"
  })
  void refusesTheRest(String query, String detail) {
    RequestException refused = assertThrows(RequestException.class, () -> parse("/kv/a?" + query));
    assertEquals(detail, refused.error().detail());
  }

  private static QueryParameters parse(String target) {
    return QueryParameters.of(RawTarget.of(target), KNOWN);
  }
}
