import { InvalidArgumentError } from "commander";

/** What the command was asked for. */
export interface CommandOptions {
  readonly seed?: number;
  readonly seeds: number;
  readonly from: number;
  readonly steps: number;
  readonly nodes?: number;
  readonly minutes?: number;
  /** Of each class of faults at least so many, or the run has failed. */
  readonly eachFault: number;
  /** A file that always has the figures so far. */
  readonly figures?: string;
  readonly workers: number;
  readonly scenario?: string;
  readonly scale: boolean;
  /** A file that `scale` draws its figures to. */
  readonly plot?: string;
  readonly shrink: boolean;
  readonly json: boolean;
}

export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const number = Number(text);
    if (Number.isInteger(number) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`It is a whole number from ${least} to ${most}.`);
  };
