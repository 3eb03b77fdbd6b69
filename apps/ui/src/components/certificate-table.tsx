import { Fragment } from "preact";
import type { CertificateRow } from "../model/certificate-rows.js";
import { RenewButton, type RenewButtonProps } from "./renew-button.js";
import { Section } from "./section.js";
import { ToneMark } from "./tone-mark.js";

export interface CertificateTableProps extends RenewButtonProps {
  readonly rows: readonly CertificateRow[];
}

/** Which certificates hold the links together, and until when. Nothing for a node without partners and identity. */
export const CertificateTable = ({ rows, ...actions }: CertificateTableProps) => {
  if (rows.length === 0) return null;
  const renew = rows.some(({ isSelf }) => isSelf) && <RenewButton {...actions} />;
  return (
    <Section title="Certificates" note="Times are UTC." action={renew}>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Of</th>
              <th scope="col">Expiry</th>
              <th scope="col">Valid until</th>
              <th scope="col">Fingerprint (SHA-256)</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ key, owner, left, tone, validUntil, fingerprint }) => (
              <tr key={key}>
                <th scope="row">{owner}</th>
                <td>
                  <span class={`state ${tone}`}>
                    <ToneMark tone={tone} />
                    {left}
                  </span>
                </td>
                <td class="figure">{validUntil}</td>
                <td class="fingerprint">
                  {fingerprint.split(/(?<=:)/).map((part, index) => (
                    <Fragment key={`${index} ${part}`}>
                      {part}
                      <wbr />
                    </Fragment>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
};
