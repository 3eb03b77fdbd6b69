import { readFile } from "node:fs/promises";

export interface CodeBlock {
  readonly language: string;
  readonly code: string;
  /** The page says that it holds in a moment, not at once. */
  readonly eventually: boolean;
}

/** The code of a page of `docs/`, in order. */
export const codeBlocks = async (page: string): Promise<CodeBlock[]> => {
  const text = await readFile(new URL(`../../../../docs/${page}`, import.meta.url), "utf8");
  return [...text.matchAll(/(<!-- in a moment -->\n\n)?```(\w+)\n(.*?)```/gs)].map(
    ([, moment, language = "", code = ""]) => ({ language, code, eventually: moment !== undefined }),
  );
};
