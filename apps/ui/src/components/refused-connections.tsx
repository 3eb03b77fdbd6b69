import type { RefusedConnectionAnswer } from "../answers/index.js";
import { formatAge, formatCount } from "../model/quantity.js";
import { Section } from "./section.js";

export interface RefusedConnectionsProps {
  readonly refused: readonly RefusedConnectionAnswer[];
  readonly nowMs: number;
}

/** Who knocked and was not let in. Nothing when nobody did. */
export const RefusedConnections = ({ refused, nowMs }: RefusedConnectionsProps) => {
  if (refused.length === 0) return null;
  return (
    <Section title="Refused connections">
      <ul class="lines">
        {refused.map(({ from, code, message, count, lastAt }) => (
          <li key={`${from} ${code} ${message}`}>
            <b>{from || "unknown"}</b> · {formatCount(count)}×, last {formatAge(lastAt, nowMs)}
            <span class="under">{message}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
};
