import type { StatusAnswer } from "../answers/index.js";
import { ruvRows } from "../model/ruv-matrix.js";
import { Section } from "./section.js";

/** The update vector: of each server, up to when its changes are here, and up to when its deletions were purged. */
export const RuvTable = ({ status }: { readonly status: StatusAnswer }) => (
  <Section title="Update vector" note="Times are UTC.">
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Server</th>
            <th scope="col">Seen to</th>
            <th scope="col">Purged</th>
          </tr>
        </thead>
        <tbody>
          {ruvRows(status).map(({ server, shortName, owner, seen, purged }) => (
            <tr key={server}>
              <th scope="row" title={server}>
                {owner ?? shortName}
                {owner !== undefined && <span class="under">{shortName}</span>}
              </th>
              <td class="figure">{seen}</td>
              <td class="figure">{purged}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  </Section>
);
