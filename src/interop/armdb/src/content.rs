//! Deterministic content. `ArmdbContent` in the Java tests mirrors it; change both or neither.
//!
//! - `key(i)`: `i` as an unsigned 64-bit number, big-endian, in the first 8 bytes; the rest zeros.
//! - `value(i, seed)`: the 16 bytes `i`, then `i * 31 + seed` (wrapping), each 8 bytes
//!   big-endian, repeated to fill the value; a last repetition is cut where the value ends.

/// Churn replaces key `i` by key `i + CHURN_OFFSET`.
pub const CHURN_OFFSET: u64 = 1 << 32;

pub fn key<const K: usize>(i: u64) -> [u8; K] {
    const { assert!(K >= 8, "a key holds at least its number") }
    let mut key = [0u8; K];
    key[..8].copy_from_slice(&i.to_be_bytes());
    key
}

pub fn value<const V: usize>(i: u64, seed: u64) -> [u8; V] {
    let mut pattern = [0u8; 16];
    pattern[..8].copy_from_slice(&i.to_be_bytes());
    pattern[8..].copy_from_slice(&i.wrapping_mul(31).wrapping_add(seed).to_be_bytes());
    let mut value = [0u8; V];
    for (at, byte) in value.iter_mut().enumerate() {
        *byte = pattern[at % pattern.len()];
    }
    value
}

pub fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of exactly `N` pairs of hex digits.
pub fn from_hex<const N: usize>(text: &str) -> Result<[u8; N], String> {
    if text.len() != 2 * N || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(format!("not {N} bytes in hex: {text}"));
    }
    let mut bytes = [0u8; N];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).map_err(|e| e.to_string())?;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_its_number_then_zeros() {
        assert_eq!(to_hex(&key::<8>(258)), "0000000000000102");
        assert_eq!(to_hex(&key::<16>(1)), "00000000000000010000000000000000");
    }

    #[test]
    fn a_value_repeats_its_pattern_and_wraps() {
        assert_eq!(
            to_hex(&value::<16>(1, 2)),
            "00000000000000010000000000000021"
        );
        assert_eq!(
            to_hex(&value::<16>(0, u64::MAX)),
            "0000000000000000ffffffffffffffff"
        );
        let long = value::<100>(7, 3);
        assert_eq!(long[..16], long[80..96]);
        assert_eq!(long[96..], long[..4]);
        assert_eq!(value::<16>(u64::MAX, 31)[8..], 0u64.to_be_bytes());
    }

    #[test]
    fn hex_of_another_length_is_refused() {
        assert_eq!(from_hex::<2>("0aF0"), Ok([10, 240]));
        assert!(from_hex::<2>("0a").is_err());
        assert!(from_hex::<2>("0a+1").is_err());
    }
}
