const quotedMax = 60;

/** What was written, for a message: one line in quotes, cut with "…" when long; secrets of URLs starred out. */
export const quote = (text: string): string => {
  const shown = starSecrets(text);
  return JSON.stringify(shown.length > quotedMax ? `${shown.slice(0, quotedMax - 1)}…` : shown);
};

/** The user and password of URLs become stars: as many as they had letters, so that columns stay. */
export const starSecrets = (text: string): string =>
  text.replace(/:\/\/.*@/g, (found) => `://${"*".repeat(found.length - 4)}@`);
