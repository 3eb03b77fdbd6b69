import type { Random } from "./random.js";

/** What steers readers of any text. */
const ANY = [
  ...[
    "",
    " ",
    "\n",
    "\r\n",
    "\t",
    "\0",
    "\ufeff",
    "\u2028",
    "\ud800",
    "\udfff",
    "😀",
    "é",
    "\u202e",
    '"',
    "'",
    "\\",
    "\\u",
    "\\ud800",
  ],
  ...["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "-", "--", "/", "%00", "../", "$", "`"],
  ...[
    "0",
    "-0",
    "1e999",
    "9007199254740993",
    "99999999999999999999",
    "0x1",
    "NaN",
    "null",
    "true",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "=",
  ],
];

/** `text` with pieces cut out, doubled, moved, taken from another text, or with telling words in their place. */
export const damagedText = (
  text: string,
  random: Random,
  words: readonly string[],
  donors: readonly string[],
): string => {
  let mutant = text;
  for (let times = random.below(5); times > 0; times -= 1) mutant = damagedOnce(mutant, random, words, donors);
  return mutant;
};

const damagedOnce = (text: string, random: Random, words: readonly string[], donors: readonly string[]): string => {
  const at = random.below(text.length + 1);
  const end = at + random.below(random.oneIn(4) ? 200 : 12);
  const word = random.oneIn(3) ? random.pick(ANY) : random.pick(words);
  switch (random.below(7)) {
    case 0:
      return text.slice(0, at) + text.slice(end);
    case 1:
      return text.slice(0, end) + text.slice(at);
    case 2:
      return text.slice(0, at) + word + text.slice(end);
    case 3: {
      const donor = random.pick(donors);
      const from = random.below(donor.length + 1);
      return text.slice(0, at) + donor.slice(from, from + random.below(80)) + text.slice(end);
    }
    case 4:
      return text.slice(0, at) + word.repeat(random.oneIn(20) ? 1_000 : random.below(20)) + text.slice(at);
    case 5:
      return text.slice(at) + text.slice(0, at);
    default:
      return text.slice(0, at) + word + text.slice(at);
  }
};
