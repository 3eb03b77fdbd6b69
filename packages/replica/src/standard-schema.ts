/**
 * A validator as Standard Schema defines it (https://standardschema.dev, version 1): zod, valibot, arktype and others have
 * it. Only whether it accepts is asked: a value that it would make of its input is not taken over.
 */
export interface StandardSchema {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult | Promise<StandardResult>;
  };
}

export interface StandardResult {
  readonly issues?: readonly { readonly message: string }[] | undefined;
}

/** What speaks against `value`; nothing when it is accepted. A validator that throws, or has to wait, accepts nothing. */
export const issuesOf = (schema: StandardSchema, value: unknown): readonly string[] => {
  try {
    const result = schema["~standard"].validate(value);
    if (result instanceof Promise) {
      // What becomes of it is of no interest, and must not end the process as a rejection that nobody handles.
      result.catch(() => undefined);
      return ["the validator is asynchronous: it cannot be asked while entries merge"];
    }
    if (result.issues === undefined) return [];
    return result.issues.length === 0 ? ["is not accepted"] : result.issues.map(({ message }) => message);
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
};
