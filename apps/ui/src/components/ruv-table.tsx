import type { StatusAnswer } from "../answers/index.js";
import { ruvMatrix } from "../model/ruv-matrix.js";
import { Section } from "./section.js";
import { ToneMark } from "./tone-mark.js";

/** The update vectors beside each other: of each server's changes, who has which. */
export const RuvTable = ({ status }: { readonly status: StatusAnswer }) => {
  const { columns, rows } = ruvMatrix(status);
  return (
    <Section
      title="Update vectors"
      note="Whose changes have got where, as the partners have acknowledged them. Times are UTC."
    >
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Changes of</th>
              <th scope="col">Newest</th>
              {columns.map((column) => (
                <th scope="col" key={column}>
                  <span class="unseen">seen by </span>
                  {column}
                </th>
              ))}
              <th scope="col">Purged here</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ server, shortName, owner, newest, cells, purged }) => (
              <tr key={server}>
                <th scope="row" title={server}>
                  {owner ?? shortName}
                  {owner !== undefined && <span class="under">{shortName}</span>}
                </th>
                <td class="figure">{newest}</td>
                {cells.map(({ isWhole, text }, column) => (
                  <td class="figure" key={columns[column]}>
                    <span class={isWhole ? "state well" : "state"}>
                      {isWhole && <ToneMark tone="well" />}
                      {text}
                    </span>
                  </td>
                ))}
                <td class="figure">{purged}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
};
