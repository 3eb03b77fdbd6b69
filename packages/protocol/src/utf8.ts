/**
 * Below zero when the UTF-8 bytes of `left` come first. The order of UTF-16 code units, that of `<`, is another one
 * where surrogates meet characters from U+E000 on.
 */
export const compareUtf8 = (left: string, right: string): number => {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const difference = rankOfUnit(left.charCodeAt(index)) - rankOfUnit(right.charCodeAt(index));
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
};

/** Moves the surrogates, which stand for U+10000 and beyond, behind U+FFFF. */
const rankOfUnit = (unit: number): number => {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
};

/** Below zero when the bytes from `left` to `leftEnd` come before those from `right` to `rightEnd`. */
export const compareSpans = (
  bytes: Uint8Array,
  left: number,
  leftEnd: number,
  right: number,
  rightEnd: number,
): number => {
  const length = Math.min(leftEnd - left, rightEnd - right);
  for (let index = 0; index < length; index += 1) {
    const difference = (bytes[left + index] as number) - (bytes[right + index] as number);
    if (difference !== 0) return difference;
  }
  return leftEnd - left - (rightEnd - right);
};

/** Whether the bytes from `start` to `end` are well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms). */
export const isWellFormedUtf8 = (bytes: Uint8Array, start: number, end: number): boolean => {
  let at = start;
  while (at < end) {
    if ((bytes[at] as number) < 0x80) {
      at = asciiEnd(bytes, at + 1, end);
      continue;
    }
    const length = lengthOfSequence(bytes, at, end);
    if (length === 0) return false;
    at += length;
  }
  return true;
};

/** Where a run of ASCII has no four more bytes, at the latest; most texts are one run. */
const asciiEnd = (bytes: Uint8Array, start: number, end: number): number => {
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const four =
      (bytes[at] as number) | (bytes[at + 1] as number) | (bytes[at + 2] as number) | (bytes[at + 3] as number);
    if (four >= 0x80) break;
  }
  return at;
};

/** Bytes of the well-formed sequence of several bytes at `at`; 0 when there is none. */
const lengthOfSequence = (bytes: Uint8Array, at: number, end: number): number => {
  const first = bytes[at] as number;
  if (first < 0xc2 || first > 0xf4) return 0;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (at + length > end) return 0;
  for (let index = 1; index < length; index += 1) if (((bytes[at + index] as number) & 0xc0) !== 0x80) return 0;
  const second = bytes[at + 1] as number;
  if (first === 0xe0 && second < 0xa0) return 0;
  if (first === 0xed && second > 0x9f) return 0;
  if (first === 0xf0 && second < 0x90) return 0;
  if (first === 0xf4 && second > 0x8f) return 0;
  return length;
};

/** A leading U+FEFF is a character of the text like any other. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Below this many bytes a loop is faster than the call of a decoder. */
const SHORT_TEXT_BYTES = 24;

/** The text in the bytes from `start` to `end`, which are well-formed UTF-8. */
export const decodeText = (bytes: Uint8Array, start: number, end: number): string => {
  if (end - start > SHORT_TEXT_BYTES) return decoder.decode(bytes.subarray(start, end));
  let text = "";
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] as number;
    if (byte >= 0x80) return decoder.decode(bytes.subarray(start, end));
    text += String.fromCharCode(byte);
  }
  return text;
};

/** Whether `text` has a surrogate without its other half: it has no UTF-8 then. */
export const hasLoneSurrogate = (text: string): boolean => /\p{Surrogate}/u.test(text);
