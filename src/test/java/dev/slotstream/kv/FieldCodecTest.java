package dev.slotstream.kv;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.EngineOptions.Content;
import dev.slotstream.kv.KvError.BadKey;
import dev.slotstream.kv.KvError.Damaged;
import dev.slotstream.kv.KvError.KeyTooLong;
import dev.slotstream.kv.KvError.ValueTooLarge;
import dev.slotstream.kv.KvError.WrongValueLength;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FieldCodecTest {
  private static final byte[] ABC = "abc".getBytes(US_ASCII);

  @Test
  void framesAShortKeyWithOneByteOfLength() {
    assertArrayEquals(hex("03 616263 0000"), FieldCodec.framed(5, 0).keyField(ABC));
  }

  @Test
  void framesKeysWithTwoBytesOfLengthWhereTheyMayBeLongerThan255() {
    byte[] field = FieldCodec.framed(256, 0).keyField(new byte[256]);
    assertEquals(258, field.length);
    assertArrayEquals(hex("0001"), Arrays.copyOf(field, 2));
    assertEquals(256, FieldCodec.framed(255, 0).layout().keyLength());
    assertEquals(258, FieldCodec.framed(256, 0).layout().keyLength());
  }

  @Test
  void keysThatDifferOnlyInZerosAtTheEndHaveDifferentFields() {
    FieldCodec codec = FieldCodec.framed(4, 0);
    assertArrayEquals(hex("01 61000000"), codec.keyField(hex("61")));
    assertArrayEquals(hex("02 61000000"), codec.keyField(hex("6100")));
  }

  @Test
  void framesAValueWithItsHeader() {
    FieldCodec codec = FieldCodec.framed(1, 1024);
    byte[] field = codec.valueField(ABC, 2, 0xF1E2D3C4L);
    assertArrayEquals(hex("0300 02 00 c4d3e2f1 616263"), field);
    assertEquals(new Entry.Head(8, 3, 2, 0xF1E2D3C4L), codec.readHead(field, 0));
    assertEquals(0xF1E2D3C4L, codec.expiresAt(field, 0));
    assertEquals(1032, codec.layout().valueLength());
    assertEquals(Content.FRAMED, codec.content());
  }

  @Test
  void readsAValueAtAnyOffsetAndUpToItsGreatestLength() {
    FieldCodec codec = FieldCodec.framed(1, 65_000);
    byte[] field = codec.valueField(new byte[65_000], 0, FieldCodec.NEVER);
    byte[] bytes = new byte[field.length + 5];
    System.arraycopy(field, 0, bytes, 5, field.length);
    assertEquals(new Entry.Head(13, 65_000, 0, FieldCodec.NEVER), codec.readHead(bytes, 5));
  }

  @Test
  void aValueThatIsNotFramedIsDamaged() {
    FieldCodec codec = FieldCodec.framed(1, 16);
    KvException tooLong =
        assertThrows(KvException.class, () -> codec.readHead(hex("1100 00 00 00000000"), 0));
    KvException flagged =
        assertThrows(KvException.class, () -> codec.readHead(hex("0000 00 01 00000000"), 0));
    assertEquals(
        new Damaged("value is not framed as expected, length=17 (at most 16) flags=0 (0)"),
        tooLong.error());
    assertEquals(
        new Damaged("value is not framed as expected, length=0 (at most 16) flags=1 (0)"),
        flagged.error());
  }

  @Test
  void framedTakesKeysFromOneByteToTheLimit() {
    FieldCodec codec = FieldCodec.framed(4, 8);
    assertEquals(
        Optional.of(new BadKey("key is empty, length=0 expected=1 to 4")),
        codec.refuseKey(new byte[0]));
    assertTrue(codec.refuseKey(new byte[1]).isEmpty());
    assertTrue(codec.refuseKey(new byte[4]).isEmpty());
    assertEquals(Optional.of(new KeyTooLong(4, 5)), codec.refuseKey(new byte[5]));
  }

  @Test
  void framedTakesValuesUpToTheLimit() {
    FieldCodec codec = FieldCodec.framed(4, 8);
    assertTrue(codec.refuseValueLength(0).isEmpty());
    assertTrue(codec.refuseValueLength(8).isEmpty());
    assertEquals(Optional.of(new ValueTooLarge(8, 1L << 40)), codec.refuseValueLength(1L << 40));
  }

  @Test
  void exactTakesOnlyItsLengths() {
    FieldCodec codec = FieldCodec.exact(4, 8);
    assertTrue(codec.refuseKey(new byte[4]).isEmpty());
    assertEquals(
        Optional.of(new BadKey("key has the wrong length, length=3 expected=4")),
        codec.refuseKey(new byte[3]));
    assertTrue(codec.refuseValueLength(8).isEmpty());
    assertEquals(Optional.of(new WrongValueLength(8, 7)), codec.refuseValueLength(7));
    assertEquals(Optional.of(new WrongValueLength(8, 9)), codec.refuseValueLength(9));
  }

  @Test
  void exactStoresKeyAndValueAsTheyAre() {
    FieldCodec codec = FieldCodec.exact(3, 3);
    assertArrayEquals(ABC, codec.keyField(ABC));
    assertArrayEquals(ABC, codec.valueField(ABC, 2, FieldCodec.NEVER));
    assertEquals(
        new Entry.Head(7, 3, MediaTypes.OCTET_STREAM, FieldCodec.NEVER),
        codec.readHead(new byte[10], 7));
    assertEquals(Content.EXACT, codec.content());
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }
}
