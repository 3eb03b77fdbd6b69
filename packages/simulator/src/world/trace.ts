const LINES_KEPT = 80;

/** What happened, as a number that two equal runs share, and its last lines in words. */
export class Trace {
  #high = 0x811c9dc5;
  #low = 0x01000193;
  readonly #lines: string[] = [];

  /** Takes one number into the hash. */
  note(value: number): void {
    const word = value | 0;
    this.#high = Math.imul(this.#high ^ word, 0x01000193);
    this.#low = Math.imul((this.#low ^ word) + this.#high, 0x85ebca6b);
    this.#low ^= this.#low >>> 15;
  }

  noteBytes(bytes: Uint8Array): void {
    let hash = bytes.length;
    for (let at = 0; at < bytes.length; at += 1) hash = (Math.imul(hash, 31) + (bytes[at] as number)) | 0;
    this.note(hash);
  }

  noteText(text: string): void {
    let hash = text.length;
    for (let at = 0; at < text.length; at += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
    this.note(hash);
  }

  /** What happened at `atMs`, for people; it counts in the hash. */
  say(atMs: number, line: string): void {
    this.noteText(line);
    this.note(Math.round(atMs * 1_000));
    this.#lines.push(`${(atMs / 1_000).toFixed(3).padStart(9)} s  ${line}`);
    if (this.#lines.length > LINES_KEPT) this.#lines.shift();
  }

  /** 16 hexadecimal digits. */
  get hash(): string {
    const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, "0");
    return hex(this.#high) + hex(this.#low);
  }

  /** The last ones, the newest last. */
  get lines(): readonly string[] {
    return this.#lines;
  }
}
