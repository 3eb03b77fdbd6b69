import type { UniquePolicy } from "@concordat/crdt";
import { type DefinedKind, isDefinedKind } from "../kind/merge-kind.js";
import type { Schema } from "../schema.js";
import type { StandardSchema } from "../standard-schema.js";

/** By attribute, the kinds of their own that users have given them: those whose values are read here. */
export type KnownKinds = ReadonlyMap<string, DefinedKind>;

export const NO_KINDS: KnownKinds = new Map();

/** How the schema reads entries, what it holds them to, and by what it finds them. */
export interface Constraints {
  readonly kinds: KnownKinds;
  readonly indexed: readonly string[];
  readonly unique: readonly string[];
  readonly reference: readonly string[];
  readonly required: readonly string[];
  readonly validators: ReadonlyMap<string, StandardSchema>;
  /** Every attribute that any of them looks at. */
  readonly named: ReadonlySet<string>;
  readonly uniquePolicy: UniquePolicy;
}

export const constraintsOf = (schema: Schema, uniquePolicy: UniquePolicy): Constraints => {
  const names = Object.keys(schema).sort();
  const having = (key: "index" | "unique" | "reference" | "required"): string[] =>
    names.filter((name) => schema[name]?.[key]);
  const validators = names.flatMap((name) => {
    const validator = schema[name]?.validate;
    return validator ? [[name, validator] as const] : [];
  });
  const kinds = names.flatMap((name) => {
    const merge = schema[name]?.merge;
    return isDefinedKind(merge) ? [[name, merge] as const] : [];
  });
  const [indexed, unique, reference, required] = [
    having("index"),
    having("unique"),
    having("reference"),
    having("required"),
  ];
  return {
    kinds: new Map(kinds),
    indexed,
    unique,
    reference,
    required,
    validators: new Map(validators),
    named: new Set([...indexed, ...unique, ...reference, ...required, ...validators.map(([name]) => name)]),
    uniquePolicy,
  };
};

export const NO_CONSTRAINTS: Constraints = constraintsOf({}, "earliest");

/** Whether readers may see less than the merged state. */
export const masksAnything = ({ unique, reference }: Constraints): boolean => unique.length > 0 || reference.length > 0;

/** Whether rows of the index follow from entries at all. */
export const hasIndex = (constraints: Constraints): boolean =>
  masksAnything(constraints) ||
  constraints.indexed.length > 0 ||
  constraints.required.length > 0 ||
  constraints.validators.size > 0;

/**
 * Names what the rows of the index depend on. That of validators is their presence alone: they are functions. Without indexed
 * attributes it is what it was before there were any, so that their coming makes no rows anew.
 */
export const fingerprintOf = ({ indexed, unique, reference, required, validators }: Constraints): string =>
  JSON.stringify([unique, reference, required, [...validators.keys()], ...(indexed.length > 0 ? [indexed] : [])]);
