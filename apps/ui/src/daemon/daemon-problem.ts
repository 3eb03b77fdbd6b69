/** What came instead of an answer. */
export class DaemonProblem extends Error {
  override readonly name = "DaemonProblem";

  constructor(
    message: string,
    /** Of HTTP; nothing when nobody answered at all. */
    readonly status: number | undefined,
    readonly remedy: string | undefined,
  ) {
    super(message);
  }
}

/** Reads a problem+json, or makes do with the status. */
export const problemOf = async (response: Response): Promise<DaemonProblem> => {
  const body: unknown = await response.json().catch(() => ({}));
  const { title, detail, remedy } = Object(body) as Record<string, unknown>;
  const message = [title, detail].filter((part) => typeof part === "string").join(": ");
  return new DaemonProblem(
    message === "" ? `answered with status ${response.status}` : message,
    response.status,
    typeof remedy === "string" ? remedy : undefined,
  );
};
